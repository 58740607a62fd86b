"""Milvus → an index: texts and tables in memory, vectors and postings where they are."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from pydantic import ValidationError

from index.contents import Contents, sentence_starts
from index.filters import Filter
from index.folder import MAX_FILE_BYTES, Manifest, manifest_from_json
from index.fusion import Weights
from index.origin import FILE, Origin
from index.origin import from_json as origin_of
from index.remote import layout
from index.remote.failures import refuse
from index.remote.layout import MEASURES, SENTENCES
from index.remote.parts import CHUNK_BYTES, BadPart, Chunk, from_chunks
from index.remote.place import RemotePlace
from index.remote.rows import Collection, RemoteDense, RemoteSparse, of_filter
from index.remote.server import Server
from index.remote.write import MANIFEST
from index.same_model import checked
from index.store import Index
from index.tables import DenseRows, SparseRows, Tables

if TYPE_CHECKING:
    from index.embed import Embedder

_PAGE: Final = 64


def current_version(place: RemotePlace) -> str | None:
    """The version in use at `place`, a short text that differs after each build; None if there is none."""
    parts = Server.connect(place).pointed(layout.ALIAS)
    return None if parts is None else layout.version_of(parts)


def read(
    place: RemotePlace,
    embedder: Embedder | Callable[[], Embedder] | None,
    weights: Weights | None = None,
) -> Index:
    """The index in use at `place`. It goes on reading this version when another one is put in use.

    Raises IndexServerError if there is none, or it is damaged, of another format, or of another model.
    """
    server, parts, manifest = _in_use(place)
    try:
        files = _files(server, parts, manifest)
        contents = Contents.from_files(files, manifest.dimension)
        tables = _tables(server, layout.version_of(parts) or "", manifest, contents, files)
    except (ValueError, KeyError, EOFError) as error:
        raise refuse(place, f"内容不一致（{error}）", f"its parts do not fit ({error})") from error
    model = checked(embedder, manifest, partial(refuse, place))
    # In Lite an expression over lists looks at each row in Python; rows by name are much faster.
    narrow = None if server.lite else partial(_narrowed, tables)
    return Index.of(contents, manifest, tables, model, weights, narrow)


def made_of(place: RemotePlace) -> tuple[Manifest, Origin]:
    """What the index in use is, and what it was made of. Raises IndexServerError."""
    server, parts, manifest = _in_use(place)
    try:
        return manifest, origin_of(_files(server, parts, manifest)[FILE])
    except (ValueError, KeyError) as error:
        raise refuse(place, f"内容不一致（{error}）", f"its parts do not fit ({error})") from error


def _in_use(place: RemotePlace) -> tuple[Server, str, Manifest]:
    """A connection, the collection of parts that is in use, and its manifest."""
    server = Server.connect(place)
    parts = server.pointed(layout.ALIAS)
    if parts is None:
        raise refuse(place, "其中没有索引", "there is no index in it")
    return server, parts, _manifest(server, parts)


def _manifest(server: Server, parts: str) -> Manifest:
    if layout.version_of(parts) is None:
        raise _of_another_make(server.place)
    server.load(parts)
    rows = server.fetch(parts, 0, 1, ["name", "data"])
    if not rows or rows[0]["name"] != MANIFEST:
        raise _of_another_make(server.place)
    try:
        return manifest_from_json(str(rows[0]["data"]), partial(refuse, server.place))
    except ValidationError as error:
        raise _of_another_make(server.place) from error


def _of_another_make(place: RemotePlace) -> Exception:
    return refuse(
        place,
        f"别名 {layout.ALIAS} 所指的集合不是问策的索引",
        f"the collection that the alias {layout.ALIAS} stands for is no index of Wence",
    )


def _files(server: Server, parts: str, manifest: Manifest) -> dict[str, bytes]:
    """Every file of the manifest, checked against its sha256; BadPart for one that is damaged."""
    sizes = {name: entry.size for name, entry in manifest.files.items()}
    total = server.size(parts)
    most = sum(size // CHUNK_BYTES + 2 for size in sizes.values()) + 1
    if any(not 0 <= size <= MAX_FILE_BYTES for size in sizes.values()) or not 0 < total <= most:
        raise BadPart(f"{total} chunks, at most {most} are accepted")
    rows = [
        row
        for start in range(1, total, _PAGE)
        for row in server.fetch(parts, start, start + _PAGE, ["name", "data"])
    ]
    files = from_chunks((Chunk(int(r["id"]), str(r["name"]), str(r["data"])) for r in rows), sizes)
    for name, entry in manifest.files.items():
        if hashlib.sha256(files[name]).hexdigest() != entry.sha256:
            raise BadPart(f"{name} is damaged")
    return files


def _tables(
    server: Server, version: str, manifest: Manifest, contents: Contents, files: Mapping[str, bytes]
) -> Tables:
    """The tables, rows counted: ValueError where texts and rows do not fit together."""
    measures, starts = contents.measures, sentence_starts(contents.guidelines)
    if len(measures) != manifest.measures or (manifest.dense and starts[-1] != manifest.sentences):
        raise ValueError(f"{len(measures)} measures, {manifest.measures} in the manifest")
    sizes = {MEASURES: len(measures), SENTENCES: int(starts[-1])}
    found = {kind: Collection(server, layout.collection(version, kind), n) for kind, n in sizes.items()}
    for each in found.values():
        if each.size:
            server.load(each.name)
        if each.size and server.size(each.name) != each.size:
            raise each.damaged()
    sparse, sparse_sentences = (_sparse(found[kind], kind, files) for kind in (MEASURES, SENTENCES))
    if not manifest.dense:
        return Tables(measures, starts, sparse, sparse_sentences, None, None)
    dense, sentences = (RemoteDense(found[kind], manifest.dimension) for kind in (MEASURES, SENTENCES))
    return Tables(measures, starts, sparse, sparse_sentences, dense, sentences)


def _sparse(collection: Collection, kind: str, files: Mapping[str, bytes]) -> RemoteSparse:
    words = json.loads(files[f"{kind}-words.json"])
    frequency = np.load(io.BytesIO(files[f"{kind}-frequency.npy"]), allow_pickle=False)
    if not isinstance(words, list) or frequency.shape != (len(words),) or frequency.dtype.kind != "i":
        raise ValueError(f"the vocabulary of {kind} does not fit")
    return RemoteSparse(collection, {str(word): i for i, word in enumerate(words)}, frequency)


def _narrowed(tables: Tables, where: Filter) -> Tables:
    """The tables with every search filtered by the fields of the rows."""
    expression = of_filter(where)

    def dense(rows: DenseRows | None) -> DenseRows | None:
        return rows.within(expression) if isinstance(rows, RemoteDense) else rows

    def sparse(rows: SparseRows) -> SparseRows:
        return rows.within(expression) if isinstance(rows, RemoteSparse) else rows

    return replace(
        tables,
        sparse=sparse(tables.sparse),
        sparse_sentences=sparse(tables.sparse_sentences),
        dense=dense(tables.dense),
        sentences=dense(tables.sentences),
    )
