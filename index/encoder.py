"""What turns texts into vectors, and the batches they go in.

Two encoders give the same vectors: `TorchEncoder`, sentence-transformers as it is,
and `index.onnx_encoder.OnnxEncoder`, the same model as a graph in ONNX Runtime.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]

BATCH_TOKENS: Final = 1024
"""Texts in a batch × tokens of the longest. More does not fit the processor's cache and is slower per token;
it also bounds the memory: attention takes the square of the longest text's tokens, for each text."""
BATCH_TEXTS: Final = 64
_MAX_THREADS: Final = 8
_SAMPLES: Final = 64


class Encoder(Protocol):
    """A loaded model. `at_once`: as many calls of `run` at a time are of use; more do no harm."""

    dimension: int
    fingerprint: str
    at_once: int

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many tokens of each text the model reads, or what grows like it; prompts do not count."""

    def run(self, batch: Sequence[str], *, query: bool) -> Vectors:
        """Unit vectors of one batch, float32 (n, dimension), each text behind its prompt."""


class TorchEncoder:
    """sentence-transformers on torch: one call at a time, on several threads."""

    def __init__(self, model: SentenceTransformer) -> None:
        self.model = model
        self.at_once = 1
        self._lock = Lock()
        self.dimension: int = model.get_embedding_dimension() or len(self.run(["."], query=True)[0])
        self.fingerprint = fingerprint(model)

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """In characters: the tokeniser of a model is its own affair."""
        return [len(text) for text in texts]

    def run(self, batch: Sequence[str], *, query: bool) -> Vectors:
        """Waits while another thread's batch is under way."""
        import torch

        encode = self.model.encode_query if query else self.model.encode_document
        with self._lock:
            # One question is no faster on two threads, and much slower when something else runs beside.
            torch.set_num_threads(1 if len(batch) == 1 else threads())
            vectors = encode(
                list(batch),
                batch_size=len(batch),
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        return np.asarray(vectors, dtype=np.float32)


def load_torch(model: str) -> TorchEncoder:
    """A folder, or a name on the hub. Raises what sentence-transformers raises."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    local = Path(model).is_dir()
    return TorchEncoder(
        SentenceTransformer(model, device="cpu", local_files_only=local, trust_remote_code=False)
    )


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows in batches of like length, so that little is spent on padding; each row comes once.

    The batch of the longest texts is first: if memory does not suffice, that shows at once.
    The others come in a mixed order, the same each time: the rows done then tell the time left,
    which they would not if short ones came first.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    made: list[list[int]] = []
    for row in order:
        # The first row of a batch is its longest.
        full = made and (len(made[-1]) + 1) * max(lengths[made[-1][0]], 1) > BATCH_TOKENS
        if not made or full or len(made[-1]) == BATCH_TEXTS:
            made.append([])
        made[-1].append(row)
    later = made[1:]
    random.Random(0).shuffle(later)
    yield from made[:1]
    yield from later


def threads() -> int:
    """As many as the process may use, but not all of a big machine: short texts gain nothing past a few."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MAX_THREADS)


def fingerprint(model: SentenceTransformer) -> str:
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
