"""Fixtures that are costly and shared: the real embedding model is loaded once a session."""

from __future__ import annotations

import pytest

from index.embed import Embedder, load_embedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The offline model, as `wence` itself loads it."""
    return load_embedder()
