"""Many documents, asked of the real assistant: tests/data/questions/library.jsonl over tests/data/library.

Fields of `expect` that are null are not looked at: `documents` are the slugs of all that is cited, `labels`
the clauses cited (all of them), `listed` the documents of a list, `searched` those that were searched.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.answer import Answer
from bot.ask import Assistant
from bot.json_form import answer_json
from bot.library import Library
from bot.questions_file import Asked
from tests.conftest import Ready

DATA = Path(__file__).parent.parent / "data"
CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (DATA / "questions" / "library.jsonl").read_text(encoding="utf-8").splitlines()
]
TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def office(ready: Ready) -> Assistant:
    """An assistant over fourteen documents and a file of records, on a fixed day."""
    assistant = ready(DATA / "library")
    index = assistant.index
    assistant.library = Library(index.guidelines, index.applicability, today=lambda: TODAY)
    return assistant


@pytest.fixture(scope="module")
def answers(office: Assistant) -> dict[str, Answer]:
    """The answers to all questions, by id, in one batch."""
    asked = [Asked(c["question"], c["id"], tuple((q, a) for q, a in c["history"])) for c in CASES]
    return {case["id"]: answer for case, answer in zip(CASES, office.ask_many(asked), strict=True)}


def _one(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_question_is_answered_from_the_right_documents(
    case: dict[str, Any], answers: dict[str, Answer]
) -> None:
    answer, expect = answers[case["id"]], case["expect"]
    assert answer.route in _one(expect["route"]), answer.text
    assert answer.refusal == expect["refusal"], answer.text
    if expect["documents"] is not None:
        assert {c.guideline for c in answer.citations} == set(expect["documents"]), answer.text
    if expect["labels"] is not None:
        assert {c.label for c in answer.citations} == set(expect["labels"]), answer.text
    if expect["listed"] is not None:
        assert set(answer.listed) == set(expect["listed"]), answer.text
    if expect["searched"] is not None:
        assert {source.slug for source in answer.searched} == set(expect["searched"])
    for words in expect["contains"]:
        assert words in answer.text
    for words in expect["absent"]:
        assert words not in answer.text


def test_there_are_enough_questions() -> None:
    assert len(CASES) >= 80
    assert len({case["question"] for case in CASES}) >= len(CASES) - 5


def test_citations_are_verbatim_and_name_their_document(
    office: Assistant, answers: dict[str, Answer]
) -> None:
    for answer in answers.values():
        for citation in answer.citations:
            guideline = office.library.by_slug[citation.guideline]
            assert citation.document == guideline.meta.title
            if guideline.source:
                assert guideline.source[citation.start : citation.end] == citation.quote


def test_an_answer_says_what_it_searched(answers: dict[str, Answer]) -> None:
    for answer in answers.values():
        form = answer_json(answer)
        assert form["searched_count"] == len(answer.searched) > 0
        if answer.citations:
            assert {c.guideline for c in answer.citations} <= {s.slug for s in answer.searched}
            assert "检索范围" in answer.text or "Searched" in answer.text


def test_a_refusal_for_a_missing_document_quotes_nothing(answers: dict[str, Answer]) -> None:
    missing = [answers[case["id"]] for case in CASES if case["id"].startswith("missing")]
    assert missing and all(not a.citations and not a.applicability for a in missing)


# --- one document alone ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "《指导意见》第十八条",
        "《重庆市科学技术局关于支持区县科技创新发展的指导意见》第十八条",
        "《支持区县科技创新的指导意见》第十八条",
        "这份文件第十八条",
        "2022年的文件第十八条",
        "市科技局的文件第十八条",
    ],
)
def test_the_only_document_needs_no_name(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert (answer.route, {c.number for c in answer.citations}) == ("clause", {18})
    assert "检索范围" not in answer.text and "###" not in answer.text


@pytest.mark.parametrize("question", ["《劳动合同法》第三条怎么规定?", "《重庆市科技成果转化条例》第三条"])
def test_another_document_than_the_only_one_is_missing(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert (answer.route, answer.refusal, answer.citations) == ("refusal", "not_in_text", ())


def test_a_title_that_is_looked_for_is_no_document(assistant: Assistant) -> None:
    assert assistant.ask("哪些条款提到《劳动合同法》").route == "keyword"
