"""Facets of sentences and measures, against tables reviewed by reading; words are always verbatim."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.asked_facets import AskedFacets, asked_facets
from corpus.facet_words import GROUPS, asked_scan, label, terms, word_scan
from corpus.facets import Facets, MeasureFacets, Words, facets_of, measure_facets
from corpus.load import load_document, packaged_corpus
from corpus.measure import Guideline, Measure, Sentence, Span
from corpus.normal import normalize_question
from corpus.parse import parse

TESTS = Path(__file__).resolve().parent.parent
DATA = TESTS / "data" / "facets"


def rows(name: str) -> list[dict[str, Any]]:
    text = (DATA / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def as_measure(*texts: str) -> Measure:
    """A measure without a heading that holds the given sentences one after the other."""
    text = "".join(texts)
    starts = [sum(map(len, texts[:number])) for number in range(len(texts))]
    sentences = tuple(
        Sentence(one, Span(start, start + len(one), 1)) for one, start in zip(texts, starts, strict=True)
    )
    whole = Span(0, len(text), 1)
    return Measure("t#1", 1, "", "", (), text, whole, whole, sentences)


def read(text: str) -> Facets:
    measure = as_measure(text)
    return facets_of(measure, measure.sentences[0])


def chongqing() -> Guideline:
    return load_document(packaged_corpus() / "cq-district-innovation" / "source.txt")


def documents() -> list[Guideline]:
    folder = TESTS / "data"
    corpora = sorted((folder / "corpus").glob("*/source.txt"))
    return [chongqing(), *map(load_document, corpora), load_document(folder / "parse" / "law.txt")]


@pytest.mark.parametrize("row", rows("sentences"), ids=lambda row: row["text"][:16])
def test_sentences(row: dict[str, Any]) -> None:
    facets = read(row["text"])
    kinds = {kind.name for kind in facets.kinds}
    gains = {one.name: "direct" if one.direct else "indirect" for one in facets.beneficiaries}
    assert (facets.strength, facets.actor, gains) == (row["strength"], row["actor"], row["gains"])
    assert kinds >= set(row["kinds"]) and not kinds & set(row.get("no_kinds", ()))
    if "clauses" in row:
        assert [clause.strength for clause in facets.clauses] == row["clauses"]


@pytest.fixture(scope="module")
def measured() -> dict[int, MeasureFacets]:
    return {measure.number: measure_facets(measure) for measure in chongqing().measures}


@pytest.mark.parametrize("row", rows("cq"), ids=lambda row: str(row["number"]))
def test_measures_of_the_guideline(measured: dict[int, MeasureFacets], row: dict[str, Any]) -> None:
    facets = measured[row["number"]]
    direct, either = facets.beneficiaries(direct=True), facets.beneficiaries()
    assert facets.nature == row["nature"]
    assert facets.main_kinds >= set(row["about"])
    assert facets.kinds >= {*row["about"], *row.get("kinds", ())}
    assert "strengths" not in row or facets.strengths - {"none"} == set(row["strengths"])
    assert direct >= set(row.get("direct", ()))
    assert either - direct >= set(row.get("indirect", ()))
    assert facets.actors >= set(row.get("actors", ()))


def test_every_measure_was_reviewed(measured: dict[int, MeasureFacets]) -> None:
    assert [row["number"] for row in rows("cq")] == list(measured)


def has(
    facets: MeasureFacets, kind: str = "", beneficiary: str = "", strength: str = "", nature: str = ""
) -> bool:
    """Whether a measure has every facet that is given."""
    return (
        (not kind or kind in facets.kinds)
        and (not beneficiary or beneficiary in facets.beneficiaries())
        and (not strength or strength in facets.strengths)
        and (not nature or nature == facets.nature)
    )


@pytest.mark.parametrize("row", rows("lists"), ids=lambda row: str(row["facet"]))
def test_lists_by_facet(measured: dict[int, MeasureFacets], row: dict[str, Any]) -> None:
    found = [number for number, facets in measured.items() if has(facets, **row["facet"])]
    assert found == row["numbers"]


@pytest.mark.parametrize("row", rows("others"), ids=lambda row: row["slug"])
def test_natures_of_other_guidelines(row: dict[str, Any]) -> None:
    guideline = load_document(TESTS / "data" / "corpus" / row["slug"] / "source.txt")
    found = {measure.number: measure_facets(measure).nature for measure in guideline.measures}
    assert found == {
        number: nature for nature in ("support", "duty", "requirement") for number in row[nature]
    }


@pytest.mark.parametrize("row", rows("asked"), ids=lambda row: row["question"][:20])
def test_what_a_question_asks_for(row: dict[str, Any]) -> None:
    asked = asked_facets(normalize_question(row["question"]))
    groups = ("kinds", "beneficiaries", "strengths", "natures", "reaches", "actors")
    assert {group: getattr(asked, group) for group in groups} == {
        group: frozenset(row.get(group, ())) for group in groups
    }
    assert bool(asked) == any(row.get(group) for group in groups)


def test_nothing_asked() -> None:
    assert not AskedFacets()


def test_the_subject_of_the_sentence_before_acts() -> None:
    measure = as_measure("区、县政府是实施主体。", "要制定年度计划,建立台账。", "推广成功经验。")
    facets = measure_facets(measure)
    assert [one.actor for one in facets.sentences] == ["", "district", ""]
    actor = facets.sentences[1].main.actor
    assert actor is not None and actor.words.text == "区、县政府" and actor.words.span.start == 0


def test_the_first_clause_that_names_support_is_the_main_one() -> None:
    facets = read("强化责任意识,鼓励银行扩大贷款规模。")
    assert [clause.strength for clause in facets.clauses] == ["support", "encourage"]
    assert (facets.strength, facets.main.cue and facets.main.cue.text) == ("encourage", "鼓励")


@pytest.mark.parametrize(
    ("title", "section", "sentence", "nature"),
    [
        ("基本原则", "一、工作方案", "支持企业发展。", "requirement"),
        ("", "第一章 总 则", "县级以上人民政府应当加强领导。", "requirement"),
        ("", "第七章 法律责任", "给予企业补助。", "duty"),
        ("扶持种业", "三、要素保障", "对育种企业给予补助。", "support"),
        ("", "第五章 扶持与监督", "对养老机构给予补贴。", "support"),
        ("", "第五章 扶持与监督", "养老机构应当接受检查。", "duty"),
        ("组织领导", "二、支持措施", "支持企业发展。", "duty"),
        ("", "", "本条例所称老年人,是指年满六十周岁的人。", "requirement"),
    ],
)
def test_what_a_measure_is(title: str, section: str, sentence: str, nature: str) -> None:
    text = f"{title}。{sentence}" if title else sentence
    body = Span(len(text) - len(sentence), len(text), 1)
    one = Sentence(sentence, body)
    measure = Measure("t#1", 1, "", title, (section,), text, Span(0, len(text), 1), body, (one,))
    assert measure_facets(measure).nature == nature


# --- properties ------------------------------------------------------------------------------------------


def proofs(facets: Facets) -> Iterator[Words]:
    """All words but those of actors, which may stand in the sentence before."""
    for clause in facets.clauses:
        yield clause.words
        if clause.cue:
            yield clause.cue
    yield from (kind.words for kind in facets.kinds)
    yield from (one.words for one in facets.beneficiaries)


def check_verbatim(source: str, measure: Measure) -> None:
    facets = measure_facets(measure)
    for sentence, read_as in zip(measure.sentences, facets.sentences, strict=True):
        for words in proofs(read_as):
            span = words.span
            assert source[span.start : span.end] == words.text
            assert sentence.span.start <= span.start <= span.end <= sentence.span.end
            assert span.line == source.count("\n", 0, span.start) + 1
        for clause in read_as.clauses:
            if clause.actor:
                span = clause.actor.words.span
                assert source[span.start : span.end] == clause.actor.words.text
                assert measure.span.start <= span.start < span.end <= sentence.span.end


@pytest.mark.parametrize("guideline", documents(), ids=lambda guideline: guideline.slug)
def test_all_words_are_verbatim(guideline: Guideline) -> None:
    for measure in guideline.measures:
        check_verbatim(guideline.source, measure)


# fmt: off
PIECES = st.sampled_from([
    "支持", "鼓励", "区县", "企业", "应当", "不得", "要", "将", "可以", "建设", "平台", "贷款", "的", "了",
    "对", "由", "，", ",", "；", "、", "。", "等", "在", "企業", "市科技局", "補助", "（", "）", "“",
    "2025年", "更加", "处罚款", "取消资格", " ", "\u200b",
])
# fmt: on


@given(st.lists(PIECES, min_size=1, max_size=24).map("".join))
def test_any_sentence_can_be_read(text: str) -> None:
    measure = as_measure(text)
    check_verbatim(text, measure)
    clauses = measure_facets(measure).sentences[0].clauses
    places = [clause.words.span for clause in clauses]
    assert all(one.end <= two.start for one, two in pairwise(places))


def test_titles_are_read_where_they_stand() -> None:
    guideline = parse("某市人才办法\n\n（一）支持企业引进人才。\n鼓励高校开放实验室。\n", "t")
    facets = measure_facets(guideline.measures[0])
    assert facets.heading.strength == "support"
    assert facets.heading.main.cue is not None
    span = facets.heading.main.cue.span
    assert guideline.source[span.start : span.end] == "支持" and span.line == 3


# --- the words themselves ----------------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS)
def test_every_term_has_labels_and_words_of_its_own(group: str) -> None:
    for term in terms(group).values():
        assert term.label_zh and term.label_en and label(group, term.name) == term.label_zh
        assert len(set(term.words)) == len(term.words) and len(set(term.asked)) == len(term.asked)
        assert not term.parent or term.parent in terms(group)


@pytest.mark.parametrize("group", ["kind", "beneficiary"])
def test_every_word_is_found_by_itself(group: str) -> None:
    for term in terms(group).values():
        for word in term.words:
            assert any(term.name in hit.names for hit in word_scan(group).find(word)), word


@pytest.mark.parametrize("group", GROUPS)
def test_every_asked_word_is_normal_and_found(group: str) -> None:
    for term in terms(group).values():
        for word in term.asked:
            assert normalize_question(word) == word
            assert any(term.name in hit.names for hit in asked_scan(group).find(word)), word


def test_reading_is_fast() -> None:
    measures = [measure for guideline in documents() for measure in guideline.measures]
    sentences = sum(len(measure.sentences) + 1 for measure in measures)
    start = time.process_time()
    for measure in measures:
        measure_facets(measure)
    # The aim on an idle machine is a fifth of a millisecond; this bound catches a rule that backtracks.
    assert (time.process_time() - start) / sentences < 0.002
