"""Takes the pictures under docs/ from a running chat. A program: screenshots.py [URL]; needs Chromium."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

DOCS = Path(__file__).resolve().parents[2] / "docs"
QUESTION = "我们公司没什么厂房可以抵押,能靠专利借到钱吗?"
DISTRICT = "荣昌区"
DESKTOP, PHONE = (1440, 900, 1.0), (390, 844, 1.5)

Size = tuple[int, int, float]


@contextmanager
def picture(browser: Browser, address: str, name: str, size: Size) -> Iterator[Page]:
    """A page to bring into the state wanted; then it is taken as docs/<name>.png."""
    width, height, scale = size
    page = browser.new_page(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        device_scale_factor=scale,
        reduced_motion="reduce",
    )
    page.goto(address)
    page.locator("#wence-box textarea").wait_for()
    yield page
    page.wait_for_timeout(400)
    page.screenshot(path=DOCS / f"{name}.png")
    page.close()


def ask(page: Page, question: str) -> None:
    box = page.locator("#wence-box textarea")
    box.fill(question)
    box.press("Enter")
    page.locator("#wence-export a").first.wait_for()


def follow_first(page: Page, links: str) -> None:
    page.locator(links).first.click()
    page.locator("mark.wence-mark").first.wait_for()


def take_all(browser: Browser, url: str) -> None:
    """Topic answer, district answer, table with a proof, and map."""
    cited = "#wence-chat .bot-row a[href^='#cite-']"
    visitor = f"{url}/?district={quote(DISTRICT)}&role=enterprise"
    with picture(browser, url, "chat-desktop", DESKTOP) as page:
        ask(page, QUESTION)
        follow_first(page, cited)
    with picture(browser, url, "chat-phone", PHONE) as page:
        ask(page, QUESTION)
    for name, size in (("district-desktop", DESKTOP), ("district-phone", PHONE)):
        with picture(browser, visitor, name, size) as page:
            ask(page, "我们能享受哪些支持?")
            if size is DESKTOP:
                follow_first(page, cited)
    with picture(browser, visitor, "matrix", DESKTOP) as page:
        page.locator("#wence-tab-matrix").click()
        page.locator(".wence-matrix td[data-route=named] a").nth(1).click()
        follow_first(page, ".wence-shown a")
    with picture(browser, visitor, "map", DESKTOP) as page:
        page.locator("#wence-tab-map").click()
        page.locator(".wence-map svg").first.wait_for()


def with_chromium(work: Callable[[Browser], None]) -> None:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        work(chromium)
        chromium.close()


if __name__ == "__main__":
    address = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:7860").rstrip("/")
    with_chromium(lambda browser: take_all(browser, address))
