"""Only the model that made an index may be asked for the vector of a question."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from corpus.errors import WenceError
from index.folder import Manifest

if TYPE_CHECKING:
    from index.embed import Embedder

Refuse = Callable[[str, str], WenceError]
"""Makes the error for an index that cannot be used, from the reason in Chinese and in English."""


def checked(
    embedder: Embedder | Callable[[], Embedder] | None, manifest: Manifest, refuse: Refuse
) -> Embedder | Callable[[], Embedder] | None:
    """The embedder, if it is the index's own; a function that loads one is checked when it is called."""
    if embedder is None or not callable(embedder):
        return embedder if embedder is None else _check(embedder, manifest, refuse)
    load = embedder
    return lambda: _check(load(), manifest, refuse)


def _check(embedder: Embedder, manifest: Manifest, refuse: Refuse) -> Embedder:
    own = (manifest.fingerprint, manifest.dimension)
    if manifest.dense and own != (embedder.fingerprint, embedder.dimension):
        raise refuse(
            f"由模型 {manifest.model} 构建，与当前模型 {embedder.name} 不同",
            f"it was built with the model {manifest.model}, not with {embedder.name}",
        )
    return embedder
