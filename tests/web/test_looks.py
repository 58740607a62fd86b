"""The page on a phone, enlarged, in the dark and in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from bot.phrases import say
from tests.web.visitor import CITATIONS, QUESTION, ask, assert_seen, width_overflow

if TYPE_CHECKING:
    from tests.web.conftest import Served

    Visit = Callable[..., Page]

pytestmark = pytest.mark.browser


def test_phone(chat: Served, visit: Visit) -> None:
    page = visit(chat, width=390, height=844)
    assert width_overflow(page) <= 0
    expect(page.locator("#wence-guideline")).to_be_hidden()
    ask(page, QUESTION)
    assert width_overflow(page) <= 0
    assert_seen(page, page.locator("#wence-chat .user-row .message"))
    page.locator(CITATIONS).first.click()
    mark = page.locator("mark.wence-mark").first
    mark.wait_for()
    assert_seen(page, mark)
    assert width_overflow(page) <= 0
    page.get_by_role("button", name="返回", exact=True).click()
    expect(page.locator("#wence-guideline")).to_be_hidden()
    expect(page.locator(CITATIONS).first).to_be_focused()
    page.get_by_role("button", name="查看原文").click()
    assert_seen(page, page.locator(".wence-bar-name"))
    page.keyboard.press("Escape")
    expect(page.locator("#wence-guideline")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(720, 450), (320, 568), (901, 600)])
def test_enlarged_or_small_nothing_is_cut_off(chat: Served, visit: Visit, width: int, height: int) -> None:
    """720 by 450 is a 1440 by 900 window at 200 %."""
    page = visit(chat, width=width, height=height)
    ask(page, QUESTION)
    assert width_overflow(page) <= 0
    assert_seen(page, page.locator("#wence-box textarea"))
    assert page.locator("#wence-chat").bounding_box()["height"] >= 120  # type: ignore[index]


@pytest.mark.parametrize(
    ("locale", "lang"),
    [("zh-CN", "zh"), ("zh-TW", "zh"), ("zh-HK", "zh"), ("zh-SG", "zh"), ("en-US", "en"), ("fr-FR", "en")],
)
def test_language_follows_the_browser(chat: Served, visit: Visit, locale: str, lang: str) -> None:
    page = visit(chat, locale=locale)
    expect(page).to_have_title(say(lang, "ui.title"))
    expect(page.locator("#wence-box textarea")).to_have_attribute("placeholder", say(lang, "ui.placeholder"))
    expect(page.locator("#wence-clear")).to_have_text(say(lang, "ui.new_chat"))
    expect(page.locator("#wence-box .submit-button")).to_have_attribute("aria-label", say(lang, "ui.send"))
    other = "en" if lang == "zh" else "zh"
    for name in ("tagline", "welcome", "footer", "guideline"):
        expect(page.get_by_text(say(lang, f"ui.{name}"), exact=True).first).to_be_visible()
        expect(page.get_by_text(say(other, f"ui.{name}"), exact=True).first).to_be_hidden()


def test_dark_is_legible(chat: Served, visit: Visit) -> None:
    """Text against its background, at the contrast that WCAG AA asks for, in both schemes."""
    for dark in (False, True):
        page = visit(chat, dark=dark)
        ask(page, QUESTION)
        page.locator(CITATIONS).first.click()
        page.locator("mark.wence-mark").first.wait_for()
        for selector in CONTRASTED:
            assert page.locator(selector).first.evaluate(CONTRAST) >= 4.5, (selector, dark)


CONTRASTED = (
    ".wence-head h1",
    ".wence-tagline",
    ".wence-foot > span",
    "#wence-chat .user-row .prose p",
    "#wence-chat .bot-row .prose > p",
    "#wence-chat .bot-row blockquote p",
    "#wence-chat .bot-row a",
    "#wence-examples button:visible",
    "#wence-clear",
    ".wence-facts",
    ".wence-preamble p",
    ".wence-section h3",
    ".wence-measure p",
    ".wence-note",
    ".wence-note small",
    ".wence-back",
    "mark.wence-mark",
)
CONTRAST = """element => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = colour => {
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    let holder = element;
    while (rgba(getComputedStyle(holder).backgroundColor)[3] < 255) holder = holder.parentElement;
    const light = colour => {
        const [r, g, b] = rgba(colour).slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const colours = [getComputedStyle(element).color, getComputedStyle(holder).backgroundColor];
    const pair = colours.map(light).sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
}"""
