"""Verbatim quotes and how they are shown: the only place where guideline text enters an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from bot.answer import Citation
from bot.library import Library
from bot.phrases import Lang, say
from corpus.measure import Guideline, Measure, Note, Sentence

# Characters that mean something in markdown or HTML; a guideline is data and must stay inert.
_SPECIAL = re.compile(r"([\\`*_\[\]<>~|])")
_QUOTED = re.compile("“([^”]+)”")
_ENTITY = re.compile(r"&(?=[#\w]+;)")


def escape(text: str) -> str:
    """`text` as markdown that shows exactly these characters."""
    return _ENTITY.sub(r"\\&", _SPECIAL.sub(r"\\\1", text)).replace("\n", " ")


def cite(measure: Measure, sentence: Sentence) -> Citation:
    """The citation of a sentence, whole and verbatim."""
    span = sentence.span
    return Citation(
        measure.id,
        measure.number,
        measure.label,
        measure.title,
        sentence.text,
        span.start,
        span.end,
        span.line,
    )


def anchor(citation: Citation) -> str:
    """The fragment that the chat's guideline pane listens to: ``cite-<guideline>-<start>-<end>``."""
    slug = quote(citation.measure_id.split("#", 1)[0], safe="")
    return f"cite-{slug}-{citation.start}-{citation.end}"


def quoted(citation: Citation, lang: Lang) -> str:
    """A quote block of one citation with the link to its place in the source."""
    link = say(lang, "cite.link", line=citation.line, anchor=anchor(citation))
    return "> " + say(lang, "cite.quote", quote=escape(citation.quote)) + " " + link


def quotes(citations: Iterable[Citation], lang: Lang) -> str:
    """Quote blocks, one paragraph a citation."""
    return "\n>\n".join(quoted(citation, lang) for citation in citations)


def measure_name(measure: Measure) -> str:
    """How a measure is called in an answer: label and title, such as ``(七)打造特色科技平台``."""
    if not measure.title:
        return escape(measure.label or measure.id)
    joint = " " if measure.label.endswith("条") else ""
    return escape(f"{measure.label}{joint}{measure.title}")


def names(measures: Iterable[Measure], library: Library | None = None) -> str:
    """Several measures by name, in one line; with their documents where `library` has several."""
    return "、".join(f"**{cited_name(measure, library)}**" for measure in measures)


def cited_name(measure: Measure, library: Library | None = None) -> str:
    """A measure's name, after the title of its document where `library` has several."""
    if library is None or not library.whole.several:
        return measure_name(measure)
    guideline = library.of(measure)
    if guideline.records:
        return measure_name(measure)
    return f"《{escape(guideline.meta.title or guideline.slug)}》{measure_name(measure)}"


def notes_of(library: Library, measures: Iterable[Measure], lang: Lang) -> tuple[str, ...]:
    """The editor's notes on these measures, each marked as a note, with its measure's label and source."""
    return tuple(
        say(
            lang, "cite.note", label=escape(measure.label), text=escape(note.text), source=escape(note.source)
        )
        for measure in measures
        for note in _notes(library, measure)
    )


def notes_on(
    library: Library, measures: Iterable[Measure], shown: Iterable[str], lang: Lang
) -> tuple[str, ...]:
    """Those of the editor's notes on these measures that speak of words which are shown.

    A note speaks of what it puts in “quotation marks”; one without any speaks of the whole measure.
    """
    text = "\n".join(shown)
    return tuple(
        words
        for measure in measures
        for note, words in zip(_notes(library, measure), notes_of(library, [measure], lang), strict=True)
        if not _QUOTED.search(note.text) or any(len(q) > 1 and q in text for q in _QUOTED.findall(note.text))
    )


def _notes(library: Library, measure: Measure) -> list[Note]:
    return [note for note in library.of(measure).meta.notes if note.measure == measure.number]


def basis(guidelines: Sequence[Guideline], lang: Lang) -> str:
    """Where an answer comes from: issuer, title and date of each document as far as they are known."""
    return say(
        lang, "topic.basis", basis="、".join(escape(_source_of(guideline)) for guideline in guidelines)
    )


def _source_of(guideline: Guideline) -> str:
    meta = guideline.meta
    title = f"《{meta.title}》" if meta.title else guideline.slug
    issuer = "" if meta.title.startswith(meta.issuer) else meta.issuer
    return f"{issuer}{title}" + (f"({meta.published})" if meta.published else "")
