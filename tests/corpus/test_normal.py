"""Normalisation for search, and the way back to the source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.normal import normalize, normalize_question, normalize_with_offsets

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("臺灣區縣創新發展", "台湾区县创新发展"),
        ("ＡＢＣ１２３，（一）", "abc123,(一)"),
        ("  一\t\n　二  ", "一 二"),
        ("零\u200b宽\ufeff度\u00ad", "零宽度"),
        ("控\x00制\x1b符", "控制符"),
        ("半\ud800个\udfff", "半个"),
        ("㈠⑴Ⅳ", "(一)(1)iv"),
        ("", ""),
        (" \x00 ", ""),
    ],
)
def test_normalize(text: str, normal: str) -> None:
    assert normalize(text) == normal


@given(ANY_TEXT)
def test_offsets_agree_with_text(text: str) -> None:
    result = normalize_with_offsets(text)
    assert result.text == normalize(text)
    assert len(result.starts) == len(result.text)
    assert list(result.starts) == sorted(result.starts)
    assert all(0 <= start < len(text) for start in result.starts)


@given(ANY_TEXT)
def test_each_character_comes_from_where_it_says(text: str) -> None:
    result = normalize_with_offsets(text)
    for char, start in zip(result.text, result.starts, strict=True):
        assert char in normalize(f"x{text[start]}x")


@given(ANY_TEXT)
def test_normalize_is_stable(text: str) -> None:
    assert normalize_question(normalize_question(text)) == normalize_question(text)
    normalize(text).encode("utf-8")


def test_span_of_a_found_word_is_verbatim() -> None:
    source = "支持（科\u200b技創新）。"
    result = normalize_with_offsets(source)
    at = result.text.index("科技创新")
    start, end = result.source_span(at, at + 4)
    assert source[start:end] == "科\u200b技創新"


@pytest.mark.parametrize(("start", "end"), [(0, 0), (2, 1), (-1, 1), (0, 99)])
def test_span_outside_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no characters"):
        normalize_with_offsets("科技").source_span(start, end)


@pytest.mark.parametrize(
    "typed",
    [
        "科技金融有哪些支持?",
        "科技金融有哪些支持",
        "科技金融有哪些支持？？？！！",
        "  科 技 金 融 有 哪 些 支 持  ",
        "科.技·金_融有哪些支持...",
        "科技金融有哪些支持~~~",
        "科技金融有哪些支持……",
        "科技金融有哪些支持\u200b\ufeff?",
    ],
)
def test_stray_punctuation_changes_nothing(typed: str) -> None:
    assert normalize_question(typed) == "科技金融有哪些支持"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("研发投入增长10.5%以上吗", "研发投入增长10.5%以上吗"),
        ("补贴1~3万元", "补贴1~3万元"),
        ("C++和C#项目", "c++和c#项目"),
        ("第(七)条,第(八)条", "第(七)条,第(八)条"),
        ("R&D support for start-ups?", "r&d support for start-ups"),
        ("“一区两群”是什么", "“一区两群”是什么"),
    ],
)
def test_what_carries_meaning_is_kept(typed: str, kept: str) -> None:
    assert normalize_question(typed) == kept
