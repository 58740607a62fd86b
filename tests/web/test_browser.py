"""The chat as visitors meet it: in Chromium, over a socket, with the real model."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.phrases import say
from corpus.load import load_corpus, packaged_corpus

if TYPE_CHECKING:
    from tests.web.conftest import Served

    Visit = Callable[..., Page]

pytestmark = pytest.mark.browser

QUESTION = "企业没有厂房可抵押,能不能用知识价值信用贷款?"
CITATIONS = "#wence-chat .bot-row a[href^='#cite-']"


def ask(page: Page, question: str) -> Locator:
    """Ask through the box and wait for the whole answer."""
    before = page.locator("#wence-chat .bot-row").count()
    box = page.locator("#wence-box textarea")
    box.fill(question)
    box.press("Enter")
    return finished(page, before)


def finished(page: Page, before: int = 0) -> Locator:
    answer = page.locator("#wence-chat .bot-row").nth(before)
    answer.wait_for(timeout=20_000)
    page.locator("#wence-box .stop-button").wait_for(state="detached", timeout=20_000)
    page.locator("#wence-box .submit-button").wait_for()
    return answer


def marked(page: Page) -> str:
    return "".join(page.locator("mark.wence-mark").all_text_contents())


def quoted_by(link: Locator) -> str:
    """The words of the source that a citation points at, by its offsets."""
    found = re.fullmatch(r"#cite-(.+)-(\d+)-(\d+)", link.get_attribute("href") or "")
    assert found
    guideline = next(g for g in load_corpus(packaged_corpus()) if g.slug == found[1])
    return guideline.source[int(found[2]) : int(found[3])]


def assert_seen(page: Page, locator: Locator) -> None:
    """It lies within the window, and nothing covers it."""
    expect(locator).to_be_in_viewport()
    assert locator.evaluate(
        """element => {
            const box = element.getClientRects()[0];
            const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
            return element === top || element.contains(top);
        }"""
    )


def width_overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


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


def test_two_visitors_have_their_own_conversations(chat: Served, visit: Visit) -> None:
    first, second = visit(chat), visit(chat)
    for page, question in ((first, "第七条写了什么?"), (second, "第八条写了什么?")):
        page.locator("#wence-box textarea").fill(question)
    first.locator("#wence-box .submit-button").click()
    second.locator("#wence-box .submit-button").click()
    expect(finished(first)).to_contain_text("打造特色科技平台")
    expect(finished(second)).to_contain_text("建设基础研究平台")
    assert first.locator("#wence-chat .user-row").count() == 1
