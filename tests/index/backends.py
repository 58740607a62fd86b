"""Places for an index of each kind: a folder, a Milvus Lite file, and a Milvus server in another process.

And a model that costs nothing, for tests of where vectors are kept.
"""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from milvus_lite.server_manager import server_manager_instance

from index.embed import Embedder, Vectors
from index.hits import Ranking
from index.open import Place, parse_place
from index.sparse import tokenize

KINDS = ("faiss", "milvus-lite", "milvus-server")


@contextmanager
def place_of(kind: str, folder: Path) -> Iterator[Place]:
    """An empty place of a kind, its files in `folder`."""
    if kind == "faiss":
        yield folder / "index"
    elif kind == "milvus-lite":
        file = folder / "index.db"
        yield parse_place(f"milvus-lite:{file}")
        server_manager_instance.release_server(str(file))
    else:
        with milvus_server(folder / "server.db") as address:
            yield parse_place(address)


@contextmanager
def milvus_server(folder: Path) -> Iterator[str]:
    """Milvus Lite as a server in a process of its own: another client, the same protocol as a cluster."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["-m", "milvus_lite", "server", "--data-dir", str(folder), "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [sys.executable, *words, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server does not start")


class Hashed(Embedder):
    """A model that costs nothing: the sum of a fixed random vector for each token."""

    def __init__(self) -> None:
        self.name, self.dimension, self.fingerprint = "hashed", 64, "h" * 16

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        vectors = np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, 64)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def _vector(self, text: str) -> Vectors:
        found = np.full(64, 1e-3, dtype=np.float32)
        for token in tokenize(text):
            seed = int.from_bytes(hashlib.sha256(token.encode()).digest()[:8], "big")
            found += np.random.default_rng(seed).standard_normal(64, dtype=np.float32)
        return found


def same(near: Ranking, far: Ranking) -> None:
    """The same measures, sentences and ranks, and scores that differ by rounding alone."""
    assert [(h.measure.id, h.rank, h.source) for h in far.hits] == [
        (h.measure.id, h.rank, h.source) for h in near.hits
    ]
    assert [h.sentence for h in far.hits] == [h.sentence for h in near.hits]
    for of in ("score", "measure_cos", "sentence_cos", "bm25"):
        mine, other = ([getattr(h, of) or 0.0 for h in ranking.hits] for ranking in (near, far))
        assert other == pytest.approx(mine, abs=1e-4)
    assert far.signals.phrase == near.signals.phrase
    assert far.signals.coverage == pytest.approx(near.signals.coverage)
    assert far.signals.known == pytest.approx(near.signals.known)
