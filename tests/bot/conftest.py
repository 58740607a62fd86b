"""The invented guidelines of tests/data, and assistants over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ask import Assistant
from bot.library import Library
from corpus.gazetteer import find_gazetteers
from corpus.load import load_corpus, load_document
from corpus.measure import Guideline
from index.store import Index

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture(scope="session")
def jiangzhou() -> Guideline:
    """A notice: sections 一、 and measures （一）."""
    return load_document(DATA / "corpus" / "jiangzhou-agri" / "source.txt")


@pytest.fixture(scope="session")
def linhai() -> Guideline:
    """A regulation: chapters and articles."""
    return load_document(DATA / "corpus" / "linhai-care" / "source.txt")


@pytest.fixture(scope="session")
def several() -> Assistant:
    """Three invented guidelines, searched without a model."""
    folder = DATA / "corpus"
    return Assistant(Index.build(load_corpus(folder), None, gazetteers=find_gazetteers(folder)))


@pytest.fixture(scope="session")
def library(several: Assistant) -> Library:
    """The three invented guidelines."""
    return several.library
