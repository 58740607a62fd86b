"""`wence bench`: time, memory and hit rates of Wence, beside the pipeline that one would build instead."""

from __future__ import annotations

from bot.bench.report import BenchReport
from bot.bench.run import run_bench
from bot.bench.table import report_text

__all__ = ["BenchReport", "report_text", "run_bench"]
