"""Filters by the names that people use, and the command line over Milvus."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.filtering import filter_of
from corpus.errors import UsageError
from corpus.gazetteer import find_gazetteers
from corpus.load import load_corpus
from index.filters import Filter
from index.store import Index

CORPUS = Path(__file__).parent.parent / "data" / "corpus"


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.build(load_corpus(CORPUS), None, gazetteers=find_gazetteers(CORPUS))


@pytest.mark.parametrize(
    ("documents", "districts", "facets", "expected"),
    [
        ((), (), (), None),
        (("linhai-care",), (), (), Filter(documents=("linhai-care",))),
        (("《霖海市养老服务条例》",), (), (), Filter(documents=("linhai-care",))),
        (("江洲府办发〔2025〕17号",), (), (), Filter(documents=("jiangzhou-agri",))),
        ((), ("东洛",), (), Filter(districts=("东洛区",))),
        ((), (), ("kind:credit",), Filter(facets=("kind:credit",))),
        ((), (), ("credit", "nature:support"), Filter(facets=("kind:credit", "nature:support"))),
    ],
)
def test_names_become_a_filter(
    documents: tuple[str, ...],
    districts: tuple[str, ...],
    facets: tuple[str, ...],
    expected: Filter | None,
    index: Index,
) -> None:
    assert filter_of(index, documents, districts, facets) == expected


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((("nowhere",), (), ()), "There is no document 'nowhere'. Those known are: jiangzhou-agri"),
        (((), ("巴黎",), ()), "There is no district '巴黎'. Those known are: 东洛区"),
        (((), (), ("talent",)), "There is no facet 'talent'. Those known are: kind:platform"),
        (((), (), ("kind:none",)), "There is no facet"),
    ],
    ids=["document", "district", "facet of two groups", "facet"],
)
def test_unknown_names_are_answered_with_the_known_ones(
    names: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], said: str, index: Index
) -> None:
    with pytest.raises(UsageError, match=said.replace("(", r"\(")):
        filter_of(index, *names)


def wence(*words: str, uri: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"WENCE_INDEX_URI": f"milvus-lite:{uri}", "WENCE_JOURNAL": "off"}
    command = [sys.executable, "-m", "bot.cli", *words, "--no-dense"]
    root = Path(__file__).parents[2]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=root, timeout=120)


def test_the_command_line_needs_nothing_but_the_address(tmp_path: Path) -> None:
    file = tmp_path / "index.db"
    built = wence("index", "--corpus", str(CORPUS), uri=file)
    assert built.returncode == 0, built.stderr
    assert f"milvus-lite:{file}" in built.stderr
    found = wence("search", "补贴", "--json", "--document", "linhai-care", "--facet", "kind:money", uri=file)
    hits = json.loads(found.stdout)["hits"]
    assert hits and {hit["id"].split("#")[0] for hit in hits} == {"linhai-care"}
    answer = wence("ask", "家庭农场能拿多少钱?", "--json", uri=file)
    assert "3万元" in json.loads(answer.stdout)["text"]
    assert "up to date" in wence("index", "--corpus", str(CORPUS), uri=file).stderr
