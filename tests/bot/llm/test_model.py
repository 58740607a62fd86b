"""The client of the model against a server that does everything wrong, over real HTTP."""

from __future__ import annotations

import logging
import socket
import threading
import time
import traceback
from collections.abc import Iterator

import pytest

from bot.llm.breaker import Breaker
from bot.llm.model import Model, open_model
from bot.prompts import Message
from bot.settings import Settings
from corpus.errors import ModelUnavailable, UsageError
from tests.bot.llm import scripted_server as acts
from tests.bot.llm.scripted_server import Act, Scripted

KEY = "sk-secret-0123456789"
ASKED = (Message("system", "只按依据回答。"), Message("user", "图书馆几点开门?"))
SLOW = {"llm_first_seconds": 0.8, "llm_seconds": 1.5}
"""Limits for tests that wait until they are over; others have limits that a busy machine keeps."""


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted() as running:
        yield running


def settings_of(url: str, **changed: object) -> Settings:
    base = Settings(
        llm_base_url=url,
        llm_model="scripted",
        llm_api_key=KEY,
        llm_connect_seconds=5.0,
        llm_first_seconds=10.0,
        llm_seconds=20.0,
        llm_max_tokens=100,
        llm_retries=1,
        llm_failures=100,
    )
    return base.model_copy(update=changed)


def model_of(url: str, **changed: object) -> Model:
    model = open_model(settings_of(url, **changed))
    assert model is not None
    return model


def reason_of(model: Model) -> tuple[str, str]:
    """What came before a call failed, and the reason."""
    pieces: list[str] = []
    with pytest.raises(ModelUnavailable) as caught:
        for piece in model.write(ASKED):
            pieces.append(piece)
    assert caught.value.zh and caught.value.en
    return "".join(pieces), caught.value.reason


def test_without_a_model_there_is_none() -> None:
    assert open_model(Settings(llm_base_url="http://127.0.0.1:9/v1", llm_model="")) is None


def test_it_streams(server: Scripted) -> None:
    server.act = acts.says("九点", "开门", "[1]。", pause=0.1)
    came = [(piece, time.monotonic()) for piece in model_of(server.url).write(ASKED)]
    assert [piece for piece, _ in came] == ["九点", "开门", "[1]。"]
    assert came[-1][1] - came[0][1] > 0.15


def test_what_is_sent(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """The messages, the cap and the key; nothing of the environment, and no other server is asked."""
    foreign = {
        "OPENAI_API_KEY": "sk-foreign",
        "OPENAI_ORG_ID": "org-foreign",
        "OPENAI_PROJECT_ID": "pr-foreign",
    }
    away = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_PROXY"), "http://127.0.0.1:9")
    traced = {
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_API_KEY": "k",
        "LANGSMITH_ENDPOINT": "http://127.0.0.1:9",
    }
    for name, value in {**foreign, **away, **traced, "OPENAI_BASE_URL": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(name, value)
    assert model_of(server.url).whole(ASKED) == "好。"
    (sent,) = server.requests
    assert sent.path == "/v1/chat/completions"
    assert sent.texts == {"system": "只按依据回答。", "user": "图书馆几点开门?"}
    assert (sent.body["model"], sent.body["max_tokens"], sent.body["stream"]) == ("scripted", 100, True)
    assert sent.body["temperature"] == 0
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert "foreign" not in str(sent.headers)


def test_no_key_of_the_environment_goes_to_a_server_without_key(
    server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-foreign")
    model = open_model(Settings(llm_base_url=server.url, llm_model="scripted"))
    assert model and model.whole(ASKED) == "好。"
    assert "foreign" not in str(server.requests[0].headers)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (acts.status(500), "failed"),
        (acts.status(503), "failed"),
        (acts.status(429), "limited"),
        (acts.status(429, Retry_After="60"), "limited"),
        (acts.status(400), "refused"),
        (acts.status(404, "<html>nothing here</html>"), "refused"),
        (acts.echoes_the_key, "refused"),
        (acts.status(302, "", Location="http://127.0.0.1:9/v1/chat/completions"), "refused"),
        (acts.status(200, "<html>Welcome</html>"), "failed"),
        (acts.garbage(b"data: {not json\n\n"), "failed"),
        (acts.garbage(b"data: [1, 2]\n\ndata: 7\n\ndata: null\n\n"), "failed"),
        (acts.garbage(b'data: {"choices": "none", "id": 5}\n\n'), "failed"),
        (acts.garbage(b"\xff\xfe\x00" * 1000), "failed"),
        (acts.garbage(b"x" * 6_000_000), "failed"),
        (acts.hangs_up, "failed"),
        (acts.padded(5_000_000, "好。"), "failed"),
        (acts.compressed, "failed"),
        (acts.says("", "  \n"), "empty"),
    ],
)
def test_trouble_has_a_reason(server: Scripted, act: Act, reason: str) -> None:
    server.act = act
    came, found = reason_of(model_of(server.url))
    assert (came.strip(), found) == ("", reason)


@pytest.mark.parametrize(
    ("act", "before", "reason"),
    [
        (acts.silent(4), "", "timeout"),
        (acts.stall(4), "", "timeout"),
        (acts.drip(4), "", "timeout"),
        (acts.stall(4, "九点", "开门"), "九点开门", "timeout"),
        (acts.says(*"九点开门" * 10, pause=0.1), "九点开门", "timeout"),
        (acts.cuts_off("九点", "开"), "九点开", "cut_off"),
    ],
)
def test_a_slow_answer_ends_in_time(server: Scripted, act: Act, before: str, reason: str) -> None:
    server.act = act
    started = time.monotonic()
    came, found = reason_of(model_of(server.url, **SLOW))
    assert time.monotonic() - started < SLOW["llm_seconds"] + 1
    assert found == reason
    assert came.startswith(before)


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert reason_of(model_of(f"http://127.0.0.1:{port}/v1")) == ("", "unreachable")


@pytest.mark.parametrize(
    ("first", "tries"),
    [(acts.status(500), 2), (acts.status(429), 2), (acts.hangs_up, 2), (acts.says("好。"), 1)],
)
def test_a_failure_in_passing_is_tried_again(server: Scripted, first: Act, tries: int) -> None:
    server.acts = [first]
    assert model_of(server.url).whole(ASKED) == "好。"
    assert len(server.requests) == tries


@pytest.mark.parametrize(
    ("act", "tries"),
    [
        (acts.status(500), 3),
        (acts.status(401), 1),
        (acts.status(429, Retry_After="60"), 1),
        (acts.cuts_off("九点"), 1),
    ],
)
def test_how_often_it_is_tried(server: Scripted, act: Act, tries: int) -> None:
    """Not at all where that is no use, nor once a piece has been given away."""
    server.act = act
    reason_of(model_of(server.url, llm_retries=2))
    assert len(server.requests) == tries


def test_a_long_response_within_the_bound_is_read(server: Scripted) -> None:
    server.act = acts.padded(1_000_000, "好。")
    assert model_of(server.url).whole(ASKED) == "好。"


def test_an_endless_answer_is_cut(server: Scripted) -> None:
    server.act = acts.endless()
    assert len(model_of(server.url).whole(ASKED)) == 800


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (("<th", "ink>\n要想一想", "</thi", "nk>\n\n九点", "。"), "九点。"),
        (("<think></think>", "九点。"), "九点。"),
        (("<九点", ">。"), "<九点>。"),
        (("<t",), "<t"),
    ],
)
def test_thoughts_are_left_out(server: Scripted, pieces: tuple[str, ...], shown: str) -> None:
    server.act = acts.says(*pieces)
    assert model_of(server.url).whole(ASKED) == shown


class Clock:
    """Time that goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def rests_after(model: Model, failures: int) -> Clock:
    """Lets the model rest for 60 seconds of the clock that comes back."""
    clock = Clock()
    model.breaker = Breaker(failures, 60.0, clock)
    return clock


def test_the_breaker_rests_tries_once_and_recovers(server: Scripted) -> None:
    model = model_of(server.url, llm_retries=0)
    clock = rests_after(model, 2)
    server.act = acts.status(500)
    assert [reason_of(model)[1] for _ in range(4)] == ["failed", "failed", "resting", "resting"]
    clock.now = 59.9
    assert reason_of(model)[1] == "resting"
    assert len(server.requests) == 2
    clock.now = 60.1
    assert [reason_of(model)[1] for _ in range(2)] == ["failed", "resting"]
    clock.now = 120.2
    server.act = acts.says("好。")
    assert [model.whole(ASKED), model.whole(ASKED)] == ["好。", "好。"]
    server.acts = [acts.status(500)]
    assert [reason_of(model)[1], model.whole(ASKED)] == ["failed", "好。"]
    assert len(server.requests) == 7


def test_the_breaker_is_set_by_the_settings(server: Scripted) -> None:
    model = model_of(server.url, llm_failures=1, llm_rest_seconds=3600.0, llm_retries=0)
    server.act = acts.status(500)
    assert [reason_of(model)[1] for _ in range(2)] == ["failed", "resting"]


def test_one_trial_at_a_time_and_a_reader_who_leaves_frees_it(server: Scripted) -> None:
    model = model_of(server.url, llm_retries=0)
    clock = rests_after(model, 1)
    server.act = acts.status(500)
    reason_of(model)
    clock.now = 61.0
    server.act = acts.says("九点", "开门")
    trial = model.write(ASKED)
    assert next(trial) == "九点"
    assert reason_of(model)[1] == "resting"
    trial.close()  # type: ignore[attr-defined]
    assert model.whole(ASKED) == "九点开门"


def test_calls_at_a_time_are_capped_and_slots_come_back(server: Scripted) -> None:
    go_on = threading.Event()

    def held(_: acts.Received, reply: acts.Reply) -> None:
        reply.begin()
        reply.say("九点")
        go_on.wait(20)
        reply.say("开门")
        reply.finish()

    model = model_of(server.url, llm_parallel=1, llm_first_seconds=2.0, llm_failures=1)
    server.acts = [held]
    holding = model.write(ASKED)
    next(holding)
    assert reason_of(model) == ("", "busy")
    go_on.set()
    assert "".join(holding) == "开门"
    assert model.whole(ASKED) == "好。"


def test_no_thread_stays_behind(server: Scripted) -> None:
    server.act = acts.drip(30)
    reason_of(model_of(server.url, **SLOW))
    end = time.monotonic() + 5
    while any(thread.name == "wence-model" for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    "act", [acts.echoes_the_key, acts.status(500), acts.garbage(b"data: {\n\n"), acts.hangs_up]
)
def test_the_key_is_told_to_nobody(
    server: Scripted, act: Act, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither in errors and their tracebacks, nor in any log at any level, nor in the settings' text."""
    server.act = act
    settings = settings_of(server.url)
    with caplog.at_level(logging.DEBUG), pytest.raises(ModelUnavailable) as caught:
        model = open_model(settings)
        assert model
        model.whole(ASKED)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(settings)
    assert "model: " in caplog.text
    for text in (shown, caplog.text, *capfd.readouterr()):
        assert KEY not in text and "图书馆几点" not in text


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"llm_base_url": ""}, "WENCE_LLM_BASE_URL"),
        ({"llm_provider": "mistralai"}, "langchain-mistralai"),
        ({"llm_provider": "nobody"}, "WENCE_LLM_PROVIDER=nobody"),
    ],
)
def test_settings_that_cannot_work(changed: dict[str, object], word: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_model(settings_of("http://127.0.0.1:9/v1", **changed))
    assert word in caught.value.zh and word in caught.value.en


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://host/v1", "http://", "http://user:pw@host/v1", "http://h/?k=1"]
)
def test_an_address_that_is_none(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.settings import read_settings

    monkeypatch.setenv("WENCE_LLM_BASE_URL", url)
    with pytest.raises(UsageError) as caught:
        read_settings()
    assert "WENCE_LLM_BASE_URL" in caught.value.zh and "pw" not in caught.value.en
