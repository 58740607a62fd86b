"""A sentence-transformers model as one graph in ONNX Runtime: no torch in the process, a third of the time
for one question, and the same vectors.

The graph holds the whole model, pooling and normalisation included (see `index.onnx_export`). It runs on the
thread that calls, and several calls run side by side over the same weights: questions of several people do
not wait for each other, and a build puts a batch on each core. Threads that spin while they wait do not
exist, so other processes keep their share.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from index.encoder import Vectors, threads
from index.onnx_folder import GRAPH, TOKENIZER, GraphManifest

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

INPUTS: Final = ("input_ids", "attention_mask")
OUTPUT: Final = "sentence_embedding"
_TOKENISED_AT_ONCE: Final = 500
"""The tokeniser's results are large: only so many texts' are held at a time."""

Ids = npt.NDArray[np.int64]


class OnnxEncoder:
    """The graph of a folder that `index.onnx_folder` has checked. Safe to share between threads."""

    def __init__(self, folder: Path, manifest: GraphManifest) -> None:
        from tokenizers import Tokenizer

        self.dimension = manifest.dimension
        self.fingerprint = manifest.fingerprint
        self.at_once = threads()
        self._manifest = manifest
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(manifest.max_tokens)
        self._session = _session(folder / GRAPH)

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """In tokens."""
        counts: list[int] = []
        for start in range(0, len(texts), _TOKENISED_AT_ONCE):
            part = list(texts[start : start + _TOKENISED_AT_ONCE])
            counts += [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(part)]
        return counts

    def run(self, batch: Sequence[str], *, query: bool) -> Vectors:
        """On the calling thread, beside the calls of others."""
        prompt = self._manifest.query_prompt if query else self._manifest.passage_prompt
        encodings = self._tokenizer.encode_batch_fast([prompt + text for text in batch])
        ids, mask = _padded([encoding.ids for encoding in encodings], self._manifest.pad)
        (vectors,) = self._session.run([OUTPUT], dict(zip(INPUTS, (ids, mask), strict=True)))
        return np.asarray(vectors, dtype=np.float32)


def _padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[Ids, Ids]:
    """Token ids filled up on the right with `pad`, and a mask of what is no filling."""
    ids = np.full((len(rows), max(map(len, rows))), pad, dtype=np.int64)
    mask = np.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask


def _session(graph: Path) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors share no other base
        raise RuntimeError(str(error)) from error
