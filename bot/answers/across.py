"""Compare route for documents: what they say of a matter, how they differ, what a new version changed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Answer
from bot.answers.catalogue import document_line
from bot.answers.document import outline
from bot.answers.quoting import basis, cite, measure_name, names, notes_of, quotes
from bot.answers.sources import document_name
from bot.evidence import Excerpt
from bot.library import Library
from bot.phrases import Lang, say
from corpus.measure import Guideline, Measure
from corpus.normal import normalize

_ALIKE = 0.35
"""Two clauses of two versions are the same clause, changed, if so much of their characters agree."""


def side_by_side(
    text: str,
    lang: Lang,
    library: Library,
    found: Sequence[tuple[Guideline, Sequence[Excerpt], bool]],
) -> Answer:
    """What each document says of a matter, each under its title.

    The third of each entry is whether it speaks of the matter at all; if not, what is nearest is called so.
    """
    blocks = [say(lang, "across.head", names="、".join(document_name(g, lang) for g, _, _ in found))]
    for guideline, excerpts, telling in found:
        blocks.append(f"### {document_name(guideline, lang)}")
        blocks += [] if telling else [say(lang, "across.nearest")]
        for excerpt in excerpts:
            citations = [cite(excerpt.measure, hit.sentence) for hit in excerpt.sentences]
            blocks += [f"**{measure_name(excerpt.measure)}**", quotes(citations, lang)]
    shown = [excerpt for _, excerpts, _ in found for excerpt in excerpts]
    notes = notes_of(library, [excerpt.measure for excerpt in shown], lang)
    return Answer(
        text,
        "compare",
        "\n\n".join([*blocks, *notes, basis([g for g, _, _ in found], lang)]),
        tuple(cite(e.measure, hit.sentence) for e in shown for hit in e.sentences),
        completeness="partial",
        checked=sum(len(g.measures) for g, _, _ in found),
        notes=notes,
        lang=lang,
    )


def outlines_compared(text: str, lang: Lang, library: Library, documents: Sequence[Guideline]) -> Answer:
    """Number, issuer, dates and outline of each document, one after the other."""
    blocks = [say(lang, "across.outlines", names="、".join(document_name(g, lang) for g in documents))]
    for guideline in documents:
        blocks.append(f"### {document_name(guideline, lang)}")
        blocks.append(document_line(guideline, library, lang))
        blocks.append("\n".join(outline(guideline, lang)))
    blocks.append(say(lang, "across.ask_matter"))
    return Answer(
        text,
        "compare",
        "\n\n".join(blocks),
        completeness="complete",
        checked=sum(len(g.measures) for g in documents),
        lang=lang,
    )


def versions_compared(text: str, lang: Lang, library: Library, new: Guideline, old: Guideline) -> Answer:
    """What a new version added, dropped and changed, clause by clause, each quoted from both."""
    pairs = _paired(new.measures, old.measures)
    matched = {one.id for one, _ in pairs} | {other.id for _, other in pairs}
    changed = [(one, other) for one, other in pairs if _plain(one) != _plain(other)]
    added = [m for m in new.measures if m.id not in matched]
    dropped = [m for m in old.measures if m.id not in matched]
    head = say(
        lang,
        "across.versions",
        new=document_name(new, lang),
        old=document_name(old, lang),
        same=len(pairs) - len(changed),
        changed=len(changed),
        added=len(added),
        dropped=len(dropped),
    )
    blocks = [head, *_changes(changed, lang)]
    for name, measures in (("added", added), ("dropped", dropped)):
        if measures:
            blocks.append(say(lang, f"across.{name}", count=len(measures), names=names(measures)))
            blocks += [_whole(measure, lang) for measure in measures]
    shown = [m for pair in changed for m in pair] + added + dropped
    return Answer(
        text,
        "compare",
        "\n\n".join([*blocks, basis([new, old], lang)]),
        tuple(cite(m, s) for m in shown for s in m.sentences),
        completeness="complete",
        checked=len(new.measures) + len(old.measures),
        lang=lang,
    )


def _changes(changed: Sequence[tuple[Measure, Measure]], lang: Lang) -> list[str]:
    blocks = []
    for one, other in changed:
        blocks.append(say(lang, "across.changed", new=measure_name(one), old=measure_name(other)))
        for name, measure, than in (("new_words", one, other), ("old_words", other, one)):
            told = {_squeezed(s.text) for s in than.sentences}
            own = [s for s in measure.sentences if _squeezed(s.text) not in told]
            if own:
                quoted = quotes([cite(measure, s) for s in own], lang)
                blocks.append(say(lang, f"across.{name}") + "\n\n" + quoted)
    return blocks


def _whole(measure: Measure, lang: Lang) -> str:
    return f"**{measure_name(measure)}**\n\n" + quotes([cite(measure, s) for s in measure.sentences], lang)


def _paired(new: Sequence[Measure], old: Sequence[Measure]) -> list[tuple[Measure, Measure]]:
    """Each clause with the one it was: equal text first, then the one most alike, each used once."""
    by_text = {_plain(m): m for m in reversed(old)}
    pairs: dict[str, Measure] = {}
    used: set[str] = set()
    for measure in new:
        same = by_text.get(_plain(measure))
        if same is not None and same.id not in used:
            pairs[measure.id] = same
            used.add(same.id)
    rest = [m for m in new if m.id not in pairs]
    left = [m for m in old if m.id not in used]
    scored = sorted(
        ((-_likeness(one, other), i, j) for i, one in enumerate(rest) for j, other in enumerate(left)),
    )
    for score, i, j in scored:
        if -score >= _ALIKE and rest[i].id not in pairs and left[j].id not in used:
            pairs[rest[i].id] = left[j]
            used.add(left[j].id)
    return [(m, pairs[m.id]) for m in new if m.id in pairs]


def _likeness(one: Measure, other: Measure) -> float:
    """How much of two clauses agrees, 0 to 1; the same title counts as agreement."""
    from rapidfuzz import fuzz

    if one.title and one.title == other.title:
        return 1.0
    return fuzz.ratio(_plain(one), _plain(other)) / 100


def _plain(measure: Measure) -> str:
    start = measure.body.start - measure.span.start
    return _squeezed(measure.title + measure.text[start:])


def _squeezed(text: str) -> str:
    return "".join(normalize(text).split())
