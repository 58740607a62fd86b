"""List route: every measure with certain facets (全部金融支持, 惠及企业的), and which districts are named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.answer import Answer, Citation
from bot.answers.district import closing
from bot.answers.quoting import basis, cite, escape, measure_name, names, notes_of, quotes
from bot.facets import measures_with, naming
from bot.library import Library
from bot.phrases import Lang, say
from bot.reach import Reached, applies_of, facets_of_measure
from corpus.asked_facets import AskedFacets
from corpus.facet_words import label
from corpus.facets import Facets
from corpus.measure import Guideline, Measure, Sentence
from corpus.table import Evidence, Table

_QUOTED = 3
_SHORT_LIST = 6
"""In a list of up to so many measures, up to `_QUOTED` sentences of each are quoted; in a longer one, one."""


def list_answer(
    text: str,
    lang: Lang,
    library: Library,
    guideline: Guideline,
    asked: AskedFacets,
    *,
    within: Reached | None = None,
    order: Sequence[str] = (),
) -> Answer:
    """Every measure that has all asked facets, in order of the text; citations in `order` (measure ids).

    `order` is that of relevance. `within` restricts the list to what reaches a target. Measures that only
    mention an asked kind are named apart.
    """
    table = library.table_of(guideline)
    measures = [m for m in guideline.measures if within is None or m.id in within.ids]
    chosen = measures_with(guideline, asked, table, measures)
    also = [m for m in measures if m not in chosen and asked.kinds & facets_of_measure(m).kinds]
    what = listed_words(asked, lang)
    if within is not None:
        what = say(lang, "list.in_district", name=escape(within.target.name), what=what)
    head = "list.head" if chosen else "list.none"
    blocks = [say(lang, head, checked=len(guideline.measures), what=what, count=len(chosen))]
    for measure in chosen:
        citations = [cite(measure, s) for s in _proving(measure, asked, table)[: _quoted(len(chosen))]]
        blocks.append(f"**{measure_name(measure)}**\n\n{quotes(citations, lang)}")
    if also:
        blocks.append(say(lang, "list.also", count=len(also), names=names(also)))
    notes = notes_of(library, chosen, lang)
    return Answer(
        text,
        "list",
        "\n\n".join([*blocks, *notes, *(closing(guideline, lang) if within else [basis([guideline], lang)])]),
        _cited(_by(order, chosen), asked, table),
        completeness="complete",
        districts=within.target.rows if within else (),
        applicability=tuple(map(applies_of, within.cells)) if within else (),
        checked=len(guideline.measures),
        notes=notes,
        lang=lang,
    )


def nothing_listed(text: str, lang: Lang, library: Library, asked: AskedFacets) -> Answer:
    """That no measure of any document has the asked facets."""
    said = say(lang, "list.none", checked=library.checked, what=listed_words(asked, lang))
    return Answer(
        text,
        "list",
        "\n\n".join([said, basis(library.guidelines[:1], lang)] if not library.several else [said]),
        completeness="complete",
        checked=library.checked,
        lang=lang,
    )


def named_answer(
    text: str, lang: Lang, library: Library, guideline: Guideline, only: Sequence[Measure] = ()
) -> Answer:
    """Which districts are named, by measure, and which none names; `only` looks at some measures."""
    table = library.table_of(guideline)
    wanted = {m.id for m in only}
    found = {i: rows for i, rows in naming(table).items() if not only or i in wanted}
    blocks = [say(lang, "list.named_head", checked=len(guideline.measures), count=len(found))]
    citations: list[Citation] = []
    for measure in guideline.measures:
        if measure.id in found:
            rows, sentences = found[measure.id]
            listed = "、".join(map(escape, rows))
            cited = [cite(measure, s) for i, s in enumerate(measure.sentences) if i in sentences]
            cited = cited or [cite(measure, measure.heading)]
            blocks.append(say(lang, "list.named_entry", name=measure_name(measure), districts=listed))
            citations += cited
            blocks.append(quotes(cited, lang))
    named = {name for rows, _ in found.values() for name in rows}
    rest = [
        row.name for row in (table.rows if table else ()) if row.kind == "district" and row.name not in named
    ]
    if rest and not only:
        blocks.append(say(lang, "list.not_named", names="、".join(map(escape, rest))))
    return Answer(
        text,
        "list",
        "\n\n".join([*blocks, basis([guideline], lang)]),
        tuple(citations),
        completeness="complete",
        districts=tuple(sorted(named)),
        checked=len(guideline.measures),
        lang=lang,
    )


def _proving(measure: Measure, asked: AskedFacets, table: Table | None) -> list[Sentence]:
    """The sentences of a measure that show the asked facets; its first where the measure as a whole does."""
    facets = facets_of_measure(measure)
    shown = [s for s, f in zip(measure.sentences, facets.sentences, strict=True) if _shows(f, asked)]
    if asked.reaches:
        starts = {e.sentence for e in _evidence(table, measure, asked.reaches)}
        reached = [s for i, s in enumerate(measure.sentences) if i in starts]
        shown = [s for s in reached if s in shown] or reached if _asks_words(asked) else reached
    return shown or list(measure.sentences)


def _quoted(measures: int) -> int:
    return _QUOTED if measures <= _SHORT_LIST else 1


def _asks_words(asked: AskedFacets) -> bool:
    return bool(asked.kinds or asked.beneficiaries or asked.strengths or asked.actors)


def _shows(facets: Facets, asked: AskedFacets) -> bool:
    kinds = {kind.name for kind in facets.kinds}
    gains = {one.name for one in facets.beneficiaries}
    strengths = {clause.strength for clause in facets.clauses}
    actors = {clause.actor.name for clause in facets.clauses if clause.actor}
    return bool(
        asked.kinds & kinds
        or asked.beneficiaries & gains
        or asked.strengths & strengths
        or asked.actors & actors
    )


def _evidence(table: Table | None, measure: Measure, routes: Iterable[str]) -> list[Evidence]:
    rows = table.rows if table else ()
    cells = [cell for row in rows for cell in row.cells if cell.measure.id == measure.id]
    return [e for cell in cells for e in cell.evidence if e.route in routes]


def _cited(measures: Iterable[Measure], asked: AskedFacets, table: Table | None) -> tuple[Citation, ...]:
    chosen = list(measures)
    return tuple(cite(m, s) for m in chosen for s in _proving(m, asked, table)[: _quoted(len(chosen))])


def _by(order: Sequence[str], measures: Sequence[Measure]) -> list[Measure]:
    place = {measure_id: i for i, measure_id in enumerate(order)}
    return sorted(measures, key=lambda m: place.get(m.id, len(place)))


def listed_words(asked: AskedFacets, lang: Lang) -> str:
    """The asked facets in words."""
    groups = {
        "kind": asked.kinds,
        "beneficiary": asked.beneficiaries,
        "strength": asked.strengths,
        "nature": asked.natures,
        "reach": asked.reaches,
        "actor": asked.actors,
    }
    parts = [
        "、".join(label(group, name, lang) for name in sorted(names))
        for group, names in groups.items()
        if names
    ]
    return say(lang, "list.joint").join(parts)
