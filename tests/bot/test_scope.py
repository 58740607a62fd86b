"""What a question must be like to be answered: the judge of scope and its calibration."""

from __future__ import annotations

from statistics import mean

import pytest

from bot.ask import Assistant
from bot.build import background_questions
from bot.scope import AHEAD, ANSWERABLE, DENSE, IN_FIELD, SURE, Scope, confidence

ON_TOPIC = [
    "轻资产的科技公司怎么贷款?",
    "孵化器有哪些支持?",
    "怎么建设国家高新区?",
    "科技特派员去哪些地方?",
    "科技成果怎么转化?",
]
OFF_TOPIC = [
    "明天会下雨吗?",
    "红烧肉怎么做?",
    "世界杯谁赢了?",
    "帮我写一首诗",
    "头疼吃什么药?",
]


def probability(assistant: Assistant, question: str) -> float:
    query = assistant.index.encode(question)
    return Scope(assistant.index.background).probability(query, assistant.index.rank(query), "zh")


def test_calibration_questions_are_many_and_each_once() -> None:
    groups = background_questions()
    assert set(groups) == {"zh", "en"}
    assert min(map(len, groups.values())) >= 100
    for questions in groups.values():
        assert len(set(questions)) == len(questions)
        assert all(question.strip() == question != "" for question in questions)


def test_calibration_questions_are_not_those_of_the_tests() -> None:
    """What is measured on the test questions would else be worth nothing."""
    groups = background_questions()
    assert not {*ON_TOPIC, *OFF_TOPIC} & {*groups["zh"], *groups["en"]}


@pytest.mark.parametrize("question", ON_TOPIC)
def test_what_the_corpus_speaks_of_is_answerable(assistant: Assistant, question: str) -> None:
    assert probability(assistant, question) >= ANSWERABLE


@pytest.mark.parametrize("question", OFF_TOPIC)
def test_what_it_does_not_speak_of_is_not(assistant: Assistant, question: str) -> None:
    assert probability(assistant, question) < ANSWERABLE


def test_the_two_are_far_apart(assistant: Assistant) -> None:
    on = mean(probability(assistant, question) for question in ON_TOPIC)
    off = mean(probability(assistant, question) for question in OFF_TOPIC)
    assert on - off > 0.5


def test_without_vectors_two_lexical_features_decide(several: Assistant) -> None:
    scope = Scope(several.index.background)
    values = {}
    for question in ("新建冷库补助多少元", "红烧肉怎么做"):
        query = several.index.encode(question)
        ranking = several.index.rank(query)
        assert len(scope.features(query, ranking, "zh")) == 2
        values[question] = scope.probability(query, ranking, "zh")
    assert values["新建冷库补助多少元"] > values["红烧肉怎么做"]
    assert values["新建冷库补助多少元"] >= ANSWERABLE


def test_with_vectors_every_weight_has_its_feature(assistant: Assistant) -> None:
    query = assistant.index.encode("孵化器有哪些支持?")
    features = Scope(assistant.index.background).features(query, assistant.index.rank(query), "zh")
    assert all(len(one.weights) == len(features) for one in DENSE.values())


@pytest.mark.parametrize(
    ("probability", "margin", "word"),
    [
        (1.0, 1.0, "high"),
        (SURE, AHEAD, "high"),
        (SURE, AHEAD - 0.01, "medium"),
        (0.61, 5.0, "medium"),
        (ANSWERABLE, 5.0, "low"),
        (0.0, 0.0, "low"),
    ],
)
def test_confidence_in_words(probability: float, margin: float, word: str) -> None:
    assert confidence(probability, margin) == word


def test_the_thresholds_are_in_order() -> None:
    assert 0 < IN_FIELD < ANSWERABLE < SURE < 1
