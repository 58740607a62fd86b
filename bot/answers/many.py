"""Answers on districts and lists over many documents: counts for each, in full what singles one out.

With a few documents each is answered as if it were alone (`bot.answers.merge`); with hundreds that would be
a book. The applicability of such an answer is as complete as ever, its text says where the rest is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.answer import Answer, Applies
from bot.answers.district import citations_of
from bot.answers.quoting import anchor, cite, escape, measure_name
from bot.answers.sources import document_name
from bot.library import Library
from bot.phrases import Lang, say
from bot.reach import Reached, best_proof
from corpus.measure import Guideline, Measure
from corpus.reach import ROUTES
from corpus.table import Cell

MANY_TABLES = 8
"""Up to so many documents are answered one by one, in full."""
_QUOTED = 40
"""So many measures that single a district out are quoted; the text says how many more there are."""
_SINGLED = frozenset({"named", "zone"})

Found = Sequence[tuple[Guideline, Reached, tuple[Applies, ...]]]
"""For each document what reaches a target, and the same in the public form."""


def district_over_many(text: str, lang: Lang, library: Library, found: Found) -> Answer:
    """What reaches one target in many documents: what singles it out in full, a count for each document."""
    target = found[0][1].target
    telling = [entry for entry in found if entry[1].cells]
    total = sum(len(reached.cells) for _, reached, _ in telling)
    singled = [(g, cell) for g, reached, _ in telling for cell in reached.cells if cell.routes[0] in _SINGLED]
    name = escape(target.name)
    head = say(
        lang,
        "many.district",
        name=name,
        documents=len(library.guidelines),
        checked=library.checked,
        count=len(telling),
        applies=total,
    )
    blocks = [head, *map(escape, target.remarks)]
    if singled:
        blocks.append(say(lang, "many.singled", name=name, count=len(singled)))
        blocks.append("\n".join(_entry(g, cell, lang) for g, cell in singled[:_QUOTED]))
    if len(singled) > _QUOTED:
        blocks.append(say(lang, "many.not_quoted", count=len(singled) - _QUOTED))
    blocks += [say(lang, "many.by_document"), "\n".join(_counted(g, r.cells, lang) for g, r, _ in telling)]
    return Answer(
        text,
        "district",
        "\n\n".join(blocks),
        tuple(citation for g, cell in singled for citation in citations_of(g, [cell])),
        completeness="complete",
        districts=target.rows if target.kind == "group" else target.rows[:1],
        applicability=tuple(applies for _, _, each in telling for applies in each),
        checked=library.checked,
        lang=lang,
    )


def compare_over_many(text: str, lang: Lang, library: Library, found: Sequence[Found]) -> Answer:
    """What reaches two or more targets in many documents: counts, and what reaches only one of them."""
    names = [escape(one[0][1].target.name) for one in found]
    lines: list[str] = []
    alone: list[tuple[Guideline, Cell, str]] = []
    for parts in zip(*found, strict=True):
        guideline, reached = parts[0][0], [part[1] for part in parts]
        common = frozenset.intersection(*(one.ids for one in reached))
        if not any(one.cells for one in reached):
            continue
        counts = say(lang, "compare.joint").join(
            say(lang, "compare.count", name=name, count=len(one.cells))
            for name, one in zip(names, reached, strict=True)
        )
        lines.append(
            say(
                lang,
                "many.compared",
                document=document_name(guideline, lang),
                counts=counts,
                common=len(common),
            )
        )
        for name, one in zip(names, reached, strict=True):
            alone += [(guideline, cell, name) for cell in one.cells if cell.measure.id not in common]
    head = say(
        lang, "many.compare_head", names="、".join(names), documents=len(library.guidelines), count=len(alone)
    )
    shown = [f"- {name}: {_entry(g, cell, lang)[2:]}" for g, cell, name in alone[:_QUOTED]]
    more = [say(lang, "many.not_quoted", count=len(alone) - _QUOTED)] if len(alone) > _QUOTED else []
    everything = {applies.measure_id: applies for one in found for _, _, each in one for applies in each}
    return Answer(
        text,
        "compare",
        "\n\n".join([head, "\n".join(shown), *more, say(lang, "many.by_document"), "\n".join(lines)]),
        tuple(citation for g, cell, _ in alone for citation in citations_of(g, [cell])),
        completeness="complete",
        districts=tuple(dict.fromkeys(row for one in found for row in one[0][1].target.rows)),
        applicability=tuple(everything.values()),
        checked=library.checked,
        lang=lang,
    )


def list_over_many(
    text: str, lang: Lang, library: Library, what: str, chosen: Sequence[tuple[Guideline, Sequence[Measure]]]
) -> Answer:
    """Measures of a list by document and name; `chosen` holds the documents that have some."""
    count = sum(len(measures) for _, measures in chosen)
    head = say(
        lang,
        "many.list",
        documents=len(library.guidelines),
        checked=library.checked,
        what=what,
        count=count,
        telling=len(chosen),
    )
    lines = [
        f"- {document_name(g, lang)}: {'、'.join(map(measure_name, measures))}" for g, measures in chosen
    ]
    return Answer(
        text,
        "list",
        "\n\n".join([head, "\n".join(lines), say(lang, "many.ask_one")]),
        tuple(cite(m, m.sentences[0]) for _, measures in chosen for m in measures if m.sentences),
        completeness="complete",
        checked=library.checked,
        lang=lang,
    )


def _entry(guideline: Guideline, cell: Cell, lang: Lang) -> str:
    """A measure with its document, its routes as tags and the words that prove the strongest."""
    citation = next(iter(citations_of(guideline, [cell])))
    tags = " ".join(f"`{say(lang, f'route.{route}')}`" for route in cell.routes)
    name = escape(f"{cell.measure.label}{cell.measure.title}")
    quote = say(lang, "cite.quote", quote=escape(best_proof(cell).quote))
    link = say(lang, "cite.link", line=citation.line, anchor=anchor(citation))
    return f"- **《{escape(guideline.meta.title or guideline.slug)}》{name}** {tags} — {quote} {link}"


def _counted(guideline: Guideline, cells: Iterable[Cell], lang: Lang) -> str:
    """A document in one line: how many of its measures apply, by their strongest routes."""
    firsts = [cell.routes[0] for cell in cells]
    counts = [(route, firsts.count(route)) for route in ROUTES]
    routes = "、".join(f"{say(lang, f'route.{route}')} {count}" for route, count in counts if count)
    return say(
        lang, "many.counted", document=document_name(guideline, lang), count=len(firsts), routes=routes
    )
