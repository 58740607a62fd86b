"""The documents of the tables, read once."""

from __future__ import annotations

import pytest

from tests.bot.grounding.tables import Corpus


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return Corpus.load()
