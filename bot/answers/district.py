"""District route: which measures reach a district, group or zone; complete, each with its proof."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from bot.answer import Answer, Citation
from bot.answers.quoting import anchor, basis, escape, measure_name, names, notes_on
from bot.library import Library
from bot.outdated import target_year_passed
from bot.phrases import Lang, say
from bot.reach import Reached, applies_of, best_proof, facets_of_measure, sorted_by_nature
from corpus.facet_words import label
from corpus.measure import Guideline, Measure
from corpus.reach import ROUTES, Route
from corpus.table import Cell, Evidence


def district_answer(
    text: str,
    lang: Lang,
    library: Library,
    guideline: Guideline,
    found: Reached,
    *,
    role: str = "",
    whether_named: bool = False,
) -> Answer:
    """All that reaches one target, grouped by its strongest route, with proofs and what does not reach it.

    `role` is what the asker is; `whether_named`: the question asks if the text names the target, and that
    is answered first.
    """
    natures = sorted_by_nature(guideline)
    support = [m.id for m in natures["support"] if m.id in found.ids]
    blocks = [_named(found, lang)] if whether_named else []
    blocks.append(_head(guideline, found, len(support), natures, lang))
    blocks += [escape(remark) for remark in found.target.remarks]
    blocks += _route_blocks(guideline, found, support, lang)
    blocks += _others(natures, found, lang)
    blocks += _direct(guideline, support, role, lang)
    end = closing(guideline, lang)
    shown = [measure for measure in guideline.measures if measure.id in found.ids]
    notes = notes_on(library, shown, [*blocks, *end], lang)
    blocks += [*notes, *end]
    return Answer(
        text,
        "district",
        "\n\n".join(blocks),
        tuple(dict.fromkeys(citations_of(guideline, _in_order(found, support)))),
        completeness="complete",
        districts=found.target.rows if found.target.kind == "group" else found.target.rows[:1],
        applicability=tuple(map(applies_of, found.cells)),
        checked=len(guideline.measures),
        notes=notes,
        lang=lang,
    )


def citations_of(guideline: Guideline, cells: Iterable[Cell]) -> Iterable[Citation]:
    """The proof of each cell's strongest route, as a citation."""
    for cell in cells:
        proof = best_proof(cell)
        column = cell.measure
        yield Citation(
            column.id,
            column.number,
            column.label,
            column.title,
            proof.quote,
            proof.start,
            proof.end,
            proof.line,
        )


def entry(guideline: Guideline, cell: Cell, lang: Lang, said: Collection[str] = ()) -> str:
    """A measure in a list: name, routes as tags, the words that prove the strongest one, strength, who gains.

    A gazetteer's remark on the name is added unless it was `said` before.
    """
    measure = next(m for m in guideline.measures if m.id == cell.measure.id)
    citation = next(iter(citations_of(guideline, [cell])))
    proof = best_proof(cell)
    tags = " ".join(f"`{say(lang, f'route.{route}')}`" for route in cell.routes)
    details = _details(measure, proof, lang)
    link = say(lang, "cite.link", line=citation.line, anchor=anchor(citation))
    quote = say(lang, "cite.quote", quote=escape(citation.quote))
    note = "" if not proof.note or proof.note in said else f" {escape(proof.note)}"
    return f"- **{measure_name(measure)}** {tags} — {quote} " + " · ".join([*details, link]) + note


def _details(measure: Measure, proof: Evidence, lang: Lang) -> list[str]:
    """Strength and beneficiaries of the quoted words."""
    facets = facets_of_measure(measure)
    sentence = facets.sentences[proof.sentence] if proof.sentence >= 0 else facets.heading
    clauses = [
        c for c in sentence.clauses if c.words.span.start < proof.end and proof.start < c.words.span.end
    ]
    strengths = [c.strength for c in clauses if c.strength != "none"]
    direct = [b for b in sentence.beneficiaries if b.direct]
    quoted = [b for b in direct if proof.start <= b.words.span.start < proof.end]
    details = [label("strength", strengths[0], lang)] if strengths else []
    if quoted:
        who = "、".join(dict.fromkeys(label("beneficiary", b.name, lang) for b in quoted))
        details.append(say(lang, "district.gains", who=who))
    return details


def closing(guideline: Guideline, lang: Lang, today: date | None = None) -> list[str]:
    """What stands under every answer on applicability: the basis with its date, and whether it is over."""
    year = target_year_passed(guideline, today)
    parts = [basis([guideline], lang)]
    if year:
        parts.append(say(lang, "district.outdated", year=year))
    return parts


def _head(
    guideline: Guideline, found: Reached, count: int, natures: dict[str, tuple[Measure, ...]], lang: Lang
) -> str:
    also = {kind: sum(m.id in found.ids for m in natures[kind]) for kind in ("requirement", "duty")}
    name = say(lang, "district.name", name=escape(found.target.name))
    rows = found.target.rows
    if found.target.kind == "group":
        name += say(lang, "district.members", names="、".join(map(escape, rows)))
    elif found.target.kind == "zone" or rows[0] == found.target.name:
        name += say(lang, "district.in_group", group=escape(found.group)) if found.group else ""
    else:
        name += say(lang, "district.is_now", name=escape(rows[0]), group=escape(found.group))
    checked = say(
        lang,
        "district.checked",
        checked=len(guideline.measures),
        count=count,
        requirements=also["requirement"],
        duties=also["duty"],
    )
    return name + checked


def whether_reached(found: Reached, measures: Iterable[Measure], lang: Lang) -> str:
    """For each measure a line: whether it reaches the target, and by which routes."""
    cells = {cell.measure.id: cell for cell in found.cells}
    lines = []
    for measure in dict.fromkeys(measures):
        cell = cells.get(measure.id)
        tags = " ".join(f"`{say(lang, f'route.{route}')}`" for route in cell.routes) if cell else ""
        phrase = "district.reached" if cell else "district.unreached"
        said = say(lang, phrase, measure=measure_name(measure), name=escape(found.target.name), routes=tags)
        lines.append(f"- {said}")
    return "\n".join([*lines, *map(escape, found.target.remarks)])


def _named(found: Reached, lang: Lang) -> str:
    """Whether the text names the target; if not, how many measures are for all districts."""
    name, named = escape(found.target.name), _count(found, "named")
    if named:
        return say(lang, "district.is_named", name=name, count=named)
    others = say(lang, "district.for_all", count=_count(found, "all"))
    return say(lang, "district.not_named", name=name) + others


def _count(found: Reached, route: Route) -> int:
    return sum(route in cell.routes for cell in found.cells)


def _route_blocks(guideline: Guideline, found: Reached, support: Sequence[str], lang: Lang) -> list[str]:
    """A block for each route that is the strongest of some measure; a gazetteer's remark is made once."""
    said, blocks = set(found.target.remarks), []
    for route in ROUTES:
        cells = found.by_first(route, support)
        kind = "_group" if route == "named" and found.target.kind == "group" else ""
        if not cells and (route != "named" or kind):
            continue
        head = say(lang, f"district.by_{route}{kind}", name=escape(found.target.name), count=len(cells))
        lines = []
        for cell in cells:
            lines.append(entry(guideline, cell, lang, said))
            said.add(best_proof(cell).note)
        blocks.append("\n".join([f"**{head}**", "", *lines]).rstrip())
    return blocks


def _others(natures: dict[str, tuple[Measure, ...]], found: Reached, lang: Lang) -> list[str]:
    blocks = []
    for kind in ("requirement", "duty"):
        measures = [m for m in natures[kind] if m.id in found.ids]
        if measures:
            blocks.append(say(lang, f"district.{kind}", count=len(measures), names=names(measures)))
    left = [m for group in natures.values() for m in group if m.id not in found.ids]
    if left:
        ordered = sorted(left, key=lambda m: m.span.start)
        blocks.append(say(lang, "district.not_reached", count=len(left), names=names(ordered)))
    return blocks


def _direct(guideline: Guideline, support: Sequence[str], role: str, lang: Lang) -> list[str]:
    """For an enterprise: which measures turn to enterprises themselves; the others go to districts."""
    if role != "enterprise":
        return []
    direct = [
        m
        for m in guideline.measures
        if m.id in support and "enterprise" in facets_of_measure(m).beneficiaries(True)
    ]
    return [say(lang, "district.direct", count=len(direct), names=names(direct), total=len(support))]


def _in_order(found: Reached, support: Sequence[str]) -> list[Cell]:
    """Cells of support by their strongest route, then the others."""
    wanted = set(support)
    first = [cell for route in ROUTES for cell in found.by_first(route, wanted)]
    return first + [cell for cell in found.cells if cell.measure.id not in wanted]
