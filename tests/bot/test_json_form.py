"""The public JSON forms: names, types and offsets, as outside programs read them."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter

from bot.answer import Completeness, Confidence, Refusal, Route
from bot.ask import Assistant
from bot.json_form import answer_json, dump, hits_json, measure_json
from corpus.measure import Guideline


class Strict(BaseModel):
    """Fields may be added; those named keep their types."""

    model_config = ConfigDict(strict=True)


class CitationForm(Strict):
    """A quote and its place."""

    measure_id: str
    number: int
    label: str
    title: str
    quote: str
    start: int
    end: int
    line: int


class AnswerForm(Strict):
    """An answer as the formats describe it."""

    question: str
    route: Route
    completeness: Completeness
    refusal: Refusal | None
    districts: list[str]
    text: str
    citations: list[CitationForm]
    applicability: list[dict[str, object]]
    checked: int
    notes: list[str]
    model: str | None
    confidence: Confidence | None
    lang: str
    timing_ms: dict[str, float] | None


QUESTIONS = [
    "第十二条",
    "第九十九条",
    "哪些条款提到“失能”?",
    "这份文件是谁发布的?",
    "冷库补多少钱?",
    "你好",
    "\ud83d\x00",
    "What is measure 3?",
]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("question_id", [None, "q1", 7])
def test_an_answer_has_the_agreed_form(
    several: Assistant, question: str, question_id: str | int | None
) -> None:
    form = json.loads(dump(answer_json(several.ask(question), question_id)))
    assert AnswerForm.model_validate({**form, "question": "as asked, see below"})
    assert form["question"] == question
    assert form.get("id") == question_id and ("id" in form) is (question_id is not None)
    sources = {guideline.slug: guideline.source for guideline in several.library.guidelines}
    for citation in form["citations"]:
        source = sources[citation["measure_id"].split("#")[0]]
        assert source[citation["start"] : citation["end"]] == citation["quote"]
        assert source[: citation["start"]].count("\n") + 1 == citation["line"]


def test_the_kinds_are_the_agreed_ones() -> None:
    assert set(get_args(Route)) == {
        "district",
        "list",
        "clause",
        "compare",
        "keyword",
        "topic",
        "document",
        "clarify",
        "refusal",
    }
    assert set(get_args(Completeness)) == {"complete", "partial", "none"}
    assert set(get_args(Refusal)) == {"out_of_scope", "other_place", "not_in_text", "unclear"}


def test_hits(several: Assistant) -> None:
    hits = several.index.search("冷库补贴", 3).hits
    form = json.loads(dump(hits_json(hits, "q1")))
    assert form["id"] == "q1"
    assert [hit["rank"] for hit in form["hits"]] == [1, 2, 3]
    assert [hit["id"] for hit in form["hits"]] == [hit.measure.id for hit in hits]
    scores = [hit["score"] for hit in form["hits"]]
    assert scores == sorted(scores, reverse=True)
    assert json.loads(dump(hits_json([]))) == {"hits": []}


def test_a_measure(jiangzhou: Guideline) -> None:
    form = json.loads(dump(measure_json(jiangzhou, jiangzhou.measures[6])))
    assert TypeAdapter(dict[str, object]).validate_python(form)
    assert form["id"] == "jiangzhou-agri#7" and form["path"] == ["二、做强特色产业"]
    assert jiangzhou.source[form["start"] : form["end"]] == form["text"]
    for sentence in form["sentences"]:
        assert jiangzhou.source[sentence["start"] : sentence["end"]] == sentence["text"]
    assert len(form["notes"]) == 1


@pytest.mark.parametrize("text", ["中文", "\ud83d", "\udc00\ud800", "a\u2028b\x00\n", "😀", '"\\'])
def test_any_string_can_be_written_and_read_back(text: str) -> None:
    data = dump({"text": text})
    assert json.loads(data.decode("utf-8")) == {"text": text}
    assert b"\n" not in data


def test_chinese_is_written_as_it_is() -> None:
    assert dump({"a": "中文"}) == '{"a": "中文"}'.encode()
