"""The chat as visitors meet it: in Chromium, over a socket, with the real model."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from corpus.load import load_corpus, packaged_corpus
from tests.web.visitor import (
    CITATIONS,
    QUESTION,
    ask,
    assert_seen,
    finished,
    marked,
    quoted_by,
    width_overflow,
)

if TYPE_CHECKING:
    from tests.web.conftest import Served

    Visit = Callable[..., Page]

pytestmark = pytest.mark.browser


def test_question_answer_citation_highlight(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    answer = ask(page, QUESTION)
    expect(answer).to_contain_text("知识价值信用贷款")
    link = page.locator(CITATIONS).first
    quote = quoted_by(link)
    assert quote in answer.inner_text()
    assert_seen(page, page.locator("#wence-guideline"))
    link.click()
    mark = page.locator("mark.wence-mark").first
    mark.wait_for()
    assert marked(page) == quote
    assert_seen(page, mark)
    expect(page.locator(".wence-live")).to_have_text(re.compile(r"^已定位到原文第 \d+ 行$"))
    line = page.locator(".wence-line", has=page.locator("mark")).first.get_attribute("data-line")
    assert (
        f"第 {line} 行" in link.inner_text() and f"第 {line} 行" in page.locator(".wence-live").inner_text()
    )
    assert page.url.rstrip("/") == chat.url
    assert len(page.context.pages) == 1


def test_every_citation_of_a_whole_measure_is_marked_exactly(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    ask(page, "第三条写了什么?")
    links = page.locator(CITATIONS).all()
    assert len(links) > 5
    for link in links:
        quote = quoted_by(link)
        link.click()
        page.wait_for_function(
            "quote => [...document.querySelectorAll('mark')].map(m => m.textContent).join('') === quote",
            arg=quote,
        )


def test_any_range_is_marked_and_unmarked_without_a_trace(chat: Served, visit: Visit) -> None:
    """Part of a sentence, several sentences, several measures: the script works by offsets alone."""
    page = visit(chat)
    ask(page, "第一条写了什么?")
    guideline = load_corpus(packaged_corpus())[0]
    source, first = guideline.source, guideline.measures[0].span.start
    clean = page.locator(".wence-text").inner_html()
    link = page.locator(CITATIONS).first
    for start, end in [(first + 3, first + 9), (first, first + 300), (first + 30, first + 31)]:
        link.evaluate("(a, href) => a.setAttribute('href', href)", f"#cite-{guideline.slug}-{start}-{end}")
        link.click()
        page.locator("mark.wence-mark").first.wait_for()
        strip = re.compile(r"\s")
        assert strip.sub("", marked(page)) == strip.sub("", source[start:end])
        page.keyboard.press("Escape")
        assert page.locator("mark").count() == 0
        assert page.locator(".wence-text").inner_html() == clean


def test_a_citation_of_nothing_is_told(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    ask(page, "第一条写了什么?")
    link = page.locator(CITATIONS).first
    for href in ("#cite-no-such-document-1-9", "#cite-cq-district-innovation-999998-999999"):
        link.evaluate("(a, href) => a.setAttribute('href', href)", href)
        link.click()
        expect(page.locator(".wence-live")).to_have_text("未能在原文中找到这处引文")
        page.locator(".wence-live").evaluate("live => { live.textContent = ''; }")


def test_by_keyboard_alone(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    expect(page.locator("#wence-box textarea")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    finished(page)
    expect(page.locator("#wence-box textarea")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches(\"a[href^='#cite-']\")"):
            break
    link = page.locator("a:focus")
    outline = link.evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid"
    href = link.get_attribute("href")
    page.keyboard.press("Enter")
    page.locator("mark.wence-mark").first.wait_for()
    page.keyboard.press("Escape")
    assert page.locator("mark").count() == 0
    assert page.evaluate("document.activeElement.getAttribute('href')") == href


def test_back_button_returns_to_the_citation(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    ask(page, QUESTION)
    link = page.locator(CITATIONS).first
    expect(page.locator(".wence-back")).to_be_hidden()
    link.click()
    page.get_by_role("button", name="返回回答").click()
    expect(link).to_be_focused()
    expect(page.locator(".wence-back")).to_be_hidden()


def test_example_questions_are_answered(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    examples = page.locator("#wence-examples button:visible")
    assert examples.count() == 3
    words = examples.last.inner_text()
    examples.last.click()
    answer = finished(page)
    expect(page.locator("#wence-chat .user-row")).to_have_text(words)
    assert len(answer.inner_text()) > 20


def test_copy_gives_what_is_read_not_markdown(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    answer = ask(page, QUESTION)
    page.get_by_role("button", name="复制回答").click()
    expect(page.locator(".wence-live")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    quote = quoted_by(page.locator(CITATIONS).first)
    assert quote in copied
    assert "#cite-" not in copied and "**" not in copied and "\\" not in copied
    assert re.sub(r"\s", "", copied) == re.sub(r"\s", "", answer.inner_text())


def test_a_new_conversation_is_empty(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    ask(page, QUESTION)
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".wence-welcome:visible")).to_have_count(1)
    assert page.locator("#wence-chat .bot-row").count() == 0
    expect(ask(page, "第七条写了什么?")).to_contain_text("打造特色科技平台")


def test_answer_grows_and_ends_soon(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    ask(page, QUESTION)
    page.evaluate(
        """() => {
            window.sizes = [];
            const row = () => document.querySelectorAll('#wence-chat .bot-row')[1];
            const note = () => row() && window.sizes.push([performance.now(), row().innerText.length]);
            const all = {childList: true, subtree: true, characterData: true};
            new MutationObserver(note).observe(document.querySelector('#wence-chat'), all);
        }"""
    )
    ask(page, "第三条写了什么?")
    sizes = page.evaluate("window.sizes")
    assert len({size for _, size in sizes}) >= 3
    assert [size for _, size in sizes] == sorted(size for _, size in sizes)
    assert sizes[-1][0] - sizes[0][0] < 1500


def test_stop_frees_the_box_at_once(odd_chat: Served, visit: Visit) -> None:
    page = visit(odd_chat)
    page.locator("#wence-box textarea").fill("慢慢回答")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="停止").click()
    expect(page.locator("#wence-box .submit-button")).to_be_visible(timeout=3000)
    expect(page.locator("#wence-chat .user-row")).to_have_text("慢慢回答")
    expect(ask(page, "第七条写了什么?")).to_contain_text("打造特色科技平台")


def test_a_slow_answer_holds_up_nobody_else(odd_chat: Served, visit: Visit) -> None:
    slow, quick = visit(odd_chat), visit(odd_chat)
    slow.locator("#wence-box textarea").fill("慢慢回答")
    slow.keyboard.press("Enter")
    slow.locator("#wence-box .stop-button").wait_for()
    expect(ask(quick, "第七条写了什么?")).to_contain_text("打造特色科技平台")
    expect(slow.locator("#wence-box .stop-button")).to_be_visible()


def test_a_fault_of_ours_is_owned_up_to(odd_chat: Served, visit: Visit) -> None:
    page = visit(odd_chat)
    answer = ask(page, "出错")
    expect(answer).to_contain_text("出错了,这个问题没能回答".replace(",", "，"))
    expect(answer).not_to_contain_text("RuntimeError")
    assert any("a fault on purpose" in line for line in odd_chat.said)
    expect(ask(page, "第七条写了什么?")).to_contain_text("打造特色科技平台")


def test_the_conversation_so_far_reaches_the_assistant_as_it_was_typed(
    odd_chat: Served, visit: Visit
) -> None:
    page = visit(odd_chat)
    ask(page, "第七条*写*了<什么>?")
    expect(ask(page, "历史")).to_contain_text(repr(["第七条*写*了<什么>?"]))


def test_conversation_stays_and_the_new_question_is_in_view(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    ask(page, "第三条写了什么?")
    ask(page, "第四条写了什么?")
    rows = page.locator("#wence-chat .user-row")
    assert rows.count() == 2
    assert_seen(page, rows.nth(1).locator(".message"))


@pytest.mark.parametrize("question", ["", "   ", "长" * 3000])
def test_bad_questions_are_answered_kindly(chat: Served, visit: Visit, question: str) -> None:
    page = visit(chat)
    answer = ask(page, question)
    expect(answer).to_contain_text(re.compile("没有看到问题|问题太长"))
    assert width_overflow(page) <= 0


def test_two_visitors_have_their_own_conversations(chat: Served, visit: Visit) -> None:
    first, second = visit(chat), visit(chat)
    for page, question in ((first, "第七条写了什么?"), (second, "第八条写了什么?")):
        page.locator("#wence-box textarea").fill(question)
    first.locator("#wence-box .submit-button").click()
    second.locator("#wence-box .submit-button").click()
    expect(finished(first)).to_contain_text("打造特色科技平台")
    expect(finished(second)).to_contain_text("建设基础研究平台")
    assert first.locator("#wence-chat .user-row").count() == 1
