"""The embedding model, behind LangChain's `Embeddings`. Nothing else in Wence knows which model it is.

Models are sentence-transformers'. What runs is their graph in ONNX Runtime where that gives the same
vectors, torch otherwise. Whatever is heavy is imported inside `load_embedder` only: neither
``wence --help`` nor ``--no-dense`` needs it, and with a graph in the cache nothing needs torch.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from corpus.errors import ModelError
from index.encoder import Encoder, batches, load_torch
from index.offline import NAME as OFFLINE_NAME
from index.offline import cache_folder, ensure_model

Vectors = npt.NDArray[np.float32]
Choice = Literal["auto", "onnx", "torch"]

MAX_CHARS: Final = 8_000
"""Longer texts are cut here: well past the 512 tokens that e5 reads, and a bound on the tokeniser's work."""

_log = logging.getLogger(__name__)


class Embedder(Embeddings):
    """Texts to unit vectors, with the model's own prompts for questions and for passages.

    Safe to share between threads.
    """

    def __init__(self, encoder: Encoder, name: str) -> None:
        self.encoder = encoder
        self.name = name
        self.dimension = encoder.dimension
        self.fingerprint = encoder.fingerprint

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Questions to float32 of shape (n, dimension), each row of length 1."""
        return self._encode(texts, query=True, progress=None)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Passages to float32 of shape (n, dimension), each row of length 1.

        `progress` is called after each batch with the number of passages just done; batches of long
        and of short ones take turns, so that the number done tells the time left.
        The model reads the first 512 tokens of a passage or so; what follows does not count.
        """
        return self._encode(texts, query=False, progress=progress)

    def embed_query(self, text: str) -> list[float]:
        """LangChain's form of `encode_queries` for one text."""
        return [float(x) for x in self.encode_queries([text])[0]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's form of `encode_passages`."""
        return [[float(x) for x in row] for row in self.encode_passages(texts)]

    def _encode(
        self, texts: Sequence[str], *, query: bool, progress: Callable[[int], None] | None
    ) -> Vectors:
        readable = [_readable(text) for text in texts]
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for rows, found in self._run(readable, query=query):
            vectors[rows] = found
            if progress is not None:
                progress(len(rows))
        return vectors

    def _run(self, texts: Sequence[str], *, query: bool) -> Iterator[tuple[list[int], Vectors]]:
        """Batch after batch: its rows and their vectors."""
        if len(texts) == 1:  # no need to measure it
            yield [0], self.encoder.run(texts, query=query)
            return
        made = list(batches(self.encoder.lengths(texts)))

        def run(rows: Sequence[int]) -> Vectors:
            return self.encoder.run([texts[i] for i in rows], query=query)

        if min(self.encoder.at_once, len(made)) < 2:
            yield from zip(made, map(run, made), strict=True)
            return
        with ThreadPoolExecutor(self.encoder.at_once, thread_name_prefix="embed") as pool:
            try:
                yield from zip(made, pool.map(run, made), strict=True)
            finally:  # after Ctrl-C nobody waits for batches that have not begun
                pool.shutdown(wait=False, cancel_futures=True)


def load_embedder(model: str | None = None, encoder: Choice = "auto") -> Embedder:
    """Load a model: the offline one (None), a local sentence-transformers folder, or a name on the hub.

    `encoder`: "auto" takes ONNX Runtime where it gives the model's vectors and torch otherwise, saying so
    in the log. The graph is made once, which takes some seconds and 240 MB in the cache.
    Raises ModelError, which says the ways out. The hub is only contacted for a name that is not a folder,
    and no longer once its graph is made.
    """
    folder = ensure_model() if model is None else Path(model).expanduser()
    local = folder.is_dir()
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # Threads that wait for work sleep: spinning ones take the processor from other processes.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if local:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    place = str(folder) if local else str(model)
    try:
        loaded = _encoder(place, OFFLINE_NAME if model is None else model, encoder)
    except (ImportError, OSError, ValueError, RuntimeError, KeyError) as error:
        raise _unloadable(model, error) from error
    return Embedder(loaded, OFFLINE_NAME if model is None else model)


def _encoder(place: str, name: str, choice: Choice) -> Encoder:
    if choice == "torch":
        return load_torch(place)
    try:
        return _onnx(place, name)
    except (ImportError, OSError, ValueError, RuntimeError) as error:
        if choice == "onnx":
            raise _no_graph(name, error) from error
        found = load_torch(place)
        _log.warning("%s runs on torch, not in ONNX Runtime: %s", name, _reason(error))
        return found


def _onnx(place: str, name: str) -> Encoder:
    """The model's graph. ValueError or RuntimeError says why there is none, OSError what was not written."""
    from index.onnx_encoder import OnnxEncoder
    from index.onnx_folder import ensure_graph, source_of

    folder = Path(place)
    if folder.is_dir() and not any((folder / file).is_file() for file in ("modules.json", "config.json")):
        raise ValueError("there is no model in it")
    # What a name stands for is fixed by the export, as the hub is then no longer asked.
    source = source_of(folder) if folder.is_dir() else place
    cached = cache_folder() / f"{_slug(folder, name)}-onnx"
    manifest = ensure_graph(cached, source, place)
    if manifest.refused:
        raise ValueError(manifest.refused)
    return OnnxEncoder(cached, manifest)


def _slug(folder: Path, name: str) -> str:
    """A folder name of the cache for a model: one export for each, replaced when its files change."""
    if name == OFFLINE_NAME:
        return OFFLINE_NAME
    return hashlib.sha256(str(folder.resolve() if folder.is_dir() else name).encode()).hexdigest()[:16]


def _unloadable(model: str | None, error: Exception) -> ModelError:
    name, reason = model or OFFLINE_NAME, _reason(error)
    return ModelError(
        f"向量模型 {name} 无法加载：{reason}。请运行 pip install 'wence[offline]' "
        "并取消 WENCE_EMBEDDING_MODEL，或把它设为本地模型目录，或加 --no-dense 只用 BM25。",
        f"The embedding model {name} cannot be loaded: {reason}. "
        "Run pip install 'wence[offline]' and unset WENCE_EMBEDDING_MODEL, or set WENCE_EMBEDDING_MODEL "
        "to a local sentence-transformers folder, or add --no-dense to use BM25 alone.",
    )


def _no_graph(name: str, error: Exception) -> ModelError:
    reason = _reason(error)
    return ModelError(
        f"向量模型 {name} 无法用 ONNX Runtime 运行：{reason}。请取消 WENCE_ENCODER，或把它设为 torch。",
        f"The embedding model {name} cannot run in ONNX Runtime: {reason}. "
        "Unset WENCE_ENCODER, or set it to torch.",
    )


def _reason(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:300]


def _readable(text: str) -> str:
    """A text the tokeniser can take: bounded, without lone surrogates, and not empty."""
    return text[:MAX_CHARS].encode("utf-8", errors="ignore").decode("utf-8") or " "
