"""Two replicas behind nginx: a rolling restart loses neither visits nor questions."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Proxy, Replica, Replicate

ASK = {"question": "第7条写了什么?"}
Pair = tuple[Replica, Replica]


@pytest.fixture(scope="module")
def pair(replicate: Replicate) -> Pair:
    """Two replicas that serve."""
    behind = {"WENCE_TRUSTED_PROXIES": "127.0.0.1", "WENCE_LIMIT_ADDRESS": "100000/minute"}
    one, other = replicate(**behind), replicate(**behind)
    one.start()
    other.start()
    return one, other


@pytest.fixture(scope="module")
def site(pair: Pair, proxy: Proxy) -> str:
    """The address of nginx before them."""
    return proxy(*pair)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of Chromium."""
    visit = browser.new_page(locale="zh-CN")
    yield visit
    visit.close()


def restart(replica: Replica) -> None:
    assert replica.stop() == 0
    replica.start()


def ask(page: Page, number: int) -> None:
    """Ask through the box; the answer is to this question."""
    before = page.locator("#wence-chat .bot-row").count()
    box = page.locator("#wence-box textarea")
    box.fill(f"第{number}条写了什么?")
    box.press("Enter")
    answer = page.locator("#wence-chat .bot-row").nth(before)
    expect(answer).to_contain_text(f"第{number}号补贴", timeout=20_000)
    page.locator("#wence-box .submit-button").wait_for(timeout=20_000)


def test_a_visit_survives_a_rolling_restart(pair: Pair, site: str, page: Page) -> None:
    page.goto(site)
    page.locator("#wence-box textarea").wait_for()
    ask(page, 7)
    for number, replica in enumerate(pair, 8):
        restart(replica)
        ask(page, number)
    expect(page.locator("#wence-chat .bot-row")).to_have_count(3)
    expect(page.locator(".toast-wrap .toast-body")).to_have_count(0)


def test_no_question_is_lost_in_a_rolling_restart(pair: Pair, site: str) -> None:
    ended = threading.Event()
    wrong: list[object] = []
    answered = [0, 0, 0]

    def visit(number: int) -> None:
        with httpx.Client(base_url=site, trust_env=False, timeout=20) as client:
            while not ended.is_set():
                response = client.post("/api/ask", json={"question": f"第{number + 3}条写了什么?"})
                if response.status_code != 200 or f"第{number + 3}号补贴" not in response.json()["text"]:
                    wrong.append((response.status_code, response.text[:200]))
                answered[number] += 1
                time.sleep(0.02)

    visitors = [threading.Thread(target=visit, args=(number,)) for number in range(len(answered))]
    for visitor in visitors:
        visitor.start()
    for replica in pair:
        restart(replica)
    ended.set()
    for visitor in visitors:
        visitor.join()
    assert wrong == []
    assert min(answered) > 20


def test_the_proxy_passes_what_it_should(site: str) -> None:
    with httpx.Client(base_url=site, trust_env=False, timeout=20) as client:
        first = client.get("/")
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and len(client.cookies["wence_visit"]) == 32
        assert "set-cookie" not in client.get("/").headers
        assert "set-cookie" not in client.post("/api/ask", json=ASK).headers
        assert client.get("/metrics").status_code == 404
        assert client.post("/api/ask", content=b"x" * 3_000_000).status_code == 413
        # Gradio compares the page's origin with the host it was asked by, port and all.
        origin = {"origin": site}
        queued = client.post(
            "/gradio_api/call/chat", json={"data": [ASK["question"], [], None, None]}, headers=origin
        )
        assert queued.status_code == 200, queued.text
        result = client.get(f"/gradio_api/call/chat/{queued.json()['event_id']}")
        assert "event: complete" in result.text and r"\u7b2c7\u53f7\u8865\u8d34" in result.text
        asked = client.post("/api/ask", json=ASK, headers={"accept": "text/event-stream"})
        assert asked.headers["content-type"].startswith("text/event-stream") and "event: done" in asked.text


def test_a_visitor_stays_with_a_replica(pair: Pair, site: str) -> None:
    before = [questions(replica) for replica in pair]
    with httpx.Client(base_url=site, trust_env=False, timeout=20) as client:
        client.get("/")
        for _ in range(6):
            client.post("/api/ask", json=ASK)
    now = [questions(replica) for replica in pair]
    assert sorted(after - former for after, former in zip(now, before, strict=True)) == [0, 6]


def test_many_visitors_share_the_replicas(pair: Pair, site: str) -> None:
    for number in range(40):
        cookies = {"wence_visit": f"{number:032x}"}
        httpx.post(f"{site}/api/ask", json=ASK, cookies=cookies, trust_env=False)
    assert min(questions(replica) for replica in pair) >= 8


def questions(replica: Replica) -> int:
    """How many a replica has answered, by its own figures."""
    lines = httpx.get(f"{replica.url}/metrics", trust_env=False).text.splitlines()
    counts = [line.rsplit(" ", 1)[1] for line in lines if line.startswith("wence_questions_total{")]
    return sum(int(float(count)) for count in counts)
