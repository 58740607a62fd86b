"""Wence in a LangChain program."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda
from pydantic import ValidationError

from bot.retriever import WenceRetriever
from corpus.load import load_corpus
from index.embed import Embedder
from index.store import Index

CORPUS = Path(__file__).parent.parent / "data" / "corpus" / "jiangzhou-agri"


@pytest.fixture(scope="module")
def index(embedder: Embedder) -> Index:
    return Index.build(load_corpus(CORPUS.parent), embedder)


def test_documents_are_verbatim_and_say_where_they_stand(index: Index) -> None:
    documents = WenceRetriever(index=index, k=3).invoke("评上市级示范家庭农场能拿多少钱?")
    assert len(documents) == 3
    first = documents[0]
    assert first.id == first.metadata["id"] == "jiangzhou-agri#1"
    source = {g.slug: g.source for g in index.guidelines}["jiangzhou-agri"]
    assert source[first.metadata["start"] : first.metadata["end"]] == first.page_content
    assert source[: first.metadata["start"]].count("\n") + 1 == first.metadata["line"]
    assert set(first.metadata) == {
        "id",
        "number",
        "label",
        "title",
        "section",
        "start",
        "end",
        "line",
        "score",
    }


def numbers(found: list[Document]) -> list[int]:
    return [document.metadata["number"] for document in found]


def test_in_a_chain(index: Index) -> None:
    chain = WenceRetriever(index=index, k=1) | RunnableLambda(numbers)
    assert chain.batch(["评上市级示范家庭农场能拿多少钱?", ""]) == [[1], []]


def test_k_is_at_least_one(index: Index) -> None:
    with pytest.raises(ValidationError):
        WenceRetriever(index=index, k=0)
