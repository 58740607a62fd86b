"""What a visitor does and sees, for the tests in Chromium."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from corpus.load import load_corpus, packaged_corpus

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
    """It lies within the window, and nothing covers it (or soon does no more)."""
    expect(locator).to_be_in_viewport()
    page.wait_for_function(
        """element => {
            const box = element.getClientRects()[0];
            const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
            return element === top || element.contains(top);
        }""",
        arg=locator.element_handle(),
        timeout=5000,
    )


def width_overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
