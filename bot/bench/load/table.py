"""The figures of a load as a table for the terminal."""

from __future__ import annotations

from bot.bench.load.figures import GROWTH_PERCENT, OF_ENCODER, P95_SECONDS, Level, LoadReport

_HEAD = (
    "door",
    "visitors",
    "answers",
    "errors",
    "crossed",
    "p50 s",
    "p95 s",
    "p99 s",
    "answers/s",
    "of encoder",
    "MiB",
    "growth %",
    "server CPU",
    "client CPU",
    "ms/answer",
)


def load_text(report: LoadReport) -> str:
    """A line for each level, then the encoder alone and what the figures mean."""
    rows = [_HEAD, *map(_row, report.levels)]
    lines = ["".join(f"{cell:>11}" for cell in row) for row in rows]
    sizes = ", ".join(f"{rate:.0f} ({size})" for size, rate in report.bare.per_second.items())
    return "\n".join([*lines, "", *_problems(report), *_notes(report, sizes)])


def _row(level: Level) -> tuple[str, ...]:
    return (
        level.door,
        str(level.visitors),
        str(level.answers),
        str(level.errors),
        str(level.crossed),
        f"{level.p50:.3f}",
        f"{level.p95:.3f}",
        f"{level.p99:.3f}",
        f"{level.per_second:.1f}",
        f"{level.of_encoder:.2f}",
        _known(level.mib, "{:.0f}"),
        _known(level.growth, "{:+.1f}"),
        _known(level.server_cpu, "{:.0%}"),
        f"{level.client_cpu:.0%}",
        f"{_known(level.server_ms, '{:.1f}')}+{level.client_ms:.1f}",
    )


def _problems(report: LoadReport) -> list[str]:
    return [
        f"{level.visitors} visitors ({level.door}): {level.problems}"
        for level in report.levels
        if level.problems
    ]


def _notes(report: LoadReport, sizes: str) -> list[str]:
    return [
        f"the encoder alone, questions a second (by batch): {sizes}",
        f"ms/answer: of processor, server + visitors; the encoder takes {report.bare.cpu_ms:.1f} ms alone",
        f"{report.cores} cores, think time {report.think_s:g} s, ready after {report.ready_s:g} s, "
        f"Python {report.python}; CPU is of all cores, the visitors share them with the server",
        f"aims at 200 visitors: no errors, none crossed, p95 <= {P95_SECONDS:g} s, "
        f">= {OF_ENCODER} of the encoder, growth over the second half <= {GROWTH_PERCENT:g} %",
    ]


def _known(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
