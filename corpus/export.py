"""A guideline as plain data for JSON: the format that `wence parse --json` prints."""

from __future__ import annotations

from typing import Any

from corpus.lines import Lines
from corpus.measure import Guideline, Measure, Span
from corpus.numbering import Kind, Place, find_labels
from corpus.position import unit_place

_DATES = ("published", "passed", "amended", "effective", "repealed", "valid_until")
_ITEMS = (Kind.PAREN, Kind.ARABIC, Kind.ARABIC_PAREN, Kind.CIRCLED)


def to_json(guideline: Guideline) -> dict[str, Any]:
    """Title, issuer, dates, sections, measures, preamble, closing and dropped, ready for `json.dumps`.

    Offsets count characters of the source; lines count from 1. What is unknown is null.
    """
    meta = guideline.meta
    return {
        "title": meta.title or None,
        "issuer": meta.issuer or None,
        "doc_no": meta.doc_no or None,
        **{name: getattr(meta, name) or None for name in _DATES},
        "status": meta.status or None,
        "replaces": list(meta.replaces),
        "sections": [
            {"number": s.number, "label": s.label, "title": s.title, "level": s.level, **_span(s.span)}
            for s in guideline.sections
        ],
        "measures": [_measure(measure, guideline) for measure in guideline.measures],
        "preamble": _span(guideline.preamble) if guideline.preamble else None,
        "closing": _span(guideline.closing) if guideline.closing else None,
        "dropped": [{**_span(d.span), "reason": d.reason} for d in guideline.dropped],
    }


def _span(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def _measure(measure: Measure, guideline: Guideline) -> dict[str, Any]:
    return {
        "id": measure.id,
        "number": measure.number,
        "label": measure.label,
        "title": measure.title,
        "section": measure.section,
        "path": list(measure.path),
        "text": measure.text,
        **_span(measure.span),
        "line": measure.span.line,
        **unit_place(guideline, measure.span.start),
        "body": _span(measure.body),
        "sentences": [{"text": s.text, **_span(s.span), "line": s.span.line} for s in measure.sentences],
        "items": _items(measure, guideline),
        "notes": [
            {"text": n.text, "source": n.source} for n in guideline.meta.notes if n.measure == measure.number
        ],
    }


def _items(measure: Measure, guideline: Guideline) -> list[dict[str, Any]]:
    """The numbered items inside a measure: （一）, 1., (1), ① at the beginning of a line."""
    offset = 0 if guideline.records else measure.span.start
    found = find_labels(Lines.of(measure.text))
    return [
        {"label": label.text, "number": label.number, "kind": str(label.kind), "start": offset + label.start}
        for label in found
        if label.place is Place.LINE and label.kind in _ITEMS and label.start > 0
    ]
