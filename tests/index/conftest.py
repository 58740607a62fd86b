"""The invented guidelines of tests/data, parsed and indexed with the real model once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.load import load_corpus
from corpus.measure import Guideline
from index.embed import Embedder
from index.store import Index

CORPUS = Path(__file__).parent.parent / "data" / "corpus"


@pytest.fixture(scope="session")
def guidelines() -> list[Guideline]:
    return load_corpus(CORPUS)


@pytest.fixture(scope="session")
def index(guidelines: list[Guideline], embedder: Embedder) -> Index:
    return Index.build(guidelines, embedder)
