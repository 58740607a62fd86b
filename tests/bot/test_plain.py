"""Answers, hits and documents as text for a terminal."""

from __future__ import annotations

import re

import pytest

from bot.answer import Answer
from bot.answers.quoting import escape
from bot.ask import Assistant
from bot.plain import answer_text, hits_text, outline_text
from corpus.measure import Guideline


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**粗** 字", "粗 字"),
        ("> “引文” 〔[原文第 3 行](#cite-a-1-2)〕", "“引文” 〔原文第 3 行〕"),
        ("第一句。  \n第二句。", "第一句。\n第二句。"),
        ("*编者注:「**甲**」*\n\n3\\*", "编者注:「甲」\n\n3*"),
        ("### 标题\n\n文", "标题\n\n文"),
        ("a\\*b\\_c\\[d\\]\\\\", "a*b_c[d]\\"),
        ("\\&lt;b&gt; \\<i\\>", "&lt;b&gt; <i>"),
        ("[不是引文](http://a)", "[不是引文](http://a)"),
    ],
)
def test_marks_and_links_become_words(markdown: str, plain: str) -> None:
    assert answer_text(Answer("?", "topic", markdown), colour=False) == plain


@pytest.mark.parametrize(
    "text", ["x < y & z", "a*b*c", "[甲](乙)", "\\\\服务器", "&lt;script&gt;", "~~删~~|表|"]
)
def test_what_was_escaped_is_shown_as_it_was(text: str) -> None:
    assert answer_text(Answer("?", "topic", escape(text)), colour=False) == text


def test_every_quote_is_shown_verbatim(several: Assistant) -> None:
    answer = several.ask("第七条")
    shown = answer_text(answer, colour=False)
    assert answer.citations and all(f"“{c.quote}”" in shown for c in answer.citations)
    assert "#cite-" not in shown and "**" not in shown


def test_on_a_terminal_it_is_set_in_colour(several: Assistant) -> None:
    shown = answer_text(several.ask("第七条"), colour=True)
    assert "\x1b[" in shown and "#cite-" not in shown
    assert "加快农机更新" in re.sub(r"\x1b\[[\d;]*m", "", shown)


def test_hits(several: Assistant) -> None:
    hits = several.index.search("冷库补贴", 2).hits
    lines = hits_text(hits).splitlines()
    assert lines[0].split()[0] == "1" and hits[0].measure.id in lines[0] and hits[0].measure.title in lines[0]
    assert hits_text([]) == "没有结果 / no hits"


def test_an_outline_has_every_heading_in_order(jiangzhou: Guideline) -> None:
    lines = outline_text(jiangzhou).splitlines()
    assert "江洲市促进现代农业" in lines[0] and "4 + 15" in lines[0]
    assert sum("（" in line for line in lines[1:]) == 15
    numbers = [int(line.split()[0]) for line in lines[1:]]
    assert numbers == sorted(numbers)
