"""The embedding model, behind LangChain's `Embeddings`. Nothing else in Wence knows which model it is.

torch and sentence-transformers are imported inside `load_embedder` only: they
take seconds, and neither ``wence --help`` nor ``--no-dense`` needs them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from corpus.errors import ModelError
from index.offline import NAME as OFFLINE_NAME
from index.offline import ensure_model

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]

MAX_CHARS: Final = 8_000
"""Longer texts are cut here: well past the 512 tokens that e5 reads, and a bound on the tokeniser's work."""
BATCH: Final = 32
_MAX_THREADS: Final = 8
_SAMPLES: Final = 64


class Embedder(Embeddings):
    """Texts to unit vectors, with the model's own prompts for questions and for passages.

    Safe to share between threads: one call to the model at a time.
    """

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        self._model = model
        self._lock = Lock()
        self.name = name
        self.dimension: int = model.get_embedding_dimension() or len(self._run(["."], query=True)[0])
        self.fingerprint = _fingerprint(model)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Questions to float32 of shape (n, dimension), each row of length 1."""
        return self._encode(texts, query=True, progress=None)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Passages to float32 of shape (n, dimension), each row of length 1.

        `progress` is called after each batch with the number of passages just done.
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
        # Texts of like length share a batch, so that little is spent on padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            vectors[rows] = self._run([_readable(texts[i]) for i in rows], query=query)
            if progress is not None:
                progress(len(rows))
        return vectors

    def _run(self, batch: list[str], *, query: bool) -> Vectors:
        import torch

        encode = self._model.encode_query if query else self._model.encode_document
        with self._lock:
            # One question is no faster on two threads, and much slower when something else runs beside.
            torch.set_num_threads(1 if len(batch) == 1 else _threads())
            vectors = encode(
                batch,
                batch_size=BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        return np.asarray(vectors, dtype=np.float32)


def load_embedder(model: str | None = None) -> Embedder:
    """Load a model: the offline one (None), a local sentence-transformers folder, or a name on the hub.

    Raises ModelError, which says the ways out. The hub is only contacted for a name that is not a folder.
    """
    folder = ensure_model() if model is None else Path(model).expanduser()
    local = folder.is_dir()
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # Threads that wait for work sleep: spinning ones take the processor from other processes.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if local:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        loaded = _load(str(folder) if local else str(model), local)
    except (ImportError, OSError, ValueError, RuntimeError, KeyError) as error:
        raise _unloadable(model, error) from error
    return Embedder(loaded, OFFLINE_NAME if model is None else model)


def _load(place: str, local: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(place, device="cpu", local_files_only=local, trust_remote_code=False)


def _threads() -> int:
    """As many as the process may use, but not all of a big machine: short texts gain nothing past a few."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MAX_THREADS)


def _unloadable(model: str | None, error: Exception) -> ModelError:
    name = model or OFFLINE_NAME
    reason = str(error).strip().split("\n", 1)[0][:300]
    return ModelError(
        f"向量模型 {name} 无法加载：{reason}。请运行 pip install 'wence[offline]' "
        "并取消 WENCE_EMBEDDING_MODEL，或把它设为本地模型目录，或加 --no-dense 只用 BM25。",
        f"The embedding model {name} cannot be loaded: {reason}. "
        "Run pip install 'wence[offline]' and unset WENCE_EMBEDDING_MODEL, or set WENCE_EMBEDDING_MODEL "
        "to a local sentence-transformers folder, or add --no-dense to use BM25 alone.",
    )


def _readable(text: str) -> str:
    """A text the tokeniser can take: bounded, without lone surrogates, and not empty."""
    return text[:MAX_CHARS].encode("utf-8", errors="ignore").decode("utf-8") or " "


def _fingerprint(model: SentenceTransformer) -> str:
    """16 hex digits from the weights' names, shapes and a sample of each, the prompts and the length limit.

    A sample, because hashing all weights would cost more than loading them;
    training or quantising a model changes every tensor, so it cannot be missed.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        flat = tensor.detach().reshape(-1)
        sample = flat[:: max(1, flat.numel() // _SAMPLES)][:_SAMPLES].float().numpy()
        digest.update(f"{name} {tuple(tensor.shape)} ".encode() + sample.astype("<f4").tobytes())
    digest.update(repr((sorted(model.prompts.items()), model.max_seq_length)).encode())
    return digest.hexdigest()[:16]
