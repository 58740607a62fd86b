"""The public JSON forms of answers and hits. Fields may be added; those here keep their names and meaning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields

from bot.answer import Answer, Applies, Citation, Proof, Source, Spoken, Timing
from corpus.measure import Guideline, Measure
from corpus.position import unit_place
from index.hits import Hit

Json = dict[str, object]
_UNITS = ("page", "paragraph")
_NOUNS = (Citation, Proof, Applies, Source, Spoken, Timing)
_FIELDS: dict[type, tuple[str, ...]] = {noun: tuple(field.name for field in fields(noun)) for noun in _NOUNS}


def answer_json(answer: Answer, question_id: str | int | None = None) -> Json:
    """An answer as the command line, and every other surface, gives it out."""
    form: Json = {} if question_id is None else {"id": question_id}
    form |= {
        "question": answer.question,
        "route": answer.route,
        "completeness": answer.completeness,
        "refusal": answer.refusal,
        "confidence": answer.confidence,
        "districts": list(answer.districts),
        "text": answer.text,
        "citations": [_placed(citation) for citation in answer.citations],
        "applicability": [_applies(applies) for applies in answer.applicability],
        "checked": answer.checked,
        "searched": [_flat(source) for source in answer.searched],
        "searched_count": answer.searched_count,
        "listed": list(answer.listed),
        "notes": list(answer.notes),
        "lang": answer.lang,
        "model": answer.model,
        "spoken": _flat(answer.spoken) | {"grounded": answer.spoken.grounded} if answer.spoken else None,
        "timing_ms": _flat(answer.timing) if answer.timing else None,
    }
    return form


def _placed(quoted: Citation | Proof) -> Json:
    """A quote with page or paragraph where its document is counted in these."""
    return {name: value for name, value in _flat(quoted).items() if name not in _UNITS or value is not None}


def _flat(noun: Citation | Proof | Applies | Source | Spoken | Timing) -> Json:
    """Field by field. `dataclasses.asdict` copies deeply, which took a fifth of a busy server's time."""
    return {name: getattr(noun, name) for name in _FIELDS[type(noun)]}


def _applies(applies: Applies) -> Json:
    return {**_flat(applies), "evidence": [_placed(proof) for proof in applies.evidence]}


def hits_json(hits: Sequence[Hit], question_id: str | int | None = None) -> Json:
    """A search result: measure ids with fused scores, best first."""
    form: Json = {} if question_id is None else {"id": question_id}
    form["hits"] = [{"id": h.measure.id, "score": round(h.score, 6), "rank": h.rank} for h in hits]
    return form


def measure_json(guideline: Guideline, measure: Measure) -> Json:
    """One measure with its place in the source and the editor's notes on it."""
    return {
        "id": measure.id,
        "guideline": guideline.slug,
        "number": measure.number,
        "label": measure.label,
        "title": measure.title,
        "section": measure.section,
        "path": list(measure.path),
        "text": measure.text,
        "start": measure.span.start,
        "end": measure.span.end,
        "line": measure.span.line,
        **unit_place(guideline, measure.span.start),
        "sentences": [
            {"text": s.text, "start": s.span.start, "end": s.span.end, "line": s.span.line}
            for s in measure.sentences
        ],
        "notes": [note.text for note in guideline.meta.notes if note.measure == measure.number],
    }


def dump(form: object, *, indent: int | None = None) -> bytes:
    """UTF-8 JSON with Chinese as it is; half a surrogate pair stays an escape: any string can be written."""
    return json.dumps(form, ensure_ascii=False, indent=indent).encode("utf-8", errors="backslashreplace")
