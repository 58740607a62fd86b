"""Whom sentences reach: single sentences, and what carries over within a measure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.districts import Gazetteer
from corpus.gazetteer import find_gazetteers, gazetteer_of, packaged_gazetteers
from corpus.load import load_corpus, packaged_corpus
from corpus.measure import Guideline
from corpus.parse import parse
from corpus.reach import HEADING, Proof, SentenceReach, reach_of

DATA = Path(__file__).parent.parent / "data"
LINES = (DATA / "reach" / "sentences.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return packaged_gazetteers()[0].gazetteer


def reached(
    body: str, gazetteer: Gazetteer, heading: str = "某某事项", section: str = "总则"
) -> list[SentenceReach]:
    head = f"重庆市关于某事项的意见\n\n一、{section}\n(一){heading}。\n"
    text = f"{head}{body}\n(二)另外事项。\n做好各项工作安排。\n"
    return [reach for reach in reach_of(parse(text, "x"), gazetteer) if reach.measure_id == "x#1"]


def proofs(
    body: str, gazetteer: Gazetteer, heading: str = "某某事项", section: str = "总则"
) -> list[list[Proof]]:
    return [
        list(reach.proofs) for reach in reached(body, gazetteer, heading, section) if reach.index != HEADING
    ]


@pytest.mark.parametrize("line", LINES)
def test_a_sentence_by_itself(gazetteer: Gazetteer, line: str) -> None:
    case = json.loads(line)
    (found,) = proofs(case["text"], gazetteer)
    shown = [proof.route if proof.route == "citywide" else f"{proof.route}:{proof.words}" for proof in found]
    assert shown == case["reach"]


def test_every_district_in_an_area_measure_is_the_areas(gazetteer: Gazetteer) -> None:
    east = gazetteer.members("渝东北三峡库区城镇群")
    opener = proofs("支持渝东北发展生态产业。\n提升各区县绿色化水平。\n支持有条件的区县先行。", gazetteer)
    assert [(p.route, p.districts) for found in opener for p in found] == [
        ("area", east),
        ("area", east),
        ("conditional", east),
    ]


def test_all_of_the_city_is_said_all_the_same(gazetteer: Gazetteer) -> None:
    found = proofs("支持渝东北发展生态产业。\n全市各区县要给予帮助。", gazetteer)
    assert (found[1][0].route, found[1][0].districts) == ("all", gazetteer.names)


def test_a_sentence_that_names_nobody_goes_on_with_the_heading(gazetteer: Gazetteer) -> None:
    found = proofs("建设科技示范基地。\n市级财政安排资金1500万元。", gazetteer, heading="发展渝东南特色产业")
    assert [[(p.route, p.words) for p in one] for one in found] == [[("area", "渝东南")]] * 2


def test_a_section_narrows_its_measures(gazetteer: Gazetteer) -> None:
    found = proofs("建设科技示范基地。", gazetteer, section="加快中心城区更新")
    assert [(p.route, p.words, len(p.districts)) for p in found[0]] == [("area", "中心城区", 8)]


def test_after_a_general_opening_nothing_carries(gazetteer: Gazetteer) -> None:
    found = proofs(
        "加强研发布局。\n支持中心城区建设中心。\n完善服务体系建设。\n支持有基础的区县申报。", gazetteer
    )
    assert [[p.route for p in one] for one in found] == [
        ["citywide"],
        ["area"],
        ["citywide"],
        ["conditional"],
    ]
    assert found[3][0].districts == gazetteer.names


def test_a_named_opening_carries_but_does_not_narrow_every_district(gazetteer: Gazetteer) -> None:
    found = proofs("支持荣昌区建设科技城。\n完善种质资源保护机制。\n在各区县推广经验。", gazetteer)
    assert [[(p.route, p.words) for p in one] for one in found] == [
        [("named", "荣昌区")],
        [("named", "荣昌区")],
        [("all", "各区县")],
    ]
    assert found[2][0].districts == gazetteer.names


def test_what_is_excepted_is_not_reached(gazetteer: Gazetteer) -> None:
    ((proof,),) = proofs("除荣昌区、永川区外,各区县均可申报。", gazetteer)
    assert set(gazetteer.names) - set(proof.districts) == {"荣昌区", "永川区"}


@pytest.mark.parametrize("folder", [packaged_corpus(), DATA / "corpus"])
def test_every_proof_is_verbatim(folder: Path) -> None:
    seen = 0
    for guideline in load_corpus(folder):
        gazetteer = gazetteer_of(guideline, find_gazetteers(folder))
        if gazetteer:
            seen += check_verbatim(guideline, gazetteer)
    assert seen > 20


def check_verbatim(guideline: Guideline, gazetteer: Gazetteer) -> int:
    found = [(reach, proof) for reach in reach_of(guideline, gazetteer) for proof in reach.proofs]
    for reach, proof in found:
        for text, span in ((proof.words, proof.span), (proof.quote, proof.quote_span)):
            assert guideline.source[span.start : span.end] == text
            assert span.line == guideline.source.count("\n", 0, span.start) + 1
        assert reach.sentence.text.find(proof.quote) >= 0
        assert proof.districts and set(proof.districts) <= set(gazetteer.names)
    return len(found)
