"""Exact search against a plain product, and what is refused on loading."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from index.dense import BadVectors, DenseIndex, Vectors


def unit_rows(count: int, seed: int = 7) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def test_top_is_the_order_of_the_products() -> None:
    rows, query = unit_rows(200), unit_rows(1, seed=8)[0]
    index = DenseIndex.build(rows)
    assert index.match(query).top(10).tolist() == np.argsort(-(rows @ query))[:10].tolist()
    assert np.allclose(index.match(query).at(np.arange(200)), rows @ query)


def test_filter_comes_before_ranking() -> None:
    rows, query = unit_rows(200), unit_rows(1, seed=8)[0]
    worst = np.argsort(rows @ query)[:5]
    found = DenseIndex.build(rows).match(query).top(10, worst.astype(np.int64))
    assert found.tolist() == worst[::-1].tolist()


def test_no_rows() -> None:
    index = DenseIndex.build(np.zeros((0, 16), dtype=np.float32))
    assert index.match(unit_rows(1)[0]).top(5).tolist() == []
    assert DenseIndex.from_bytes(index.to_bytes(), 0, 16).size == 0


def test_bytes_round_trip() -> None:
    rows, query = unit_rows(20), unit_rows(1, seed=8)[0]
    again = DenseIndex.from_bytes(DenseIndex.build(rows).to_bytes(), 20, 16)
    assert np.allclose(again.match(query).at(np.arange(20)), rows @ query)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (DenseIndex.build(unit_rows(20)).to_bytes(), 21),
        (DenseIndex.build(unit_rows(20)).to_bytes(), -1),
        (DenseIndex.build(unit_rows(20)).to_bytes()[:40], 20),
        (faiss.serialize_index(faiss.IndexFlatL2(16)).tobytes(), 0),
        (b"not an index", 0),
    ],
)
def test_another_index_is_refused(data: bytes, size: int) -> None:
    with pytest.raises(BadVectors):
        DenseIndex.from_bytes(data, size, 16)
