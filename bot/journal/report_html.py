"""The report as one page: bars drawn by the style sheet and as SVG, no script, nothing from elsewhere."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import resources
from typing import Final

from bot.journal.read import Count, Report
from bot.journal.report import Section, label, named, period, sections, totals
from bot.markup import inert

_WIDTH, _HEIGHT, _FOOT = 720, 160, 18
_MOST_DAYS: Final = 366
"""Days that the chart shows; of more the latest."""


def report_html(report: Report) -> str:
    """The report as a self-contained page. What visitors typed is shown as they typed it and does nothing."""
    style = (resources.files("bot.journal") / "report.css").read_text(encoding="utf-8")
    numbers = "".join(f"<li><b>{number}</b> {_two(*words)}</li>" for words, number in totals(report))
    body = "".join(_section(table, report) for table in sections(report))
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{inert(label('heading', 'title')[0])}</title>\n<style>\n{style}</style></head>\n"
        f"<body><h1>{_two(*label('heading', 'title'))}</h1><p>{_two(*period(report))}</p>"
        f'<ul class="totals">{numbers}</ul>{body}</body>\n</html>\n'
    )


def _section(table: Section, report: Report) -> str:
    chart = _chart(report.days) if table.name == "days" and report.days else ""
    drawn = _table(table) if table.rows else f"<p>{_two(*label('said', 'nothing'))}</p>"
    if chart:
        drawn = f"<details><summary>{_two(*label('column', 'day'))}</summary>{drawn}</details>"
    return f"<section><h2>{_two(*label('heading', table.name))}</h2>{chart}{drawn}</section>"


def _table(table: Section) -> str:
    heads = "".join(f'<th scope="col">{_two(*label("column", name))}</th>' for name in table.columns)
    counted = table.columns.index("count") if "count" in table.columns else None
    most = max((row[counted] for row in table.rows), default=0) if counted is not None else 0
    rows = []
    for row in table.rows:
        cells = [f"<td>{inert(cell)}</td>" for cell in named(table, row)]
        if counted is not None and isinstance(most, int) and most:
            share = 100 * int(str(row[counted])) / most
            cells[counted] = (
                f'<td class="bar"><span style="width:{share:.1f}%"></span><b>{row[counted]}</b></td>'
            )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _chart(days: tuple[Count, ...]) -> str:
    """A column for each day that had questions; those that were refused in another colour."""
    shown = _every_day(days)[-_MOST_DAYS:]
    most = max(day.count for day in shown)
    step = _WIDTH / len(shown)
    columns = "".join(_column(day, n * step, step, most) for n, day in enumerate(shown))
    names = {0: ("start", shown[0].item), _WIDTH: ("end", shown[-1].item)}
    feet = "".join(
        f'<text x="{x}" y="{_HEIGHT + _FOOT - 4}" text-anchor="{anchor}">{inert(day)}</text>'
        for x, (anchor, day) in names.items()
    )
    title = inert(" / ".join(label("heading", "days")))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT + _FOOT}" role="img" aria-label="{title}">{columns}{feet}</svg>'
        f'<p class="legend">■ {_two(*label("column", "count"))} (≤ {most}) '
        f'<span class="refused">■ {_two(*label("column", "refused"))}</span></p>'
    )


def _every_day(days: tuple[Count, ...]) -> list[Count]:
    """The days from the first to the last, those without a question too."""
    asked = {date.fromisoformat(day.item): day for day in days}
    first = min(asked)
    every = [first + timedelta(days=n) for n in range((max(asked) - first).days + 1)]
    return [asked.get(day) or Count(day.isoformat(), 0, 0, 0) for day in every]


def _column(day: Count, left: float, step: float, most: int) -> str:
    width = max(0.5, min(40.0, 0.8 * step))
    height, refused = (_HEIGHT * n / most for n in (day.count, day.refused))
    refusals = f"{label('column', 'refused')[0]} {day.refused}"
    return (
        f"<g><title>{inert(f'{day.item}: {day.count} ({refusals})')}</title>"
        f'<rect x="{left:.1f}" y="{_HEIGHT - height:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        f'<rect class="refused" x="{left:.1f}" y="{_HEIGHT - refused:.1f}" width="{width:.1f}" '
        f'height="{refused:.1f}"/></g>'
    )


def _two(zh: str, en: str) -> str:
    return f'{inert(zh)} <span lang="en">{inert(en)}</span>'
