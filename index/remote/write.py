"""An index in memory → Milvus: a new version beside the old one, then one switch."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from corpus.errors import IndexServerError
from index.dense import Vectors
from index.filters import Labels
from index.folder import Manifest, describe
from index.remote import layout
from index.remote.failures import refuse
from index.remote.layout import MEASURES, PARTS, SENTENCES
from index.remote.parts import to_chunks
from index.remote.place import RemotePlace
from index.remote.server import Row, Server
from index.sparse import SparseIndex
from index.store import Index

MANIFEST: Final = "manifest.json"
_BATCH_BYTES: Final = 8 << 20
_POSTING_BYTES: Final = 16
_LABEL_BYTES: Final = 48
_CHUNK_BATCH: Final = 64
_LONGEST_MANIFEST: Final = 60_000
_MANIFEST = TypeAdapter(Manifest)


def write(index: Index, place: RemotePlace) -> Manifest:
    """Make the index the one in use at `place`; the manifest as written.

    The version that was in use stays for those who still read it, older ones are removed. Raises
    IndexServerError; the old version is then in use as before.
    """
    server = Server.connect(place)
    version = layout.new_version()
    labels = index.labels
    files = index.contents.to_files() | _vocabularies(index)
    manifest = replace(index.manifest, files=describe(files))
    try:
        for kind, rows in _tables(index, labels):
            _fill(server, layout.collection(version, kind), index.manifest.dimension, rows)
        _write_parts(server, layout.collection(version, PARTS), manifest, files)
        _check(server, version, index)
        _switch(server, version)
    except BaseException:
        _remove(server, version)
        raise
    return manifest


def _tables(index: Index, labels: Labels) -> Iterator[tuple[str, Iterator[Row]]]:
    tables = index.tables
    owners = np.repeat(np.arange(len(index.measures)), np.diff(tables.starts))
    vectors = index.vectors() or (None, None)
    yield MEASURES, _rows(tables.sparse, vectors[0], labels, range(len(index.measures)))
    if len(owners):
        yield SENTENCES, _rows(tables.sparse_sentences, vectors[1], labels, owners.tolist())


def _rows(sparse: object, vectors: Vectors | None, labels: Labels, owners: Sequence[int]) -> Iterator[Row]:
    """A row for each of `owners`, the measures whose labels it takes."""
    for row, (owner, weights) in enumerate(zip(owners, _weights(sparse), strict=True)):
        found: dict[str, object] = {
            "id": row,
            # Milvus takes no empty sparse vector. The first dimension is that of the empty token.
            "sparse": weights or {0: 1.0},
            "document": labels.documents[owner],
            "districts": sorted(labels.districts(owner)),
            "facets": sorted(labels.facets(owner)),
        }
        yield found if vectors is None else {**found, "dense": vectors[row]}


def _weights(sparse: object) -> Iterator[dict[int, float]]:
    """The BM25 weight of each token of each row, by dimension."""
    if not isinstance(sparse, SparseIndex):
        raise TypeError(f"{type(sparse).__name__} is not kept in memory")
    data, rows, starts, _ = _postings(sparse)
    tokens = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order = np.argsort(rows, kind="stable")
    bounds = np.searchsorted(rows[order], np.arange(sparse.size + 1))
    for start, end in pairwise(bounds):
        chosen = order[start:end]
        yield dict(zip(tokens[chosen].tolist(), data[chosen].tolist(), strict=True))


def _postings(
    sparse: SparseIndex,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.int64], bytes]:
    files = sparse.to_files("x")
    data, rows, starts = (
        np.load(io.BytesIO(files[f"x-{name}.npy"]), allow_pickle=False) for name in ("data", "rows", "starts")
    )
    return data, rows.astype(np.int64), starts.astype(np.int64), files["x-words.json"]


def _vocabularies(index: Index) -> dict[str, bytes]:
    """The tokens of measures and of sentences, and how many rows have each."""
    files: dict[str, bytes] = {}
    for name, sparse in ((MEASURES, index.tables.sparse), (SENTENCES, index.tables.sparse_sentences)):
        if not isinstance(sparse, SparseIndex):
            raise TypeError(f"{type(sparse).__name__} is not kept in memory")
        _, _, starts, words = _postings(sparse)
        buffer = io.BytesIO()
        np.save(buffer, np.diff(starts), allow_pickle=False)
        files |= {f"{name}-words.json": words, f"{name}-frequency.npy": buffer.getvalue()}
    return files


def _fill(server: Server, name: str, dimension: int, rows: Iterator[Row]) -> None:
    fields = layout.row_fields(dimension)
    server.create(name, fields)
    server.insert(name, _batches(rows, dimension))
    server.finish(name, fields)


def _batches(rows: Iterator[Row], dimension: int) -> Iterator[list[Row]]:
    """Rows in requests of some megabytes, whatever their length."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        weights, labels = row["sparse"], (row["districts"], row["facets"])
        counted = sum(len(each) for each in labels if isinstance(each, list))
        postings = len(weights) if isinstance(weights, dict) else 0
        batch.append(row)
        size += 4 * dimension + _POSTING_BYTES * postings + _LABEL_BYTES * counted
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _write_parts(server: Server, name: str, manifest: Manifest, files: dict[str, bytes]) -> None:
    server.create(name, layout.PART_FIELDS)
    head = _MANIFEST.dump_json(manifest)
    if len(head) > _LONGEST_MANIFEST:
        raise refuse(
            server.place, "清单过长", f"its manifest has {len(head)} bytes, at most {_LONGEST_MANIFEST} fit"
        )
    rows: list[Row] = [_part(0, MANIFEST, head.decode())]
    rows += [_part(chunk.row + 1, chunk.name, chunk.data) for chunk in to_chunks(files)]
    server.insert(name, (rows[start : start + _CHUNK_BATCH] for start in range(0, len(rows), _CHUNK_BATCH)))
    server.finish(name, layout.PART_FIELDS)


def _part(row: int, name: str, data: str) -> Row:
    return {"id": row, "dense": [1.0, 0.0], "name": name, "data": data}


def _check(server: Server, version: str, index: Index) -> None:
    """That every row has arrived, before anybody is sent there."""
    wanted = {MEASURES: len(index.measures), SENTENCES: int(index.tables.starts[-1])}
    for kind, size in wanted.items():
        if size and server.size(layout.collection(version, kind)) != size:
            raise refuse(server.place, "写入不完整", f"not all of its {size} {kind} arrived")


def _switch(server: Server, version: str) -> None:
    before = server.pointed(layout.ALIAS)
    server.point(layout.ALIAS, layout.collection(version, PARTS))
    keep = {version, layout.version_of(before or "") or version}
    for name in layout.superseded(server.collections(), keep):
        with suppress(IndexServerError):  # another builder has removed it; or the next one will
            server.drop(name)


def _remove(server: Server, version: str) -> None:
    """Remove what a build that failed has left, as far as that is possible."""
    for kind in (PARTS, SENTENCES, MEASURES):
        with suppress(IndexServerError):
            server.drop(layout.collection(version, kind))
