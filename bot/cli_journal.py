"""`wence journal …`: what visitors asked, for the operator. Where the journal is, WENCE_JOURNAL says."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli_output import write_out
from bot.settings import read_settings

app = typer.Typer(
    name="journal",
    help="问答日志:报告、导出、清理。 The journal of questions: report, export, prune.",
    no_args_is_help=True,
)

SinceOption = Annotated[
    str, typer.Option("--since", help="从何时起:30d、12h、8w 或日期 / since: 30d, 12h, 8w, or a date")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="写到这个文件 / write to this file")]
_EVER = "36500d"
_WIDTH = 120


@app.command()
def report(
    since: SinceOption = "30d",
    form: Annotated[
        Literal["table", "csv", "html"], typer.Option("--format", help="输出格式 / output format")
    ] = "table",
    out: OutOption = None,
    top: Annotated[int, typer.Option(min=1, max=10_000, help="每张表最多几行 / rows of a table")] = 20,
) -> None:
    """问得最多的、没有回答的、评价不好的问题,和各区县的。 Most asked, unanswered, disliked, by district."""
    from bot.journal.period import read_since
    from bot.journal.read import open_to_read, read_report
    from bot.journal.report import report_csv, report_text
    from bot.journal.report_html import report_html

    now = datetime.now(UTC)
    begin = read_since(since, now)
    with closing(open_to_read(read_settings())) as store:
        found = read_report(store, begin, now, top)
    if form == "csv":
        write_out([report_csv(found)], out)
    elif form == "html":
        write_out([report_html(found).encode("utf-8", errors="replace")], out)
    else:
        colour = out is None and sys.stdout.isatty()
        write_out([report_text(found, _width(), colour=colour).encode("utf-8", errors="replace"), b"\n"], out)


@app.command()
def export(
    since: SinceOption = _EVER,
    form: Annotated[
        Literal["jsonl", "csv"], typer.Option("--format", help="输出格式 / output format")
    ] = "jsonl",
    out: OutOption = None,
) -> None:
    """导出每一条问答。 Every entry with its opinion, oldest first."""
    from bot.journal.export import export_lines
    from bot.journal.period import read_since
    from bot.journal.read import open_to_read, read_entries

    begin = read_since(since)
    with closing(open_to_read(read_settings())) as store:
        write_out(export_lines(read_entries(store, begin), form), out)


@app.command()
def prune(
    days: Annotated[
        int | None,
        typer.Option(min=0, max=36_500, help="保留几天;默认 WENCE_JOURNAL_DAYS / days that are kept"),
    ] = None,
) -> None:
    """删除过期的条目。 Delete entries older than the retention now, not within the hour."""
    from bot.journal.read import forget_all, open_to_read

    settings = read_settings()
    kept = settings.journal_days if days is None else days
    with closing(open_to_read(settings)) as store:
        gone = forget_all(store, datetime.now(UTC) - timedelta(days=kept))
    write_out([f"已删除 {gone} 条\nDeleted: {gone}\n".encode()], None)


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((_WIDTH, 24)).columns if sys.stdout.isatty() else _WIDTH
