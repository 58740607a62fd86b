"""Tokens, BM25 against the formula written out, and damaged postings."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.normal import normalize
from index.sparse import BadPostings, SparseIndex, tokenize

TEXTS = ["支持企业贷款", "企业上市融资", "人才子女入学", "贷款贷款5g"]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("支持", ["支", "持", "支持"]),
        ("区,县", ["区", "县"]),
        ("5g网络", ["5g", "网", "络", "网络"]),
        ("10.5%以上", ["10.5%", "以", "上", "以上"]),
        ("c++ r&d", ["c++", "r", "d"]),
        ("start-ups", ["start-ups"]),
        ("、。!", []),
        ("", []),
    ],
)
def test_tokenize(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


@given(st.text(max_size=60))
def test_tokens_stand_in_the_text(text: str) -> None:
    normal = normalize(text)
    assert all(token and token in normal for token in tokenize(normal))


def bm25_by_hand(query: list[str], texts: list[list[str]], k1: float = 1.5, b: float = 0.75) -> list[float]:
    mean = sum(map(len, texts)) / len(texts)
    scores = []
    for text in texts:
        score = 0.0
        for token in query:
            n = sum(token in other for other in texts)
            idf = math.log(1 + (len(texts) - n + 0.5) / (n + 0.5))
            tf = text.count(token)
            score += idf * tf / (tf + k1 * (1 - b + b * len(text) / mean))
        scores.append(score)
    return scores


@pytest.mark.parametrize("question", ["企业贷款", "人才", "5g", "融资难"])
def test_scores_are_those_of_the_formula(question: str) -> None:
    texts = [tokenize(text) for text in TEXTS]
    found = SparseIndex.build(texts).scores(tokenize(question))
    assert np.allclose(found, bm25_by_hand(tokenize(question), texts), atol=1e-5)


@pytest.mark.parametrize("question", ["", "天气", "hello world"])
def test_what_matches_nothing_scores_nothing(question: str) -> None:
    scores = SparseIndex.build([tokenize(text) for text in TEXTS]).scores(tokenize(question))
    assert scores.tolist() == [0.0] * len(TEXTS)


def test_contains_and_idf() -> None:
    index = SparseIndex.build([tokenize(text) for text in TEXTS])
    assert [index.contains(row, "贷款") for row in range(4)] == [True, False, False, True]
    assert not index.contains(0, "天气")
    assert index.idf("天气") > index.idf("人才") > index.idf("贷款")


def test_same_bytes_each_time_and_back() -> None:
    texts = [tokenize(text) for text in TEXTS]
    files = SparseIndex.build(texts).to_files("bm25")
    assert files == SparseIndex.build(texts).to_files("bm25")
    again = SparseIndex.from_files(files, "bm25", len(texts))
    assert np.array_equal(again.scores(["贷款"]), SparseIndex.build(texts).scores(["贷款"]))


def npy(values: list[object]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array(values), allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bm25-data.npy", b""),
        ("bm25-data.npy", b"not an array"),
        ("bm25-data.npy", npy([{"a": 1}])),
        ("bm25-data.npy", npy([1.0])),
        ("bm25-rows.npy", npy([99] * 32)),
        ("bm25-starts.npy", npy([0, 5])),
        ("bm25-words.json", b"[]"),
        ("bm25-words.json", b"{}"),
        ("bm25-words.json", b"[[1]]"),
        ("bm25-words.json", b"nothing"),
    ],
)
def test_damaged_postings_are_refused(name: str, content: bytes) -> None:
    files = SparseIndex.build([tokenize(text) for text in TEXTS]).to_files("bm25")
    with pytest.raises(BadPostings):
        SparseIndex.from_files({**files, name: content}, "bm25", len(TEXTS))


def test_rows_outside_are_refused() -> None:
    files = SparseIndex.build([tokenize(text) for text in TEXTS]).to_files("bm25")
    with pytest.raises(BadPostings, match="row"):
        SparseIndex.from_files(files, "bm25", len(TEXTS) - 1)
