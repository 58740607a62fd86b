"""From a corpus folder to an index folder, and from an index folder to an Assistant."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import resources

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from bot.ask import Assistant
from bot.settings import Settings
from corpus.applicability import applicability, to_json
from corpus.gazetteer import find_gazetteers
from corpus.load import load_corpus
from index.embed import Embedder, load_embedder
from index.folder import has_index
from index.passage import corpus_hash, count_passages
from index.store import Index

Say = Callable[[str], None]


def background_questions() -> dict[str, list[str]]:
    """Questions that no policy guideline answers, by language: what refusals are calibrated against."""
    text = (resources.files("bot") / "data" / "calibration.jsonl").read_text(encoding="utf-8")
    groups: dict[str, list[str]] = {"zh": [], "en": []}
    for line in text.splitlines():
        record = json.loads(line)
        groups["en" if record["lang"] == "en" else "zh"].append(record["question"])
    return groups


def build_index(settings: Settings, console: Console) -> Index:
    """Read the corpus, embed it, and put the index in place; progress goes to `console`.

    Raises CorpusError, ModelError or IndexFolderError; the old index then stays as it was.
    """
    guidelines = load_corpus(settings.corpus)
    embedder = _embedder(settings) if settings.dense else None
    background = background_questions()
    total = count_passages(guidelines) if embedder else 0
    with _progress(console, total) as advance:
        index = Index.build(
            guidelines, embedder, advance, background=background, gazetteers=find_gazetteers(settings.corpus)
        )
    index.save(settings.index)
    return index


def is_current(settings: Settings) -> bool:
    """Whether the index in place was built from the corpus as it is now, by the wanted kind of search."""
    if not has_index(settings.index):
        return False
    index = Index.load(settings.index, None)
    guidelines = load_corpus(settings.corpus)
    if index.manifest.corpus != corpus_hash(guidelines) or index.manifest.dense != settings.dense:
        return False
    return to_json(index.applicability) == to_json(
        applicability(guidelines, find_gazetteers(settings.corpus))
    )


def open_assistant(settings: Settings, *, report: Say) -> Assistant:
    """An Assistant over the index in place; an index that is missing is built first.

    The model is loaded by the first question that needs it. Raises WenceError.
    """
    return Assistant(open_index(settings, report=report), settings.max_question)


def open_index(settings: Settings, *, report: Say) -> Index:
    """The index in place; one that is missing is built first, and `report` is told so."""
    if not has_index(settings.index):
        report(f"没有找到索引,正在建立:{settings.index}\nNo index found, building one: {settings.index}")
        return build_index(settings, Console(stderr=True))
    load = partial(_embedder, settings) if settings.dense else None
    return Index.load(settings.index, load)


def _embedder(settings: Settings) -> Embedder:
    return load_embedder(settings.embedding_model or None)


@contextmanager
def _progress(console: Console, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar over `total` passages; yields what is to be called with each number of passages done."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("建立索引 / building the index", total=total or None)
        yield partial(progress.advance, task)
