"""Questions and guidelines that attack the page are shown, and nothing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.web.visitor import CITATIONS, ask, marked

if TYPE_CHECKING:
    from tests.web.conftest import Served

    Visit = Callable[..., Page]

pytestmark = pytest.mark.browser


HOSTILE_QUESTION = (
    "<script>window.hacked=1</script><img src=x onerror=window.hacked=2> ![图](https://evil.example/q.png) "
    "[点我](javascript:window.hacked=3) <iframe src=https://evil.example></iframe> "
    "https://evil.example/ {{7*7}} 蜂王"
)


def test_a_hostile_question_is_only_shown(hostile_chat: Served, visit: Visit) -> None:
    page = visit(hostile_chat)
    ask(page, HOSTILE_QUESTION)
    row = page.locator("#wence-chat .user-row")
    assert row.inner_text().strip() == HOSTILE_QUESTION
    assert row.locator("img, script, iframe, a").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_hostile_guideline_is_only_shown(hostile_chat: Served, visit: Visit) -> None:
    page = visit(hostile_chat)
    page.locator(".wence-choice select").select_option("bees")
    text = page.locator(".wence-text[data-slug=bees]")
    text.wait_for()
    expect(text).to_contain_text("一、总则{{7*7}} ${7*7} `x`")
    expect(text).to_contain_text("![图片](https://evil.example/b.png)[链接](javascript:window.hacked=3)")
    answer = ask(page, "第一条写了什么?养蜂户良种蜂王繁育")
    answer = ask(page, "哪些条款提到蜂王?")
    expect(answer).to_contain_text('<img src="https://evil.example/a.png" onerror="window.hacked=2">')
    shown = page.locator("#wence-chat .bot-row, #wence-pane, #wence-header, #wence-footer, #wence-examples")
    assert shown.locator("img, script, style, iframe, a:not([href^='#cite-'])").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_citation_from_another_document_brings_it_up(hostile_chat: Served, visit: Visit) -> None:
    """Offsets count characters: those outside of the basic plane count one, though scripts count two."""
    page = visit(hostile_chat)
    ask(page, "哪些条款提到追溯制度?")
    link = page.locator(f"{CITATIONS}[href^='#cite-bees-']").first
    link.click()
    page.locator(".wence-text[data-slug=bees] mark").first.wait_for()
    assert marked(page) == "支持𠮷安镇𠀋户蜂农建立蜂产品追溯制度。"
    expect(page.locator(".wence-choice select")).to_have_value("bees")
