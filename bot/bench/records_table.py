"""The figures of a folder of records as lines for the terminal."""

from __future__ import annotations

from bot.bench.records import RecordsReport, Way


def records_rows(report: RecordsReport) -> list[str]:
    """Each way to search, then building, then ours as a multiple of the floors."""
    building = report.building
    ways = (report.ours, report.torch_floor, report.onnx_floor, report.dense, report.sparse)
    return [
        f"{report.records} records, {report.questions} questions"
        f"{'ms: median (p95)':>36}{'recall@10':>11}{'MRR@10':>8}",
        *(_way(way) for way in ways),
        f"index of {building.sample} records, s: Wence {building.ours_s:.1f}, the bare encoder "
        f"{building.encoder_s:.1f}, bare torch {building.torch_s:.1f}; of all, Wence {building.whole_s:.1f}",
        *(f"  {name.replace('_', ' '):<38}{ratio:>6.2f}" for name, ratio in report.ratios.items()),
    ]


def _way(way: Way) -> str:
    times = f"{way.times.median:.1f} ({way.times.p95:.1f})" if way.times else "-"
    return f"  {way.name:<38}{times:>20}{way.found.recall:>11.3f}{way.found.mrr:>8.3f}"
