"""Sentences and numerals: small tables."""

from __future__ import annotations

import pytest

from corpus.lines import Lines
from corpus.numbering import numeral
from corpus.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("甲。乙！丙？丁", ["甲。", "乙！", "丙？", "丁"]),
        ("他说：“甲。”乙。", ["他说：“甲。”", "乙。"]),
        ("（见《甲》。）乙。", ["（见《甲》。）", "乙。"]),
        ("甲……乙。", ["甲……", "乙。"]),
        ("甲；乙，丙。", ["甲；乙，丙。"]),
        ("甲\n  乙。\r\n丙", ["甲", "乙。", "丙"]),
        ("甲。\n。\n乙。", ["甲。", "乙。"]),
        ("投入1.5亿元,增长3.2%。", ["投入1.5亿元,增长3.2%。"]),
        ("。！\n", []),
        ("", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    lines = Lines.of(text)
    found = split_sentences(lines, lines.span(0, len(text)))
    assert [sentence.text for sentence in found] == sentences
    assert all(text[s.span.start : s.span.end] == s.text for s in found)


def test_only_the_body_is_split() -> None:
    lines = Lines.of("甲。乙。丙。")
    assert [s.text for s in split_sentences(lines, lines.span(2, 4))] == ["乙。"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("二十一", 21), ("一百", 100), ("一百零三", 103),
        ("一百〇三", 103), ("一百一十", 110), ("一百十", 110), ("两百", 200), ("四百六十三", 463),
        ("一千二百六十", 1260), ("二〇二三", 2023), ("21", 21), ("２１", 21), ("③", 3), ("㈡", 2), ("⑴", 1),
    ],
)  # fmt: skip
def test_numerals(text: str, value: int) -> None:
    assert numeral(text) == value
