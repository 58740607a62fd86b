"""The invented guidelines of tests/data, parsed and indexed with the real model once a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.gazetteer import find_gazetteers
from corpus.load import load_corpus
from corpus.measure import Guideline
from index.embed import Embedder
from index.open import Place, open_index, save_index
from index.store import Index
from tests.index.backends import KINDS, place_of

CORPUS = Path(__file__).parent.parent / "data" / "corpus"


@pytest.fixture(scope="session")
def guidelines() -> list[Guideline]:
    return load_corpus(CORPUS)


@pytest.fixture(scope="session")
def built(guidelines: list[Guideline], embedder: Embedder) -> Index:
    """The index as it was built, in memory."""
    return Index.build(guidelines, embedder, gazetteers=find_gazetteers(CORPUS))


@pytest.fixture(scope="session", params=KINDS)
def index(
    request: pytest.FixtureRequest, built: Index, embedder: Embedder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Index]:
    """The same index, written to a place of each kind and read from there."""
    with place_of(request.param, tmp_path_factory.mktemp(request.param)) as place:
        save_index(built, place)
        yield open_index(place, embedder)


@pytest.fixture(params=KINDS[:2])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place, a folder or a Milvus Lite file."""
    with place_of(request.param, tmp_path) as empty:
        yield empty
