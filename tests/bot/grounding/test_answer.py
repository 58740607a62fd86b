"""A whole answer: kept, replaced, removed; and the same in pieces as they come from a stream."""

from __future__ import annotations

import pytest

from bot.grounding import Grounds, Stream, review
from corpus.measure import Guideline

ANSWER = (
    "各县（区）每年推荐名额不超过20个[1]。新评定的市级示范家庭农场，每户一次性补助5万元[1]。\n"
    "本市天气很好。企业首次被认定为市级以上农业产业化重点龙头企业的，奖励20万元。[2]"
)


@pytest.fixture
def grounds(jiangzhou: Guideline) -> Grounds:
    return Grounds.of(jiangzhou.measures[:2])


def test_false_sentences_give_way_to_the_words_of_the_measure(grounds: Grounds, jiangzhou: Guideline) -> None:
    reviewed = review(ANSWER, grounds)
    assert [one.outcome for one in reviewed.sentences] == ["kept", "replaced", "removed", "kept"]
    assert "5万元" not in reviewed.text
    assert "天气" not in reviewed.text
    quote = reviewed.sentences[1].quote
    assert quote is not None
    assert jiangzhou.source[quote.span.start : quote.span.end] == quote.text
    assert "每户一次性补助3万元" in reviewed.text
    assert (reviewed.grounded, reviewed.changed) == (0.5, 2)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40, 500])
def test_chunks_make_no_difference(grounds: Grounds, size: int) -> None:
    stream = Stream(grounds)
    judged = [one for at in range(0, len(ANSWER), size) for one in stream.feed(ANSWER[at : at + size])]
    assert (*judged, *stream.close()) == review(ANSWER, grounds).sentences


def test_a_sentence_is_shown_as_soon_as_the_next_one_begins(grounds: Grounds) -> None:
    stream = Stream(grounds)
    assert list(stream.feed("各县（区）每年推荐名额不超过20个")) == []
    assert list(stream.feed("[1]。")) == []
    assert [one.outcome for one in stream.feed("新评")] == ["kept"]


def test_nothing_is_quoted_twice(grounds: Grounds) -> None:
    false = "新评定的市级示范家庭农场，每户一次性补助5万元[1]。"
    assert [one.outcome for one in review(false * 2, grounds).sentences] == ["replaced", "removed"]


@pytest.mark.parametrize(
    "text", ["各县（区）每年推荐名额不超过20个[1]，新评定的", "The evidence is that [1] is supported by"]
)
def test_a_sentence_that_was_cut_off_is_left_out(grounds: Grounds, text: str) -> None:
    assert review(text, grounds).sentences == ()


def test_the_last_sentence_may_end_with_its_citation(grounds: Grounds) -> None:
    assert [one.outcome for one in review("各县（区）每年推荐名额不超过20个[1]", grounds).sentences] == [
        "kept"
    ]


@pytest.mark.parametrize("text", ["The answer is [1].", "The dog loves the cat [1].", "Yes, it is so [1]."])
def test_empty_english_is_no_sentence_of_a_measure(grounds: Grounds, text: str) -> None:
    assert [one.outcome for one in review(text, grounds).sentences] == ["removed"]


@pytest.mark.parametrize("text", ["", "\n\n", "。。。", "- \n* \n", "[1]", "[1]。[2]", "1. [1]\n"])
def test_nothing_said(grounds: Grounds, text: str) -> None:
    assert review(text, grounds).sentences == ()
    assert review(text, grounds).grounded == 0.0
