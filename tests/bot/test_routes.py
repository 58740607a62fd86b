"""Conversations as people hold them, asked of the real assistant: tests/data/questions/routes.jsonl.

What is expected was written from reading the guideline and the list of districts. Fields of `expect` that are
null are not looked at; `absent` are measures that must be neither cited nor said to apply.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.answer import Answer
from bot.ask import Assistant
from bot.questions_file import Asked
from corpus.applicability import Applicability
from corpus.districts import spellings
from corpus.gazetteer import find_gazetteers
from corpus.load import load_corpus, packaged_corpus
from corpus.measure import Guideline
from corpus.reach import ROUTES
from index.store import Index

DATA = Path(__file__).parent.parent / "data"
INVENTED = DATA / "corpus"
SINGLED = ("named", "zone", "area")

PACKED = load_corpus(packaged_corpus())
GAZETTEER = find_gazetteers(packaged_corpus())[0].gazetteer


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


CONVERSATIONS = _lines(DATA / "questions" / "routes.jsonl")


def _asked(case: dict[str, Any]) -> Asked:
    history = tuple((question, answer) for question, answer in case["history"])
    return Asked(case["question"], case["id"], history, case["district"], case["role"])


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> dict[str, Answer]:
    """The answers to all conversations, by id, in one batch."""
    found = assistant.ask_many([_asked(case) for case in CONVERSATIONS])
    return {case["id"]: answer for case, answer in zip(CONVERSATIONS, found, strict=True)}


@pytest.fixture(scope="module")
def applies(assistant: Assistant) -> Applicability:
    """The gazetteer and the table of the guideline that comes with Wence."""
    return assistant.library.applying(GAZETTEER.region)[0][1]


def _by(answer: Answer, route: str) -> list[int]:
    return sorted(one.number for one in answer.applicability if route in one.routes)


def _cited(answer: Answer) -> list[int]:
    return list(dict.fromkeys(citation.number for citation in answer.citations))


def _sets(answer: Answer) -> dict[str, list[int]]:
    return {route: _by(answer, route) for route in ROUTES}


def _one(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize("case", CONVERSATIONS, ids=[case["id"] for case in CONVERSATIONS])
def test_a_conversation_is_answered_as_read(case: dict[str, Any], answers: dict[str, Answer]) -> None:
    answer, expect = answers[case["id"]], case["expect"]
    assert answer.route in _one(expect["route"]), answer.text
    assert answer.refusal == expect["refusal"], answer.text
    if expect["districts"] is not None:
        assert sorted(answer.districts) == sorted(expect["districts"])
    for route in SINGLED:
        if expect[route] is not None:
            assert _by(answer, route) == expect[route], route
    if expect["completeness"] is not None:
        assert answer.completeness == expect["completeness"], answer.text
    if expect["numbers"] is not None:
        assert sorted(_cited(answer)) == expect["numbers"]
    if expect["first"] is not None:
        assert _cited(answer)[0] in expect["first"]
    for words in expect["contains"]:
        assert words in answer.text
    shown = {one.number for one in answer.applicability} | set(_cited(answer))
    assert not shown & set(expect["absent"])


def test_the_conversations_reach_every_division_and_many_wordings() -> None:
    districts = {d for case in CONVERSATIONS for d in case["expect"]["districts"] or ()}
    assert districts >= set(GAZETTEER.names)
    wordings = {case["question"] for case in CONVERSATIONS if case["expect"]["route"] == "district"}
    assert len(CONVERSATIONS) >= 200
    assert len(wordings) >= 100


def test_quotes_and_proofs_stand_in_the_source(answers: dict[str, Answer]) -> None:
    source = PACKED[0].source
    for answer in answers.values():
        proofs = [(e.start, e.end, e.quote) for one in answer.applicability for e in one.evidence]
        for start, end, quote in [*proofs, *((c.start, c.end, c.quote) for c in answer.citations)]:
            assert source[start:end] == quote


def test_a_refusal_has_no_applicability(answers: dict[str, Answer]) -> None:
    refused = [answer for answer in answers.values() if answer.refusal]
    assert refused
    assert all(not answer.applicability and not answer.districts for answer in refused)


# --- each district, by every name --------------------------------------------------------------------


@pytest.mark.parametrize("name", GAZETTEER.names)
def test_an_answer_holds_the_whole_row_of_the_table(
    name: str, assistant: Assistant, applies: Applicability
) -> None:
    answer = assistant.ask(f"{name}能享受哪些支持?")
    row = applies.table.row(name)
    assert answer.districts == (name,)
    assert _sets(answer) == {route: sorted(c.measure.number for c in row.by(route)) for route in ROUTES}
    assert answer.checked == len(PACKED[0].measures)
    assert {c.measure.label for c in row.cells} == {one.label for one in answer.applicability}
    assert all(f"{c.measure.label}{c.measure.title}" in answer.text for c in row.cells)


def test_what_is_for_all_districts_reaches_each(applies: Applicability) -> None:
    rows = [row for row in applies.table.rows if row.kind == "district"]
    for_all = [{cell.measure.number for cell in row.by("all")} for row in rows]
    assert for_all[0] and all(numbers == for_all[0] for numbers in for_all)


NAMES = [
    (spelling, name)
    for district in GAZETTEER.district
    for name in [district.name]
    for spelling in (*spellings(district), district.pinyin, *(f.name for f in district.former))
    if spelling and spelling != name
] + [
    (spelling, district.heirs[0])
    for district in GAZETTEER.former_district
    for spelling in spellings(district)
]


@pytest.mark.parametrize(("spelling", "name"), NAMES, ids=[spelling for spelling, _ in NAMES])
def test_every_name_of_a_district_gives_the_same_answer(
    spelling: str, name: str, assistant: Assistant
) -> None:
    answer = assistant.ask(f"{spelling}能享受哪些支持?")
    assert (answer.route, answer.districts, answer.completeness) == ("district", (name,), "complete")
    assert answer.applicability == assistant.ask(f"{name}能享受哪些支持?").applicability


def test_a_former_name_is_shown_with_what_became_of_it(assistant: Assistant) -> None:
    for district in GAZETTEER.former_district:
        text = assistant.ask(f"{district.name}能享受哪些支持?").text
        assert district.until[:4] in text
        assert all(heir in text for heir in district.heirs)


# --- comparisons -------------------------------------------------------------------------------------

PAIRS = list(zip(GAZETTEER.names, GAZETTEER.names[1:] + GAZETTEER.names[:1], strict=True))


@pytest.mark.parametrize(("one", "other"), PAIRS[::3], ids=[f"{a}-{b}" for a, b in PAIRS[::3]])
def test_a_comparison_counts_as_the_table_does(
    one: str, other: str, assistant: Assistant, applies: Applicability
) -> None:
    answer = assistant.ask(f"{one}和{other}有什么不同?")
    first, second = ({c.measure.number for c in applies.table.cells(name)} for name in (one, other))
    assert answer.route == "compare"
    assert f"仅{one}适用({len(first - second)} 条)" in answer.text
    assert f"仅{other}适用({len(second - first)} 条)" in answer.text
    assert f"共同适用 {len(first & second)} 条" in answer.text
    assert sorted(_cited(answer)) == sorted(first | second)
    assert {one.number for one in answer.applicability} == first | second


@pytest.mark.parametrize(("spelling", "name"), NAMES[::6], ids=[spelling for spelling, _ in NAMES[::6]])
def test_a_district_differs_in_nothing_from_itself(spelling: str, name: str, assistant: Assistant) -> None:
    answer = assistant.ask(f"{name}和{spelling}有什么不同?")
    if answer.route == "compare":  # a former name stays apart, and has the same measures
        assert answer.text.count("适用(0 条)") == 2
    else:
        assert (answer.route, answer.districts) == ("district", (name,))


# --- other guidelines --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def xizhou() -> Assistant:
    """An invented city with a gazetteer of its own, searched without a model."""
    folder = INVENTED / "xizhou-tech"
    return Assistant(Index.build(load_corpus(folder), None, gazetteers=find_gazetteers(INVENTED)))


XIZHOU = _lines(DATA / "reach" / "xizhou.jsonl")


@pytest.mark.parametrize("row", XIZHOU, ids=[row["district"] for row in XIZHOU])
@pytest.mark.parametrize("wording", ["{}能享受哪些支持?", "我在{}开公司,有什么扶持", "哪些条款适用于{}"])
def test_another_city_answers_its_own_districts(wording: str, row: dict[str, Any], xizhou: Assistant) -> None:
    answer = xizhou.ask(wording.format(row["district"]))
    assert (answer.route, answer.districts) == ("district", (row["district"],))
    assert _sets(answer) == {route: row[route] for route in ROUTES}


def test_the_routes_of_another_city(xizhou: Assistant) -> None:
    compared = xizhou.ask("望舒县和东洛区有什么不同")
    assert compared.route == "compare"
    assert "仅望舒县适用(1 条)" in compared.text
    assert "仅东洛区适用(1 条)" in compared.text
    assert _cited(compared)[:2] == [3, 4]
    followed = xizhou.ask("那旧港区呢?", [("望舒县能享受哪些支持?", "")])
    assert (followed.route, followed.districts) == ("district", ("南芷区",))
    assert "2021" in followed.text
    assert xizhou.ask("有没有点名青岫县?").text.startswith("本文件点名了青岫县")
    assert xizhou.ask("荣昌区能享受哪些支持?").refusal == "other_place"
    assert xizhou.ask("我们公司能享受什么支持?").route == "clarify"
    assert sorted(_cited(xizhou.ask("哪些区县被点名了?"))) == [2, 6, 9]


QUESTIONS = (
    "荣昌区能享受哪些支持?",
    "荣昌区和忠县有什么不同?",
    "哪些区县被点名了?",
    "我们公司能享受什么支持?",
    "全部金融支持",
)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("records", [False, True], ids=["no gazetteer", "records"])
def test_without_a_gazetteer_questions_of_districts_are_answered_or_refused(
    question: str, records: bool, tmp_path: Path
) -> None:
    assistant = Assistant(Index.build(_guidelines(records, tmp_path), None))
    answer = assistant.ask(question, [("那忠县呢?", "")])
    assert answer.text
    assert not answer.applicability


def _guidelines(records: bool, folder: Path) -> list[Guideline]:
    if not records:
        return load_corpus(INVENTED / "jiangzhou-agri")
    lines = [
        {"id": f"r{i}", "title": f"第{i}条", "text": f"荣昌区的企业可以申请贷款贴息{i}万元。"} for i in (1, 2)
    ]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (folder / "records.jsonl").write_text(text, encoding="utf-8")
    return load_corpus(folder)
