"""A benchmark's figures as a table for the terminal."""

from __future__ import annotations

from typing import Literal

from bot.bench.figures import Encoders, Found, Side, Times
from bot.bench.records_table import records_rows
from bot.bench.report import BenchReport

_WIDTH = 40
Row = tuple[str, str, str]


def report_text(report: BenchReport) -> str:
    """Both sides beside each other, and below what the hit rates mean."""
    sides = (report.wence, report.plain)
    header = ("", "Wence", "500/50 + FAISS top-4")
    rows = [header, *_costs(sides), *_questions(sides), *_finds(sides)]
    lines = [f"{name:<{_WIDTH}}{wence:>14}{plain:>22}" for name, wence, plain in rows]
    return "\n".join([*lines, *_encoders(report.encoders), *_records(report), "", *_notes(report)])


def _encoders(found: Encoders) -> list[str]:
    header = ("the encoder", found.name, "torch")
    rows = [
        header,
        _row("  a question, ms: median (p95)", _times(found.question), _times(found.question_torch)),
        _row("  passages a second", f"{found.passages_per_s:.1f}", f"{found.passages_per_s_torch:.1f}"),
        _row("  largest difference of a vector", f"{found.difference:.0e}", ""),
    ]
    return ["", *(f"{name:<{_WIDTH}}{ours:>14}{torch:>22}" for name, ours, torch in rows)]


def _records(report: BenchReport) -> list[str]:
    if report.records is None:
        return ["", "records: not measured; --records DIR takes a folder with corpus.jsonl and queries.jsonl"]
    return ["", *records_rows(report.records)]


def _costs(sides: tuple[Side, Side]) -> list[Row]:
    return [
        _row("model load, s", *(f"{side.model_s:.2f}" for side in sides)),
        _row("build, s", *(f"{side.build_s:.2f}" for side in sides)),
        _row("index load, ms", *("-" if side.load_ms is None else f"{side.load_ms:.1f}" for side in sides)),
        _row("peak memory, MiB", *(f"{side.peak_mib:.0f}" for side in sides)),
    ]


def _questions(sides: tuple[Side, Side]) -> list[Row]:
    return [
        _row("a question, ms: median (p95)", "", ""),
        _row("  encode", *(_times(side.encode) for side in sides)),
        _row("  search", *(_times(side.search) for side in sides)),
        _row("  compose", *(_times(side.compose) for side in sides)),
        _row("  all", *(_times(side.total) for side in sides)),
        _row("  the model's bare encoding", *(_times(side.bare) for side in sides)),
        _row("  all / bare encoding", *(f"{side.over_bare:.2f}" for side in sides)),
    ]


def _finds(sides: tuple[Side, Side]) -> list[Row]:
    return [
        _row("results to choose from", *(str(side.results) for side in sides)),
        _row("characters in one, mean", *(f"{side.characters:.0f}" for side in sides)),
        _row("hit@1 / hit@3", "", ""),
        _row("  what it is about", *(_rate(side.found, "about") for side in sides)),
        _row("  whatever it touches", *(_rate(side.found, "touching") for side in sides)),
        _row("the same, the page round it cut off", "", ""),
        _row("  what it is about", *(_rate(side.trimmed, "about") for side in sides)),
        _row("  whatever it touches", *(_rate(side.trimmed, "touching") for side in sides)),
    ]


def _notes(report: BenchReport) -> list[str]:
    return [
        f"{report.questions} questions, {report.model}, {report.cores} cores, Python {report.python}",
        "about: the measure that fills most of a chunk; touches: every measure a chunk has a character of",
    ]


def _row(name: str, wence: str, plain: str) -> Row:
    return name, wence, plain


def _times(times: Times | None) -> str:
    return "-" if times is None else f"{times.median:.1f} ({times.p95:.1f})"


def _rate(found: Found | None, reading: Literal["about", "touching"]) -> str:
    if found is None:
        return "-"
    rate = found.about if reading == "about" else found.touching
    return f"{rate.at_1:.2f} / {rate.at_3:.2f}"
