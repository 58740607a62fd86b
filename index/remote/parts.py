"""Files as rows of a collection: compressed, cut into chunks that a text field holds, and checked.

Milvus has no place for files. What an index needs beside vectors (texts, tables, vocabulary) is some
megabytes to some gigabytes; a text field holds 65,535 bytes.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

CHUNK_BYTES: Final = 48_000
"""Compressed bytes a row: 64,000 characters in base64."""


class BadPart(ValueError):
    """Chunks that are missing, damaged, or more than was announced."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a file: its row, the name of the file, and compressed bytes in base64."""

    row: int
    name: str
    data: str


def to_chunks(files: Mapping[str, bytes]) -> Iterator[Chunk]:
    """The chunks of all files, in rows from 0; those of a file are neighbours, in order."""
    row = 0
    for name, content in files.items():
        packed = zlib.compress(content, 6)
        for start in range(0, len(packed), CHUNK_BYTES):
            data = base64.b64encode(packed[start : start + CHUNK_BYTES]).decode("ascii")
            yield Chunk(row, name, data)
            row += 1


def from_chunks(chunks: Iterable[Chunk], sizes: Mapping[str, int]) -> dict[str, bytes]:
    """The files again; no file can grow beyond its size in `sizes`. Raises BadPart."""
    packed: dict[str, list[str]] = {}
    for chunk in sorted(chunks, key=lambda chunk: chunk.row):
        packed.setdefault(chunk.name, []).append(chunk.data)
    if missing := sizes.keys() - packed.keys():
        raise BadPart(f"{min(missing)} is missing")
    return {name: _unpack(name, packed[name], size) for name, size in sizes.items()}


def _unpack(name: str, chunks: list[str], size: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        packed = b"".join(base64.b64decode(chunk, validate=True) for chunk in chunks)
        data = stream.decompress(packed, size + 1)
    except (binascii.Error, zlib.error) as error:
        raise BadPart(f"{name} is damaged") from error
    if len(data) != size or not (stream.eof or size == 0):
        raise BadPart(f"{name} is damaged")
    return data
