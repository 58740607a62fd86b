"""Finding the words of a long list."""

from __future__ import annotations

import pytest

from corpus.lookup import Lookup

SOME = Lookup.of(["身份", "有", "有关", "关于", "关于我", "证", "ai", "r&d"], ["身份证", "公有"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("身份", [(0, "身份")]),
        ("凭身份证", []),  # a shield is passed over whole: 证 in it is none
        ("凭身份和证", [(1, "身份"), (4, "证")]),
        ("有关于", [(0, "有关")]),  # from left to right, none inside another
        ("没有,关于我", [(1, "有"), (3, "关于我")]),  # the longest first
        ("公有关于我", [(2, "关于我")]),
        ("ai产业", [(0, "ai")]),
        ("main", []),  # ASCII counts only where a word begins
        ("的r&d和ai", [(1, "r&d"), (5, "ai")]),
        ("关", []),
        ("", []),
    ],
)
def test_words_are_found_from_left_to_right_the_longest_first(
    text: str, found: list[tuple[int, str]]
) -> None:
    assert list(SOME.find(text)) == found
    assert SOME.within(text) is bool(found)


@pytest.mark.parametrize(
    ("text", "instead", "rest"),
    [("凭身份和证办", "", "凭和办"), ("凭身份证办", " ", "凭身份证办"), ("有", " ", " "), ("", " ", "")],
)
def test_words_are_taken_out(text: str, instead: str, rest: str) -> None:
    assert SOME.without(text, instead) == rest
