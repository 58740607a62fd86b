"""The conversation as the browser and the API send it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.history import as_shown, as_typed, normalize_history, unlinked


def blocks(role: str, *texts: str) -> dict[str, object]:
    return {"role": role, "content": [{"type": "text", "text": text} for text in texts], "metadata": None}


@pytest.mark.parametrize(
    ("history", "turns"),
    [
        (None, []),
        ([], []),
        ([blocks("user", "问"), blocks("assistant", "答")], [("问", "答")]),
        ([blocks("user", r"a\*b\?"), blocks("assistant", r"a\*b")], [("a*b?", r"a\*b")]),
        ([{"role": "user", "content": r"a\*b"}, {"role": "assistant", "content": "答"}], [(r"a\*b", "答")]),
        ([["问", "答"], ("再问", "再答")], [("问", "答"), ("再问", "再答")]),
        ([["问", None]], [("问", "")]),
        ([blocks("user", "问")], [("问", "")]),
        ([blocks("user", "一", "二"), blocks("assistant", "答")], [("一\n二", "答")]),
        ([blocks("user", "问"), blocks("assistant", "一"), blocks("assistant", "二")], [("问", "一\n\n二")]),
        ([blocks("user", "一"), blocks("user", "二"), blocks("assistant", "答")], [("一", ""), ("二", "答")]),
        ([blocks("assistant", "您好"), blocks("user", "问")], [("问", "")]),
        ([{"role": "system", "content": "不算"}, 7, None, "文字", ["只有一个"], {}], []),
        ([{"role": "user", "content": {"text": "问"}}], [("问", "")]),
        ([{"role": "user", "content": [{"file": "x"}, "问"]}], [("问", "")]),
        ([{"role": "user", "content": 7}], [("", "")]),
    ],
)
def test_every_shape_becomes_turns(history: list[object] | None, turns: list[tuple[str, str]]) -> None:
    assert normalize_history(history) == turns


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_shown_leads_back_to_what_was_typed(question: str) -> None:
    assert as_typed(as_shown(question)) == question


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("![x](http://evil)", r"\!\[x\]\(http\:\/\/evil\)"),
        ("<b>", r"\<b\>"),
        ("有\ud800吗", r"有\?吗"),
        ("第十八条?", r"第十八条\?"),
    ],
)
def test_markdown_in_a_question_is_escaped(typed: str, shown: str) -> None:
    assert as_shown(typed) == shown


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("见 https://a.example/b。", r"见 https\://a.example/b。"),
        (r"见 https\://a.example", r"见 https\://a.example"),
        ("WWW.a.example, a@b.example", r"WWW\.a.example, a\@b.example"),
        (
            "> “句。” 〔[原文第 3 行](#cite-a-1-9)〕\n\n比例:3//4",
            "> “句。” 〔[原文第 3 行](#cite-a-1-9)〕\n\n比例:3//4",
        ),
    ],
)
def test_addresses_in_an_answer_are_text(markdown: str, shown: str) -> None:
    assert unlinked(markdown) == shown
