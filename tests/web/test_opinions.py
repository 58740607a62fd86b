"""Thumbs under an answer: from the page into the journal, and what is refused on the way."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from bot.phrases import say
from tests.web.visitor import ask

if TYPE_CHECKING:
    from tests.web.conftest import Embedded

    Visit = Callable[..., Page]

REASON = "电话 13800138000 打不通"


def kept(embedded: Embedded, question: str) -> list[tuple[object, ...]]:
    """What the journal holds of a question: up or not, and the reason."""
    wish = "SELECT opinion.up, reason FROM entry LEFT JOIN opinion USING (id) WHERE question = ?"
    journal = sqlite3.connect(embedded.journal)
    try:
        return journal.execute(wish, (question,)).fetchall()
    finally:
        journal.close()


def wait_for(embedded: Embedded, question: str, wanted: list[tuple[object, ...]]) -> None:
    deadline = time.monotonic() + 10
    while kept(embedded, question) != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    assert kept(embedded, question) == wanted


@pytest.mark.browser
def test_a_thumb_and_a_reason_reach_the_journal_masked(embedded: Embedded, visit: Visit) -> None:
    question = "第九条写了什么?"
    page = visit(embedded.served)
    ask(page, question)
    up, down = page.locator(".wence-opinion [data-up]").all()
    up.click()
    expect(page.locator(".wence-live")).to_have_text(say("zh", "ui.thanks"))
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".wence-reason")).to_be_hidden()
    wait_for(embedded, question, [(1, "")])
    down.click()
    page.get_by_label(say("zh", "ui.opinion_reason")).fill(REASON)
    page.keyboard.press("Enter")
    expect(page.locator(".wence-reason")).to_be_hidden()
    expect(up).to_have_attribute("aria-pressed", "false")
    wait_for(embedded, question, [(0, REASON.replace("13800138000", masked_phone()))])
    # Another answer has not been judged; a new conversation has none.
    ask(page, "今天天气怎么样?")
    expect(page.locator(".wence-opinion [aria-pressed=true]")).to_have_count(0)
    expect(page.locator(".wence-opinion [data-up]")).to_have_count(2)
    page.get_by_role("button", name=say("zh", "ui.new_chat")).click()
    expect(page.locator(".wence-opinion")).to_have_count(0)


def masked_phone() -> str:
    from bot.journal.masking import mask

    masked = mask("电话 13800138000 打不通").removeprefix("电话 ").removesuffix(" 打不通")
    assert "13800138000" not in masked
    return masked


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"entry": "0" * 32, "up": True}, 204),
        ({"entry": "'; DROP TABLE entry; --", "up": True}, 404),
        ({"entry": "", "up": False}, 404),
        ({"entry": "0" * 32}, 422),
        ({"entry": "0" * 65, "up": True}, 422),
        ({"entry": "0" * 32, "up": False, "reason": "x" * 1001}, 422),
    ],
)
def test_what_is_taken(embedded: Embedded, sent: dict[str, object], status: int) -> None:
    """An id that nobody has is taken and joins no entry: who guesses learns nothing."""
    assert httpx.post(f"{embedded.served.url}/opinion", json=sent).status_code == status


def test_a_form_of_another_site_is_not_read(embedded: Embedded) -> None:
    text = '{"entry": "0", "up": true}'
    sent = httpx.post(f"{embedded.served.url}/opinion", content=text, headers={"Content-Type": "text/plain"})
    assert sent.status_code == 422
