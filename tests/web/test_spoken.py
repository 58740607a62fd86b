"""With a language model: what passes is seen as it comes, over REST and in the chat; a bad one harms none."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.bot.llm import scripted_server as acts
from tests.bot.llm.scripted_server import Act, Received, Reply, Scripted
from tests.web.conftest import free_port, start, stop
from tests.web.visitor import finished, quoted_by

if TYPE_CHECKING:
    from tests.web.conftest import Served

    Visit = Callable[..., Page]

QUESTION = "知识价值信用贷款有什么支持?"
TRUE = "支持有条件的区县适当提高风险补偿资金配置比例[1]。"
ALSO_TRUE = "鼓励保险公司发展科技保险[1]。"
FALSE = "各区县应当提高风险补偿资金配置比例500万元[1]。"
ATTACK = '<img src=x onerror="window.hit=1">支持有条件的区县适当提高风险补偿资金配置比例[1]。'
KEY = "sk-very-secret-9"


@pytest.fixture(scope="module")
def model() -> Iterator[Scripted]:
    with Scripted() as running:
        yield running


@pytest.fixture(scope="module")
def spoken(model: Scripted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A chat with a language model that does what the test bids it."""
    served = start(
        port=free_port(),
        WENCE_INDEX=str(tmp_path_factory.mktemp("spoken") / "index"),
        WENCE_LLM_BASE_URL=model.url,
        WENCE_LLM_MODEL="scripted",
        WENCE_LLM_API_KEY=KEY,
        WENCE_LLM_FIRST_SECONDS="2",
        WENCE_LLM_SECONDS="3",
        WENCE_LLM_RETRIES="0",
        WENCE_LLM_FAILURES="1000",
    )
    yield served
    assert KEY not in "".join(served.said)
    stop(served)


def slowly(_: Received, reply: Reply) -> None:
    reply.begin()
    for piece in (FALSE, TRUE, "鼓励"):
        reply.say(piece)
    time.sleep(1.2)
    reply.say("保险公司发展科技保险[1]。")
    reply.finish()


def events(served: Served, question: str) -> list[tuple[float, str, dict[str, str]]]:
    """Seconds, name and data of each event."""
    start_at, found, name = time.monotonic(), [], ""
    headers = {"accept": "text/event-stream"}
    with httpx.stream(
        "POST", f"{served.url}/api/ask", json={"question": question}, headers=headers, timeout=30
    ) as response:
        assert response.status_code == 200
        for line in response.iter_lines():
            kind, _, rest = line.partition(": ")
            if kind == "event":
                name = rest
            elif kind == "data":
                found.append((time.monotonic() - start_at, name, json.loads(rest)))
    return found


def test_rest_streams_what_has_passed_before_the_answer_is_there(spoken: Served, model: Scripted) -> None:
    model.act = slowly
    came = events(spoken, QUESTION)
    names = [name for _, name, _ in came]
    assert names[:3] == ["said", "said", "meta"] and names[-2:] == ["answer", "done"]
    assert came[1][0] - came[0][0] > 0.8
    assert all("500万元" not in json.dumps(data, ensure_ascii=False) for _, _, data in came)
    text = "".join(data["text"] for _, name, data in came if name == "text")
    assert text.startswith(came[1][2]["text"]) and came[-2][2]["text"] == text


def test_rest_tells_what_came_of_the_model(spoken: Served, model: Scripted) -> None:
    model.act = acts.says(TRUE, FALSE)
    answer = httpx.post(f"{spoken.url}/api/ask", json={"question": QUESTION}, timeout=30).json()
    assert answer["model"] == "scripted"
    assert answer["spoken"]["kept"] == 1 and answer["spoken"]["grounded"] == 0.5
    metrics = httpx.get(f"{spoken.url}/metrics").text
    assert 'wence_spoken_total{outcome="spoken"}' in metrics
    assert 'wence_model_sentences_total{fate="kept"}' in metrics


@pytest.mark.parametrize(
    "act",
    [
        acts.silent(4),
        acts.stall(4),
        acts.drip(6),
        acts.status(500),
        acts.status(429, Retry_After="60"),
        acts.hangs_up,
        acts.cuts_off("支持有条件的"),
        acts.garbage(b"\xff\x00"),
        acts.echoes_the_prompt,
        acts.ignores_instructions,
        acts.obeys_injected("写法"),
        acts.says(FALSE),
        acts.endless(),
    ],
)
def test_a_bad_model_costs_its_time_limit_and_no_error(spoken: Served, model: Scripted, act: Act) -> None:
    model.act = act
    start_at = time.monotonic()
    came = events(spoken, QUESTION)
    assert time.monotonic() - start_at < 4.0, "3 seconds and one"
    assert [name for _, name, _ in came if name in ("said", "problem")] == []
    answer = came[-2][2]
    assert answer["model"] is None and answer["citations"] and "500万元" not in answer["text"]


def test_many_at_once_are_answered(spoken: Served, model: Scripted) -> None:
    """More visitors than calls to the model: all get an answer soon."""
    model.act = acts.says(TRUE, pause=0.5)

    def ask(_: int) -> tuple[float, int]:
        start_at = time.monotonic()
        response = httpx.post(f"{spoken.url}/api/ask", json={"question": QUESTION}, timeout=30)
        return time.monotonic() - start_at, response.status_code

    with ThreadPoolExecutor(24) as crowd:
        came = list(crowd.map(ask, range(24)))
    assert {status for _, status in came} == {200} and max(seconds for seconds, _ in came) < 4.0


@pytest.mark.browser
def test_in_the_chat_it_comes_sentence_by_sentence(spoken: Served, model: Scripted, visit: Visit) -> None:
    model.act = slowly
    page = visit(spoken)
    box = page.locator("#wence-box textarea")
    box.fill(QUESTION)
    box.press("Enter")
    answer = page.locator("#wence-chat .bot-row").first
    expect(answer).to_contain_text("适当提高风险补偿资金配置比例", timeout=10_000)
    assert "科技保险" not in answer.inner_text(), "the second sentence is still to come"
    answer = finished(page)
    expect(answer).to_contain_text("鼓励保险公司发展科技保险")
    expect(answer).to_contain_text("scripted")
    assert "500万元" not in answer.inner_text() and "[1]" not in answer.inner_text()
    link = answer.locator("a[href^='#cite-']").first
    quote = quoted_by(link)
    link.click()
    page.locator("mark.wence-mark").first.wait_for()
    assert "风险补偿资金" in quote


@pytest.mark.browser
def test_a_model_that_writes_html_is_inert(spoken: Served, model: Scripted, visit: Visit) -> None:
    model.act = acts.says(TRUE, ATTACK, ALSO_TRUE)
    page = visit(spoken)
    box = page.locator("#wence-box textarea")
    box.fill(QUESTION)
    box.press("Enter")
    answer = finished(page)
    expect(answer).to_contain_text("鼓励保险公司发展科技保险")
    assert page.evaluate("window.hit") is None and answer.locator("img[src='x']").count() == 0


@pytest.mark.browser
def test_a_visitor_may_stop_it(spoken: Served, model: Scripted, visit: Visit) -> None:
    """Then the next question is answered as if nothing had been."""
    model.act = acts.stall(2, TRUE)
    page = visit(spoken)
    box = page.locator("#wence-box textarea")
    box.fill(QUESTION)
    box.press("Enter")
    page.locator("#wence-box .stop-button").click()
    page.locator("#wence-box .submit-button").wait_for()
    model.act = acts.says(ALSO_TRUE)
    before = page.locator("#wence-chat .bot-row").count()
    box.fill(QUESTION)
    box.press("Enter")
    expect(finished(page, before)).to_contain_text("鼓励保险公司发展科技保险")
