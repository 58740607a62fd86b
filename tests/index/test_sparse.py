"""Tokens, BM25 against the formula written out, and damaged postings."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import bm25s
import numpy as np
import numpy.typing as npt
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


def scores(index: SparseIndex, tokens: Sequence[str], weight: float = 1.0) -> npt.NDArray[np.float32]:
    """The scores of all rows for tokens that count alike."""
    return index.match(dict.fromkeys(tokens, weight)).at(np.arange(index.size))


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
    found = scores(SparseIndex.build(texts), tokenize(question))
    assert np.allclose(found, bm25_by_hand(tokenize(question), texts), atol=1e-5)


@pytest.mark.parametrize("question", ["", "天气", "hello world"])
def test_what_matches_nothing_scores_nothing(question: str) -> None:
    index = SparseIndex.build([tokenize(text) for text in TEXTS])
    assert scores(index, tokenize(question)).tolist() == [0.0] * len(TEXTS)
    assert index.match(dict.fromkeys(tokenize(question), 1.0)).top(10).tolist() == []


WORDS = st.lists(st.sampled_from(["贷", "款", "贷款", "人才", "5g", "融资", "不在"]), max_size=8)


@given(st.lists(WORDS, min_size=1, max_size=12), WORDS, st.sampled_from([0.5, 1.0]))
def test_scores_are_those_of_bm25s(texts: list[list[str]], question: list[str], weight: float) -> None:
    asked = list(dict.fromkeys(question))
    vocabulary = {token: i for i, token in enumerate(sorted({t for text in texts for t in text} | {""}))}
    if not any(texts):
        assert not scores(SparseIndex.build(texts), asked).any()
        return
    other = bm25s.BM25(method="lucene")
    other.index(([[vocabulary[t] for t in text] for text in texts], vocabulary), show_progress=False)
    known = [token for token in asked if token in vocabulary]
    expected = other.get_scores(known) * weight if known else np.zeros(len(texts))
    assert np.allclose(scores(SparseIndex.build(texts), asked, weight), expected, atol=1e-5)


@given(st.lists(WORDS, min_size=1, max_size=12), WORDS, st.integers(1, 14), st.sets(st.integers(0, 11)))
def test_top_is_the_order_of_the_scores(
    texts: list[list[str]], question: list[str], k: int, chosen: set[int]
) -> None:
    index = SparseIndex.build(texts)
    every = scores(index, question)
    only = sorted(row for row in chosen if row < len(texts))
    for allowed in (None, np.array(only, dtype=np.int64)):
        rows = range(len(texts)) if allowed is None else only
        expected = sorted((row for row in rows if every[row] > 0), key=lambda row: -every[row])[:k]
        assert index.match(dict.fromkeys(question, 1.0)).top(k, allowed).tolist() == expected


def test_idf() -> None:
    index = SparseIndex.build([tokenize(text) for text in TEXTS])
    assert index.idf("天气") > index.idf("人才") > index.idf("贷款")


def test_same_bytes_each_time_and_back() -> None:
    texts = [tokenize(text) for text in TEXTS]
    files = SparseIndex.build(texts).to_files("bm25")
    assert files == SparseIndex.build(texts).to_files("bm25")
    again = SparseIndex.from_files(files, "bm25", len(texts))
    assert np.array_equal(scores(again, ["贷款"]), scores(SparseIndex.build(texts), ["贷款"]))


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
