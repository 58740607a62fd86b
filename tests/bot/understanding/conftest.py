"""A scripted server, a model behind it, and what the three invented guidelines know."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.library import Library
from bot.llm.model import Model, open_model
from bot.settings import Settings
from bot.understanding.known import Known, known_of
from bot.understanding.understanding import Understanding
from tests.bot.llm.scripted_server import Scripted


@pytest.fixture(scope="module")
def server() -> Iterator[Scripted]:
    with Scripted() as running:
        yield running


@pytest.fixture
def model(server: Scripted) -> Model:
    """A fresh one for each test: it remembers failures."""
    opened = open_model(Settings(llm_base_url=server.url, llm_model="scripted", llm_retries=0))
    assert opened
    return opened


@pytest.fixture
def understanding(model: Model) -> Understanding:
    return Understanding(model)


@pytest.fixture(scope="session")
def known(library: Library) -> Known:
    """What the three invented guidelines know."""
    return known_of(library)
