"""`wence eval`: figures over a file of questions with known answers, and a gate by thresholds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_output import print_result, tell, write_out
from bot.settings import Settings, index_named, read_settings
from corpus.errors import UsageError

if TYPE_CHECKING:
    from bot.evaluation.cases import Known
    from bot.evaluation.run import Evaluation
    from bot.evaluation.thresholds import Met

_WIDTH = 120


def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="问题文件 / question files (.jsonl)", show_default=False),
    ],
    json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
    split: Annotated[
        str | None, typer.Option("--split", help="只用这一部分 / only this split, such as held")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="把报告写成网页 / write the report as a page")
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            "--threshold", help="门槛,如 hit@1=0.9;未达到则退出码为 1 / NAME=VALUE that must be met"
        ),
    ] = None,
    thresholds: Annotated[
        Path | None, typer.Option("--thresholds", help="门槛文件 / thresholds from a TOML file")
    ] = None,
    index: Annotated[str | None, typer.Option("--index", help="索引 / index")] = None,
    no_dense: Annotated[bool, typer.Option("--no-dense", help="只用 BM25 / BM25 alone")] = False,
) -> None:
    """用问题文件评测。 Measure the answers to a file of questions with known answers."""
    from bot.evaluation.cases import choose, read_known
    from bot.evaluation.thresholds import check_names, compare, missed, read_thresholds
    from bot.json_form import dump

    wanted = read_thresholds(threshold or (), thresholds)
    known = choose([one for file in files for one in read_known(file)], split)
    if html and not html.parent.is_dir():
        raise UsageError(f"没有文件夹 {html.parent}。", f"There is no folder {html.parent} for the page.")
    check_names(wanted, known)
    found = _evaluation(_settings(index, no_dense), known)
    met = compare(wanted, found)
    if html:
        write_out([_page(files, split, found, met)], html)
    if json:
        print_result(dump({**found.to_json(), "thresholds": [one.to_json() for one in met]}, indent=2))
    else:
        print_result(_text(found, met))
    if not all(one.ok for one in met):
        raise missed(met)


def _settings(index: str | None, no_dense: bool) -> Settings:
    changed = {**(index_named(index) if index else {}), **({"dense": False} if no_dense else {})}
    return read_settings().model_copy(update=changed)


def _evaluation(settings: Settings, known: list[Known]) -> Evaluation:
    """Asks everything; with a language model where one is configured."""
    from bot.ask import Assistant
    from bot.build import open_assistant
    from bot.evaluation.retrieval import is_installed, not_installed
    from bot.evaluation.run import evaluate

    if not is_installed():
        missing = not_installed()
        tell(f"{missing.zh}\n{missing.en}")
    assistant = open_assistant(settings, report=tell)
    plain = Assistant(assistant.index, settings.max_question)
    speaking = assistant if settings.llm_model else None
    with _progress(len(known) * (2 if speaking else 1)) as tick:
        return evaluate(plain, known, speaking, tick)


def _page(files: list[Path], split: str | None, found: Evaluation, met: list[Met]) -> bytes:
    from datetime import datetime

    from bot.evaluation.page import report_html

    page = report_html(found, met, files=[file.name for file in files], split=split, at=datetime.now())
    return page.encode("utf-8", errors="replace")


def _text(found: Evaluation, met: list[Met]) -> str:
    import shutil

    from bot.evaluation.table import report_text

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((_WIDTH, 24)).columns if terminal else _WIDTH
    return report_text(found, met, width=width, colour=terminal)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], object]]:
    """A bar on standard error, gone when all is asked."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("提问 / asking", total=total)
        yield lambda done: progress.advance(task, done)
