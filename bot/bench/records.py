"""A folder of records with questions: what is read, what was asked for, what was found.

`corpus.jsonl` holds records, `queries.jsonl` lines such as
``{"id": "q1", "text": "…", "gold": ["record id", …]}``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.bench.figures import Choice, Times
from corpus.errors import UsageError

TOP = 10
CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"
SAMPLE = 400
"""So many records are indexed to compare the times of building, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the ids of the records that answer it."""

    text: str
    gold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordsJob:
    """What the process works on, handed to it as JSON."""

    folder: Path
    embedding_model: str
    sample: int
    encoder: Choice = "auto"


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Mean share of a question's records among the first ten, and mean of 1 / rank of the first of them."""

    recall: float
    mrr: float

    @classmethod
    def of(cls, asked: Sequence[Asked], found: Sequence[Sequence[str]]) -> Retrieval:
        """From the ids found for each question, best first."""
        rows = [(set(each.gold), ids[:TOP]) for each, ids in zip(asked, found, strict=True)]
        recall = sum(len(gold & set(ids)) / len(gold) for gold, ids in rows)
        ranks = [next((place for place, i in enumerate(ids, 1) if i in gold), None) for gold, ids in rows]
        reciprocal = sum(1 / rank for rank in ranks if rank)
        return cls(round(recall / len(rows), 4), round(reciprocal / len(rows), 4))


@dataclass(frozen=True, slots=True)
class Way:
    """One way to search: milliseconds a question, and how much it finds."""

    name: str
    times: Times | None
    found: Retrieval


@dataclass(frozen=True, slots=True)
class Building:
    """Seconds for the same sample: an index of ours, and the bare model for the same batches, each
    part of the sample in turn. `whole_s` is an index of all records."""

    sample: int
    ours_s: float
    torch_s: float
    encoder_s: float
    whole_s: float


@dataclass(frozen=True, slots=True)
class RecordsReport:
    """Ways side by side: `ours` whole, the two floors, and each half of the search by itself."""

    records: int
    questions: int
    ours: Way
    torch_floor: Way
    onnx_floor: Way
    dense: Way
    sparse: Way
    building: Building

    @property
    def ratios(self) -> dict[str, float]:
        """Ours as a multiple of the floors, by medians and by sums of times."""
        building = self.building
        return {
            "search_over_torch_faiss": _over(self.ours, self.torch_floor),
            "search_over_encoder_faiss_bm25s": _over(self.ours, self.onnx_floor),
            "build_over_torch": round(building.ours_s / building.torch_s, 2),
            "build_over_encoder": round(building.ours_s / building.encoder_s, 2),
        }


def _over(way: Way, floor: Way) -> float:
    return round(way.times.median / floor.times.median, 2) if way.times and floor.times else 0.0


def queries_of(folder: Path) -> tuple[Asked, ...]:
    """The questions of a folder of records. Raises UsageError if they cannot be read or there is none."""
    file = folder / QUERIES
    try:
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = tuple(_ASKED.validate_python(json.loads(line)) for line in lines)
    except (OSError, ValueError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise _unreadable(file, reason) from error
    if not found or not all(each.gold for each in found):
        raise _unreadable(file, "a question without gold, or none at all")
    return found


def _unreadable(file: Path, reason: str) -> UsageError:
    return UsageError(
        f'无法读取检索评测 {file}:{reason}。文件夹应有 {CORPUS} 与 {QUERIES},后者每行为 {{"text": "…", '
        '"gold": ["记录编号"]}。',
        f"Cannot read the retrieval set, {file}: {reason}. The folder needs {CORPUS} and {QUERIES}, the "
        'latter with lines such as {"text": "…", "gold": ["id of a record"]}.',
    )


_ASKED = TypeAdapter(Asked)
