"""Takes the pictures under docs/ from a running chat. A program: screenshots.py [URL]; needs Chromium."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

DOCS = Path(__file__).resolve().parents[2] / "docs"
QUESTION = "我们公司没什么厂房可以抵押,能靠专利借到钱吗?"


def picture(
    browser: Browser, url: str, file: Path, *, width: int, height: int, scale: float, cite: bool
) -> None:
    """Ask, follow the first citation if `cite`, and take the picture."""
    page = browser.new_page(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        device_scale_factor=scale,
        reduced_motion="reduce",
    )
    page.goto(url)
    box = page.locator("#wence-box textarea")
    box.fill(QUESTION)
    box.press("Enter")
    link = page.locator("#wence-chat .bot-row a[href^='#cite-']").first
    link.wait_for()
    page.locator("#wence-box .stop-button").wait_for(state="detached")
    if cite:
        link.click()
        page.locator("mark.wence-mark").first.wait_for()
    page.wait_for_timeout(300)
    page.screenshot(path=file)
    page.close()


if __name__ == "__main__":
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:7860"
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        picture(chromium, url, DOCS / "chat-desktop.png", width=1440, height=900, scale=1, cite=True)
        picture(chromium, url, DOCS / "chat-phone.png", width=390, height=844, scale=1.5, cite=False)
        chromium.close()
