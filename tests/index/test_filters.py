"""Filters resolved to rows, places by name, and what goes to a server: expressions and chunks."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import UsageError
from index.filters import Filter
from index.remote.parts import CHUNK_BYTES, BadPart, Chunk, from_chunks, to_chunks
from index.remote.place import RemotePlace, parse_place
from index.remote.rows import of_filter, of_rows
from index.store import Index


def ids(index: Index, where: Filter) -> list[str]:
    return [index.measures[row].id for row in index.labels.rows(where)]


def test_documents_districts_and_facets_filter_rows(built: Index) -> None:
    assert {i.split("#")[0] for i in ids(built, Filter(documents=("linhai-care", "none")))} == {"linhai-care"}
    table = built.applicability["xizhou-tech"].table
    for row in table.rows:
        assert ids(built, Filter(districts=(row.name,))) == [cell.measure.id for cell in row.cells]
    both = tuple(row.name for row in table.rows[:2])
    reached = {cell.measure.id for row in table.rows[:2] for cell in row.cells}
    assert set(ids(built, Filter(districts=both))) == reached
    money = set(ids(built, Filter(facets=("kind:money",))))
    bound = set(ids(built, Filter(facets=("strength:must",))))
    assert money and bound
    assert set(ids(built, Filter(facets=("kind:money", "strength:must")))) == money & bound
    assert ids(built, Filter()) == [measure.id for measure in built.measures]
    assert ids(built, Filter(facets=("kind:nothing",))) == []


def test_facets_are_the_words_of_a_measure(built: Index) -> None:
    row = built.row("linhai-care#8")
    assert "每餐补贴四元" in built.measures[row].text
    assert "kind:money" in built.labels.facets(row)


@given(st.sets(st.integers(0, 300), max_size=80))
def test_an_expression_names_the_rows_and_no_others(rows: set[int]) -> None:
    expression = of_rows(np.array(sorted(rows, reverse=True), dtype=np.int64))
    assert {i for i in range(301) if eval(expression, {"id": i})} == rows


def test_a_document_is_one_range() -> None:
    assert of_rows(np.arange(1000, 51_000)) == "(id >= 1000 and id <= 50999)"


def test_nothing_in_a_name_ends_an_expression() -> None:
    where = Filter(documents=('a" or id >= 0 or "',), districts=("荣昌区", "\\"))
    assert of_filter(where) == (
        'document in ["a\\" or id >= 0 or \\""] and array_contains_any(districts, ["荣昌区", "\\\\"])'
    )


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}\.json", fullmatch=True), st.binary(max_size=3000)))
def test_files_come_back_from_chunks(files: dict[str, bytes]) -> None:
    sizes = {name: len(data) for name, data in files.items()}
    assert from_chunks(reversed(list(to_chunks(files))), sizes) == files


def test_a_large_file_takes_several_chunks() -> None:
    data = np.random.default_rng(0).bytes(3 * CHUNK_BYTES)
    chunks = list(to_chunks({"a.npy": data, "b.json": b"{}"}))
    assert len(chunks) > 3
    assert max(len(chunk.data) for chunk in chunks) <= 65_535
    assert from_chunks(chunks, {"a.npy": len(data), "b.json": 2})["a.npy"] == data


@pytest.mark.parametrize(
    ("chunks", "said"),
    [
        ([], "a.json is missing"),
        ([Chunk(0, "a.json", "no base64")], "is damaged"),
        ([Chunk(0, "a.json", base64.b64encode(b"no zlib").decode())], "is damaged"),
        ([Chunk(0, "a.json", base64.b64encode(zlib.compress(bytes(10**7))).decode())], "is damaged"),
        ([Chunk(0, "a.json", base64.b64encode(zlib.compress(b"1")).decode())], "is damaged"),
    ],
    ids=["none", "base64", "zlib", "grows beyond its size", "too short"],
)
def test_bad_chunks(chunks: list[Chunk], said: str) -> None:
    with pytest.raises(BadPart, match=said):
        from_chunks(chunks, {"a.json": 2})


@pytest.mark.parametrize(
    ("name", "address", "shown", "database", "token"),
    [
        ("http://db.local", "http://db.local:19530", "http://db.local:19530", "", "set"),
        ("https://db.local", "https://db.local:443", "https://db.local:443", "", "set"),
        ("http://[::1]:9000/wen", "http://[::1]:9000", "http://[::1]:9000/wen", "wen", "set"),
        ("http://a:b%40c@db:1/x", "http://db:1", "http://db:1/x", "x", "a:b@c"),
    ],
)
def test_servers_by_name(name: str, address: str, shown: str, database: str, token: str) -> None:
    place = parse_place(name, "set")
    assert isinstance(place, RemotePlace)
    assert (place.address, str(place), place.database, place.token) == (address, shown, database, token)
    assert token not in repr(place)


def test_files_and_folders_by_name(tmp_path: Path) -> None:
    assert parse_place("some/folder") == Path("some/folder")
    lite = parse_place(f"milvus-lite:{tmp_path}/a.db", "unused")
    assert lite == RemotePlace("lite", f"{tmp_path}/a.db", f"milvus-lite:{tmp_path}/a.db")


@pytest.mark.parametrize(
    "name",
    [
        "milvus-lite:",
        "milvus-lite:folder",
        "ftp://host",
        "http://",
        "http://host:port",
        "http://h/a/b",
        "http://h?token=geheim",
    ],
)
def test_what_is_no_place_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_place(name)
    assert "geheim" not in str(caught.value)
