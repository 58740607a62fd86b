"""Whether everyone can use the pages: axe-core's rules, keyboard, announcements, enlargement, languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.phrases import say
from tests.web.visitor import ask, width_overflow

if TYPE_CHECKING:
    from tests.web.conftest import Embedded

    Open = Callable[..., Page]

pytestmark = pytest.mark.browser

DISTRICT_QUESTION = "荣昌区能享受哪些支持?"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SCHEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
# What has the focus: its tag, its name as far as it stands in the page, and whether it can be seen.
FOCUSED = """() => {
    const element = document.activeElement, box = element.getBoundingClientRect();
    const labelled = element.labels?.[0]?.innerText || element.innerText || element.placeholder || "";
    const seen = box.width > 0 && box.right > 0 && box.left < innerWidth
        && box.bottom > 0 && box.top < innerHeight;
    const ring = getComputedStyle(element).outlineStyle !== "none" || element.matches("textarea");
    return {tag: element.tagName, name: (element.ariaLabel || labelled).trim(), seen, ring,
            id: element.id || element.dataset.choice || element.className};
}"""

# Rows and proofs are made alike, and with all of them axe takes half a minute: the first row of each group
# stays, each with a route that none before has, and some proofs.
PRUNE = """() => {
    const met = new Set();
    for (const row of document.querySelectorAll("tbody tr:nth-child(n+3)")) {
        const fresh = [...row.querySelectorAll("[data-route]")].filter(cell => !met.has(cell.dataset.route));
        if (!fresh.length) row.remove();
        for (const cell of fresh) met.add(cell.dataset.route);
    }
    const proofs = ".wence-proofs article:nth-of-type(n+9):not(.wence-shown)";
    for (const proof of document.querySelectorAll(proofs)) proof.remove();
    return met.size;
}"""


@pytest.fixture
def open_chat(browser: Browser, embedded: Embedded) -> Iterator[Open]:
    """Opens the chat; the policy against foreign scripts is off, for axe is one."""
    contexts: list[BrowserContext] = []

    def open_page(*, dark: bool = False, width: int = 1440, height: int = 900, url: str = "") -> Page:
        contexts.append(
            browser.new_context(
                viewport={"width": width, "height": height},
                locale="zh-CN",
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
                bypass_csp=True,
            )
        )
        page = contexts[-1].new_page()
        page.goto(url or embedded.served.url)
        if not url:
            page.locator(".wence-live[data-found-zh]").wait_for(state="attached")
            page.locator("#wence-box textarea").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()


def faults(page: Page) -> list[str]:
    """What axe finds, of any weight."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{each['impact']} {each['id']}: {node['target']} {node['html'][:120]}"
        for each in found
        for node in each["nodes"]
    ]


@SCHEMES
def test_axe_finds_nothing_in_chat_table_and_map(open_chat: Open, dark: bool) -> None:
    page = open_chat(dark=dark)
    assert faults(page) == []
    ask(page, "字" * 900)
    ask(page, "What does measure 7 say?")
    ask(page, DISTRICT_QUESTION)
    page.locator(".wence-opinion [data-up='']").click()
    page.locator(".wence-reason").wait_for()
    page.locator("#wence-chat a[href^='#cite-']").last.click()
    page.locator("mark.wence-mark").first.wait_for()
    assert faults(page) == []
    page.locator("#wence-tab-matrix").click()
    page.locator(".wence-matrix td a").nth(3).click()
    assert page.evaluate(PRUNE) > 3
    assert faults(page) == []
    page.locator("#wence-tab-map").click()
    page.locator(".wence-map summary").click()
    assert faults(page) == []


@SCHEMES
def test_axe_finds_nothing_on_a_phone_and_in_a_frame(open_chat: Open, embedded: Embedded, dark: bool) -> None:
    page = open_chat(dark=dark, width=390, height=800)
    ask(page, DISTRICT_QUESTION)
    page.locator("#wence-chat a[href^='#cite-']").first.click()
    expect(page.locator(".wence-close")).to_be_focused()
    assert faults(page) == []
    embedded.portal.put("/axe", head=f'<script src="{embedded.served.url}/embed.js" async></script>')
    page = open_chat(dark=dark, url=f"{embedded.portal.origin}/axe")
    page.locator(".open").click()
    page.locator(".state").wait_for(state="detached", timeout=30_000)
    ask_in = page.frame_locator("[data-wence-embed] iframe").locator("#wence-box textarea")
    ask_in.fill(DISTRICT_QUESTION)
    ask_in.press("Enter")
    page.frame_locator("[data-wence-embed] iframe").locator(".wence-opinion").wait_for(timeout=20_000)
    assert faults(page) == []


def test_axe_finds_nothing_in_the_page_of_tables(open_chat: Open, embedded: Embedded, tmp_path: Path) -> None:
    file = tmp_path / "matrix.html"
    file.write_bytes(httpx.get(f"{embedded.served.url}/api/matrix?format=html").content)
    page = open_chat(url=file.as_uri())
    assert page.evaluate(PRUNE) > 3
    assert faults(page) == []


def test_the_keyboard_reaches_everything(open_chat: Open) -> None:
    """From the top with the Tab key: each stop has a name, can be seen and shows that it has the focus."""
    page = open_chat(width=1280, height=800)
    ask(page, "第三条写了什么?")
    page.locator(".wence-export").wait_for()
    page.wait_for_timeout(500)
    page.locator("h1").click()
    stops: list[dict[str, Any]] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    else:
        pytest.fail("the Tab key never leaves the page")
    assert [stop for stop in stops if not (stop["name"] and stop["seen"] and stop["ring"])] == []
    wanted = page.locator("a:visible, button:visible, select:visible, textarea:visible, input:visible")
    hidden_from_tab = page.locator("[role=tab][tabindex='-1']:visible, button[disabled]:visible")
    assert len(stops) >= wanted.count() - hidden_from_tab.count() > 15, [stop["name"] for stop in stops]


def test_an_answer_is_announced_once_with_its_beginning(open_chat: Open) -> None:
    page = open_chat(width=390, height=800)
    page.evaluate(
        """() => {
            window.said = [];
            const live = document.querySelector(".wence-live");
            const note = () => live.textContent && window.said.push(live.textContent);
            new MutationObserver(note).observe(live, {childList: true});
        }"""
    )
    ask(page, "第七条写了什么?")
    page.wait_for_function("window.said.length > 0")
    page.wait_for_timeout(300)
    said = page.evaluate("window.said")
    assert len(said) == 1 and said[0].startswith(say("zh", "ui.answered")) and "打造特色科技平台" in said[0]
    log = page.locator("#wence-chat [role=log]")
    expect(log).to_have_attribute("aria-live", "off")
    expect(log).to_have_attribute("aria-label", say("zh", "ui.conversation"))
    # What is hidden is not read out; on a phone the live region is within a sheet that is.
    assert page.locator(".wence-live").evaluate("e => getComputedStyle(e).visibility") == "visible"


@pytest.mark.parametrize("view", ["chat", "matrix", "map"])
def test_at_200_percent_nothing_scrolls_sideways(open_chat: Open, view: str) -> None:
    """A window of 1280 by 900 pixels enlarged twice has 640 by 450; the table scrolls within itself."""
    page = open_chat(width=640, height=450)
    page.locator(f"#wence-tab-{view}").click()
    page.locator(
        {"chat": "#wence-box textarea", "matrix": ".wence-matrix", "map": ".wence-map svg"}[view]
    ).first.wait_for()
    assert width_overflow(page) <= 0


def test_parts_in_another_language_say_so(open_chat: Open, embedded: Embedded) -> None:
    page = open_chat()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.goto(f"{embedded.served.url}/chat?lang=en")
    page.locator(".wence-live[data-found-zh]").wait_for(state="attached")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    answer = ask(page, "What does measure 7 say?")
    languages = answer.locator("p, li").evaluate_all("all => all.map(e => [e.lang, e.textContent])")
    assert languages
    for lang, text in languages:
        assert lang == ("zh-CN" if any("\u4e00" <= each <= "\u9fff" for each in text) else "en")
    expect(page.locator(".wence-text")).to_have_attribute("lang", "zh-CN")


def test_where_the_system_picks_the_colours_the_button_is_seen(browser: Browser, embedded: Embedded) -> None:
    embedded.portal.put("/forced", head=f'<script src="{embedded.served.url}/embed.js" async></script>')
    page = browser.new_page(forced_colors="active")
    page.goto(f"{embedded.portal.origin}/forced")
    colours = page.locator(".open").evaluate(
        "e => [getComputedStyle(e).borderTopColor, getComputedStyle(e).backgroundColor]"
    )
    assert colours[0] != colours[1] and "0, 0, 0, 0" not in colours[0]
    page.close()
