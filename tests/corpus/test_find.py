"""Names in running text, with their traps; mistyped names; places that nobody knows."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.districts import Gazetteer, spellings
from corpus.find import find_names
from corpus.gazetteer import packaged_gazetteers
from corpus.load import load_corpus, packaged_corpus
from corpus.spelling import names_asked, read_as, unknown_places

DATA = Path(__file__).parent.parent / "data"


def cases(name: str) -> list[tuple[str, list[str]]]:
    lines = (DATA / "districts" / name).read_text(encoding="utf-8").splitlines()
    return [(case["text"], case["names"]) for case in map(json.loads, lines)]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return packaged_gazetteers()[0].gazetteer


@pytest.mark.parametrize(("text", "names"), cases("names.jsonl"))
def test_names(gazetteer: Gazetteer, text: str, names: list[str]) -> None:
    found = find_names(text, gazetteer)
    assert [mention.name for mention in found if mention.kind != "all"] == names
    assert all(text[mention.start : mention.end] == mention.words for mention in found)


@pytest.mark.parametrize(("text", "names"), cases("mistyped.jsonl"))
def test_mistyped_names(gazetteer: Gazetteer, text: str, names: list[str]) -> None:
    found = read_as(text, gazetteer)
    assert [mention.name for mention in found] == names
    assert all(text[mention.start : mention.end] == mention.words for mention in found)
    assert all(mention.read in ("homophone", "typing error") for mention in found)


@pytest.mark.parametrize(("text", "names"), cases("unknown.jsonl"))
def test_unknown_places(gazetteer: Gazetteer, text: str, names: list[str]) -> None:
    assert list(unknown_places(text, gazetteer)) == names


def test_every_spelling_of_the_file_is_found_in_a_question(gazetteer: Gazetteer) -> None:
    for entry in gazetteer.entries:
        for spelling in spellings(entry):
            (mention,) = find_names(f"{spelling}能享受哪些支持?", gazetteer)
            assert (mention.words, mention.name) == (spelling, entry.name)


def test_former_names_reach_todays_district(gazetteer: Gazetteer) -> None:
    for district in gazetteer.district:
        for former in district.former:
            (mention,) = find_names(former.name, gazetteer)
            assert (mention.kind, mention.name, mention.districts) == (
                "former",
                former.name,
                (district.name,),
            )
    (north,) = find_names("渝北区", gazetteer)
    assert north.districts == ("两江新区",) and "2025" in north.note


def test_pinyin_of_every_district(gazetteer: Gazetteer) -> None:
    for entry in gazetteer.district:
        (mention,) = find_names(f"What support is there in {entry.pinyin.title()}?", gazetteer)
        assert (mention.name, mention.read) == (entry.name, "pinyin")


def test_no_question_of_ours_is_misread(gazetteer: Gazetteer) -> None:
    """Questions without a mistyped name and the guideline's own sentences give no reading."""
    (guideline,) = load_corpus(packaged_corpus())
    texts = [sentence.text for measure in guideline.measures for sentence in measure.sentences]
    texts += [
        json.loads(line)["question"]
        for file in (DATA / "questions").glob("*.jsonl")
        if file.stem != "routes"  # holds mistyped names on purpose
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    assert len(texts) > 150
    assert [(text, found) for text in texts if (found := read_as(text, gazetteer))] == []


@given(st.text(alphabet="荣昌渝北忠县区、宁波市江大足够的 Rrongchang０()", max_size=24))
def test_any_text_is_taken_apart_without_harm(text: str) -> None:
    gazetteer = packaged_gazetteers()[0].gazetteer
    found = names_asked(text, gazetteer)
    assert all(text[m.start : m.end] == m.words and m.districts for m in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
