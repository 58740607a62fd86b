"""All that a benchmark found."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from bot.bench.figures import Encoders, Side
from bot.bench.records import RecordsReport
from bot.json_form import Json


@dataclass(frozen=True, slots=True)
class BenchReport:
    """Both sides, measured one after the other on the same machine, model, source and questions.

    `records` is None where no folder of records was given.
    """

    wence: Side
    plain: Side
    encoders: Encoders
    records: RecordsReport | None
    questions: int
    model: str
    cores: int
    python: str

    def to_json(self) -> Json:
        """As one JSON object."""
        form: Json = _REPORT.dump_python(self, mode="json")
        form["over_bare"] = {"wence": self.wence.over_bare, "plain": self.plain.over_bare}
        form["ratios"] = self.records.ratios if self.records else None
        return form


_REPORT = TypeAdapter(BenchReport)
