"""From a sentence-transformers model to one ONNX graph: tokens in, unit vectors out.

Any model will do whose vectors the graph then gives as well, to `TOLERANCE`: that
is tried on texts of all lengths before the graph is used. What fails is left to torch.

`python -m index.onnx_export MODEL SOURCE FOLDER` does it in a process of its own.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from index.encoder import TorchEncoder, load_torch
from index.onnx_encoder import INPUTS, OUTPUT, OnnxEncoder
from index.onnx_folder import GRAPH, TOKENIZER, GraphManifest, sha256, write_manifest

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

TOLERANCE: Final = 1e-5
OPSET: Final = 18
MAX_BYTES: Final = 1_800_000_000
"""Of weights: a graph in one file cannot hold more than 2 GiB."""
_PROBES: Final[Sequence[Sequence[str]]] = (
    ["贷"],
    ["ABC Company Ltd. 能申请什么补贴?", "第十八条", "对新认定的企业,给予一次性奖励。" * 9, " "],
    ["支持企业技术改造和设备更新,最高500万元;" * 80],
)
"""Alone, in a mixed batch, and past the length limit of nearly any model."""


class NotExportable(Exception):
    """The model cannot be a graph that gives its vectors; the text says why."""


def export(encoder: TorchEncoder, source: str, folder: Path) -> None:
    """Write the graph of a model into `folder`. A model that cannot be one gets a manifest that says why.

    Raises OSError if the folder cannot be written.
    """
    try:
        manifest = _write(encoder, source, folder)
        _check(encoder, OnnxEncoder(folder, manifest))
    except (OSError, MemoryError):
        raise
    except Exception as error:  # an exporter meets anything; the model still runs on torch
        for name in (GRAPH, TOKENIZER):
            (folder / name).unlink(missing_ok=True)
        why = f"{type(error).__name__}: {error}".split("\n", 1)[0][:300]
        manifest = GraphManifest(source, refused=why)
    write_manifest(folder, manifest)


def _write(encoder: TorchEncoder, source: str, folder: Path) -> GraphManifest:
    model = encoder.model
    tokenizer, pad = _tokenizer(model)
    tokenizer.save(str(folder / TOKENIZER))
    _write_graph(model, folder / GRAPH)
    manifest = GraphManifest(
        source=source,
        fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
        max_tokens=model.max_seq_length or 0,
        pad=pad,
        query_prompt=_prompt(model, ["query"]),
        passage_prompt=_prompt(model, ["document", "passage", "corpus"]),
    )
    return replace(manifest, files={name: sha256(folder / name) for name in (GRAPH, TOKENIZER)})


def _tokenizer(model: SentenceTransformer) -> tuple[Tokenizer, int]:
    """The model's own tokeniser without padding, and the id it pads with."""
    from tokenizers import Tokenizer

    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if not isinstance(backend, Tokenizer) or not model.max_seq_length:
        raise NotExportable("it has no tokenizer of the fast kind, or no length limit")
    if sum(p.numel() * p.element_size() for p in model.parameters()) > MAX_BYTES:
        raise NotExportable(f"its weights take more than {MAX_BYTES} bytes")
    copy = Tokenizer.from_str(backend.to_str())
    copy.no_padding()
    copy.no_truncation()
    return copy, int(model.tokenizer.pad_token_id or 0)


def _prompt(model: SentenceTransformer, names: Sequence[str]) -> str:
    """The prompt that sentence-transformers would put before a text: the first of `names` that it has."""
    chosen = next((name for name in names if name in model.prompts), model.default_prompt_name)
    return (model.prompts[chosen] or "") if chosen else ""


def _write_graph(model: SentenceTransformer, path: Path) -> None:
    import torch

    class Whole(torch.nn.Module):
        """All modules of the model, with tensors instead of dicts."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            vectors = self.model(dict(zip(INPUTS, (ids, mask), strict=True)))[OUTPUT]
            return torch.nn.functional.normalize(vectors, p=2, dim=1)

    # Two rows, one of them padded: the graph must hold for any number and length.
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    axes = {**{name: {0: "n", 1: "tokens"} for name in INPUTS}, OUTPUT: {0: "n"}}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # on tracing: whether the graph is right is checked below
        torch.onnx.export(
            Whole().eval(),
            (torch.full_like(mask, 5), mask),
            str(path),
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,  # the newer exporter wants one more package
        )


def _check(encoder: TorchEncoder, graph: OnnxEncoder) -> None:
    """NotExportable unless the graph gives the model's vectors."""
    for query in (True, False):
        for batch in _PROBES:
            difference = np.abs(encoder.run(batch, query=query) - graph.run(batch, query=query)).max()
            if not difference <= TOLERANCE:
                raise NotExportable(f"its vectors differ by {difference:.1e}")


def main() -> None:
    """The three arguments of the command line."""
    model, source, folder = sys.argv[1:]
    export(load_torch(model), source, Path(folder))


if __name__ == "__main__":
    main()
