"""Document route: what is known of the documents themselves (title, issuer, number, dates, size, outline)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Answer, Citation
from bot.answers.clause import measures_under
from bot.answers.quoting import cite, escape, measure_name, quotes
from bot.library import Library
from bot.phrases import Lang, say
from bot.reading.patterns import basis_pattern, stated_date_patterns
from corpus.lines import Lines
from corpus.measure import Guideline, Sentence
from corpus.sentences import split_sentences

_FACTS = ("issuer", "doc_no", "published", "valid_until", "region")
_MORE_DATES = {"published": ("passed", "amended", "effective"), "valid_until": ("repealed",)}
_OUTLINE_LIMIT = 60
"""Up to so many measures an outline names each measure; beyond it, sections alone."""


def document_answer(
    text: str, lang: Lang, guidelines: Sequence[Guideline], aspects: Sequence[str], library: Library
) -> Answer:
    """The asked facts about each document, title first; complete, since they are read and not searched.

    Where nothing that was asked for is stated in any document it is a `not_in_text` refusal.
    """
    blocks = [say(lang, "document.several", count=len(guidelines))] if len(guidelines) > 1 else []
    for guideline in guidelines:
        blocks.append("\n\n".join(_facts(guideline, aspects, library, lang)))
    unknown = not any(_is_known(guideline, aspect, library) for guideline in guidelines for aspect in aspects)
    return Answer(
        text,
        "document",
        "\n\n".join(blocks),
        () if unknown else tuple(c for g in guidelines for aspect in aspects for c in _quoted(g, aspect)),
        completeness="none" if unknown else "complete",
        refusal="not_in_text" if unknown else None,
        checked=sum(len(g.measures) for g in guidelines),
        lang=lang,
    )


def _is_known(guideline: Guideline, aspect: str, library: Library) -> bool:
    if aspect in ("size", "outline"):
        return True
    if aspect == "basis":
        return bool(_stated_basis(guideline))
    dates = any(getattr(guideline.meta, name) for name in _MORE_DATES.get(aspect, ()))
    old = aspect == "valid_until" and library.catalogue.standing(guideline.slug).state != "in_force"
    return dates or old or bool(getattr(guideline.meta, aspect) or stated(guideline, aspect))


def _facts(guideline: Guideline, aspects: Sequence[str], library: Library, lang: Lang) -> list[str]:
    facts = [_title(guideline, lang)]
    facts += [fact for name in _FACTS if name in aspects for fact in _fact(guideline, name, lang)]
    if "valid_until" in aspects and len(library.whole.documents) > 1:
        facts.append(say(lang, f"document.is_{library.catalogue.standing(guideline.slug).state}"))
    if "basis" in aspects:
        found = _stated_basis(guideline)
        facts.append(say(lang, "document.basis" if found else "document.no_basis"))
        facts += [quotes(found, lang)] if found else []
    if "outline" in aspects or "size" in aspects:
        facts.append(_size(guideline, lang))
    if "outline" in aspects:
        facts += [say(lang, "document.outline"), "\n".join(outline(guideline, lang))]
    if guideline.meta.source and {"issuer", "published", "title"} & set(aspects):
        facts.append(say(lang, "document.source", source=escape(guideline.meta.source)))
    return facts


def _title(guideline: Guideline, lang: Lang) -> str:
    if not guideline.meta.title:
        return say(lang, "document.no_title")
    return say(lang, "document.title", title=escape(guideline.meta.title))


def _fact(guideline: Guideline, name: str, lang: Lang) -> list[str]:
    """What is known of one aspect: from the meta data, and what the text itself says of it, quoted."""
    value: str = getattr(guideline.meta, name)
    said = stated(guideline, name)
    facts = [say(lang, f"document.{name}", **{name: escape(value)})] if value else []
    for more in _MORE_DATES.get(name, ()):
        date = getattr(guideline.meta, more)
        facts += [say(lang, f"document.{more}", date=escape(date))] if date else []
    if said:
        facts += [say(lang, "document.stated"), quotes(said, lang)]
    return facts or [say(lang, f"document.no_{name}")]


def stated(guideline: Guideline, aspect: str) -> list[Citation]:
    """The sentences of the measures that state a date of the document (本条例自…起施行)."""
    pattern = stated_date_patterns().get(aspect)
    if pattern is None:
        return []
    return [cite(m, s) for m in guideline.measures for s in m.sentences if pattern.search(s.text)]


def _quoted(guideline: Guideline, aspect: str) -> list[Citation]:
    """What an answer about one aspect quotes."""
    return _stated_basis(guideline) if aspect == "basis" else stated(guideline, aspect)


def _stated_basis(guideline: Guideline) -> list[Citation]:
    """The sentences of the preamble, else of the first measure, that say why the document was issued."""
    if guideline.preamble is not None:
        sentences = split_sentences(Lines.of(guideline.source), guideline.preamble)
        found = [s for s in sentences if basis_pattern().search(s.text)]
        if found:
            return [_cite_preamble(guideline, sentence) for sentence in found]
    first = guideline.measures[0]
    return [cite(first, s) for s in first.sentences if basis_pattern().search(s.text)]


def preamble_id(guideline: Guideline) -> str:
    """What a citation of a preamble has in place of a measure's id (no measure is numbered so)."""
    return f"{guideline.slug}#preamble"


def _cite_preamble(guideline: Guideline, sentence: Sentence) -> Citation:
    span = sentence.span
    return Citation(preamble_id(guideline), 0, "", "", sentence.text, span.start, span.end, span.line)


def _size(guideline: Guideline, lang: Lang) -> str:
    top = _top_sections(guideline)
    if not top:
        return say(lang, "document.size_flat", measures=len(guideline.measures))
    return say(lang, "document.size", sections=len(top), measures=len(guideline.measures))


def _top_sections(guideline: Guideline) -> list[int]:
    top = min((s.level for s in guideline.sections), default=0)
    return [i for i, s in enumerate(guideline.sections) if s.level == top]


def outline(guideline: Guideline, lang: Lang) -> list[str]:
    """One line a section, and under it, in a document of moderate size, one line a measure."""
    lines: list[str] = []
    for index in _top_sections(guideline):
        section = guideline.sections[index]
        under = measures_under(guideline, section)
        if not under:
            continue
        reach = say(lang, "document.range", first=escape(under[0].label), last=escape(under[-1].label))
        lines.append(
            say(
                lang,
                "document.section",
                heading=f"**{escape(section.heading)}**",
                range=reach,
                count=len(under),
            )
        )
        if len(guideline.measures) <= _OUTLINE_LIMIT:
            lines += ["  " + say(lang, "document.measure", name=measure_name(m)) for m in under if m.title]
    return lines or [say(lang, "document.measure", name=measure_name(m)) for m in guideline.measures]
