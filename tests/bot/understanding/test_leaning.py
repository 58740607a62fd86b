"""When a model would be asked at all: for follow-ups that lean, and hardly ever for what stands alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.answer import Answer
from bot.ask import Assistant
from bot.naming import Naming
from bot.question import Question, read_named, read_question
from bot.questions_file import Asked
from bot.reading.followup import Context, resolve
from bot.understanding.doubt import is_doubtful
from bot.understanding.leaning import leans

DATA = Path(__file__).parents[2] / "data"
BEFORE = [("完善科技金融体系有哪些举措?", "(五) 设立科技信贷风险补偿资金池。")]
MOST = 0.05


def _lines(*parts: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in DATA.joinpath(*parts).read_text(encoding="utf-8").splitlines()]


FOLLOW_UPS = _lines("understanding", "followups.jsonl")
ALONE = [
    case["question"]
    for name in ("routes", "cq", "library", "jiangzhou", "linhai")
    for case in _lines("questions", f"{name}.jsonl")
    if not case.get("history")
]


@pytest.mark.parametrize("case", FOLLOW_UPS, ids=[case["question"] for case in FOLLOW_UPS])
def test_what_leans_on_what_came_before(case: dict[str, Any]) -> None:
    assert leans(case["question"], BEFORE) == case["leans"]
    assert not leans(case["question"], [])
    assert not leans(case["question"], [("你好", "您好"), ("???", ""), ("你是谁", "")])


def test_the_table_is_long_enough() -> None:
    assert sum(case["leans"] for case in FOLLOW_UPS) >= 40 <= len(FOLLOW_UPS) - 40


def test_questions_that_stand_alone_do_not_lean() -> None:
    """Each asked after a question that has nothing to do with it, and left to the rules first."""
    found = [question for question in ALONE if leans(question, BEFORE)]
    assert len(ALONE) > 900
    assert len(found) < 0.01 * len(ALONE), found


def test_rules_resolve_most_follow_ups(assistant: Assistant) -> None:
    """Of the follow-ups that the rules were written for, none is left over for a model."""
    library = assistant.library
    context = Context(lambda _: [7], library.names_in, library.elsewhere_in)

    def left(case: dict[str, Any]) -> bool:
        history: Sequence[tuple[str, str]] = [(one, other) for one, other in case["history"]]
        question = case["question"]
        return resolve(question, history, context) == question and leans(question, history)

    cases = [case for case in _lines("questions", "routes.jsonl") if case["history"]]
    assert len(cases) > 60
    assert [case["question"] for case in cases if left(case)] == []


def test_answers_hardly_ever_leave_a_doubt(assistant: Assistant) -> None:
    texts = [case["question"] for case in _lines("questions", "cq.jsonl")]
    found = [
        text
        for text, answer in zip(texts, assistant.ask_many(map(_asked, texts)), strict=True)
        if is_doubtful(_question(text, assistant), answer)
    ]
    assert len(found) < MOST * len(texts), found


def _asked(text: str) -> Asked:
    return Asked(text, None)


def _question(text: str, assistant: Assistant) -> Question:
    return assistant.library.placed(read_named(text, Naming(), 1000), None, None)


REFUSED = Answer("", "refusal", "", refusal="out_of_scope")
GUESSED = Answer("", "topic", "", confidence="low")


@pytest.mark.parametrize(
    ("text", "answer", "doubtful"),
    [
        ("申报有啥门道", REFUSED, True),
        ("18那一条念念", REFUSED, True),
        ("讲个笑话", REFUSED, False),
        ("明天会下雨吗?", REFUSED, False),
        ("你是谁,支持我吗", REFUSED, False),
        ("第三条申报", REFUSED, False),
        ("哪些条款提到申报", REFUSED, False),
        ("申报有啥门道", replace(REFUSED, refusal="other_place"), False),
        ("申报有啥门道", replace(REFUSED, refusal="not_in_text"), False),
        ("孩子读书咋整", GUESSED, True),
        ("孩子读书咋整", replace(GUESSED, confidence="medium"), False),
        ("孩子申报咋整", GUESSED, False),
        ("孩子读书咋整", Answer("", "district", ""), False),
        ("谢谢", replace(REFUSED, refusal="unclear"), False),
    ],
)
def test_which_answers_leave_a_doubt(text: str, answer: Answer, doubtful: bool) -> None:
    assert is_doubtful(read_question(text, 1000), answer) == doubtful
