"""Fixtures that are costly and shared: the real embedding model is loaded once a session."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.ask import Assistant
from bot.build import background_questions
from corpus.gazetteer import find_gazetteers
from corpus.load import load_corpus, packaged_corpus
from index.embed import Embedder, Vectors, load_embedder
from index.store import Index


class Ready(Protocol):
    """From a corpus folder to an assistant over it, with the real model."""

    def __call__(self, folder: Path, *, remember: bool = True) -> Assistant:
        """`remember` lets the assistant, too, encode each question only once."""


class Remembering(Embedder):
    """The same model; a question that comes again costs nothing, as those of the calibration do."""

    def __init__(self, embedder: Embedder) -> None:
        self.__dict__.update(vars(embedder))
        self._known: dict[str, Vectors] = {}

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As the model, from memory where it can."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, super().encode_queries(new), strict=True))
        return np.stack([self._known[text] for text in texts])


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The offline model, as `wence` itself loads it."""
    return load_embedder()


@pytest.fixture(scope="session")
def ready(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """Builds, saves and loads the index of a corpus folder, as `wence index` and `wence ask` do."""
    remembering = Remembering(embedder)
    built: dict[Path, Path] = {}

    def assistant_of(folder: Path, *, remember: bool = True) -> Assistant:
        if folder not in built:
            built[folder] = tmp_path_factory.mktemp("index") / "index"
            index = Index.build(
                load_corpus(folder),
                remembering,
                background=background_questions(),
                gazetteers=find_gazetteers(folder),
            )
            index.save(built[folder])
        return Assistant(Index.load(built[folder], remembering if remember else embedder))

    return assistant_of


@pytest.fixture(scope="session")
def assistant(ready: Ready) -> Assistant:
    """Answers over the guideline that comes with Wence, with the real model and a real index."""
    return ready(packaged_corpus(), remember=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium from the system: one a session, since two of Playwright's loops do not go together."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if not found:
        pytest.skip("chromium is not installed: apt install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()
