"""What the index holds, as JSON forms: measures, districts, search. For REST and MCP alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

from bot.answer import Answer
from bot.json_form import Json, answer_json, hits_json, measure_json
from bot.live import Answering
from bot.reach import applies_of, reached
from bot.where import Target, target_named
from corpus.measure import Guideline, Measure
from index.store import Index

TEXT_PARTS = "\n\n"


class Shelf:
    """An index, with the document that each measure is from."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.of = {measure.id: guideline for guideline in index.guidelines for measure in guideline.measures}


class ShelfNow:
    """The shelf of the index of the moment, made anew when the assistant has another one."""

    def __init__(self, assistant: Answering) -> None:
        self._assistant = assistant
        self._shelf = Shelf(assistant.index)

    def __call__(self) -> Shelf:
        """The shelf."""
        index, shelf = self._assistant.index, self._shelf
        if shelf.index is not index:
            shelf = self._shelf = Shelf(index)
        return shelf


def measure_form(shelf: Shelf, measure_id: str) -> Json | None:
    """A measure by its id; None if there is none."""
    guideline = shelf.of.get(measure_id)
    if guideline is None:
        return None
    return _measure(guideline, shelf.index.measures[shelf.index.row(measure_id)])


def measures_form(index: Index, document: str | None, offset: int, limit: int) -> Json | None:
    """A page of measures, of all documents or of one (by its slug); None if there is no such document."""
    chosen = [g for g in index.guidelines if document is None or g.slug == document]
    if document is not None and not chosen:
        return None
    pairs = ((guideline, measure) for guideline in chosen for measure in guideline.measures)
    return {
        "total": sum(len(g.measures) for g in chosen),
        "offset": offset,
        "limit": limit,
        "measures": [_measure(g, m) for g, m in islice(pairs, offset, offset + limit)],
    }


def district_form(index: Index, name: str) -> Json | None:
    """All that reaches a district, group or zone, by any of its names; None if no gazetteer knows it."""
    target = next((t for t in _targets(index, name)), None)
    if target is None:
        return None
    documents = []
    for guideline in index.guidelines:
        applies = index.applicability.get(guideline.slug)
        if applies is None or target_named(name, applies.gazetteer, "zh") != target:
            continue
        cells = reached(target, applies).cells
        documents.append(
            {
                "guideline": guideline.slug,
                "title": guideline.meta.title,
                "checked": len(guideline.measures),
                "applicability": [asdict(applies_of(cell)) for cell in cells],
            }
        )
    return {
        "name": target.name,
        "kind": target.kind,
        "districts": list(target.rows),
        "notes": list(target.remarks),
        "documents": documents,
    }


def search_form(shelf: Shelf, question: str, k: int) -> Json:
    """The k best measures for a question, as `wence search --json`, with what they are called."""
    hits = shelf.index.search(question, k).hits
    form = hits_json(hits)
    named = [
        {
            "label": hit.measure.label,
            "title": hit.measure.title,
            "guideline": shelf.of[hit.measure.id].slug,
            "document": shelf.of[hit.measure.id].meta.title,
        }
        for hit in hits
    ]
    rows = form["hits"]
    assert isinstance(rows, list)
    return {"hits": [row | more for row, more in zip(rows, named, strict=True)]}


def answer_events(answer: Answer, question_id: str | int | None) -> Iterator[tuple[str, object]]:
    """An answer as events: `meta` (all but text and proofs), `text` part by part, `answer` whole, `done`."""
    form = answer_json(answer, question_id)
    yield "meta", {key: form[key] for key in ("question", "route", "completeness", "refusal", "districts")}
    for number, part in enumerate(answer.text.split(TEXT_PARTS)):
        yield "text", {"text": part if number == 0 else TEXT_PARTS + part}
    yield "answer", form
    yield "done", {}


def _targets(index: Index, name: str) -> Iterator[Target]:
    gazetteers = {a.gazetteer.region: a.gazetteer for a in index.applicability.values()}
    for gazetteer in gazetteers.values():
        target = target_named(name, gazetteer, "zh")
        if target is not None:
            yield target


def _measure(guideline: Guideline, measure: Measure) -> Json:
    return measure_json(guideline, measure) | {"document": guideline.meta.title}
