"""Fixtures that are costly and shared: the real embedding model is loaded once a session."""

from __future__ import annotations

import pytest

from bot.ask import Assistant
from bot.build import background_questions
from corpus.gazetteer import find_gazetteers
from corpus.load import load_corpus, packaged_corpus
from index.embed import Embedder, load_embedder
from index.store import Index


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The offline model, as `wence` itself loads it."""
    return load_embedder()


@pytest.fixture(scope="session")
def assistant(embedder: Embedder) -> Assistant:
    """Answers over the guideline that comes with Wence, with the real model and a real index."""
    folder = packaged_corpus()
    index = Index.build(
        load_corpus(folder), embedder, background=background_questions(), gazetteers=find_gazetteers(folder)
    )
    return Assistant(index)
