"""Limits over a real socket: rates, sizes, times, turns. Each test has an address of its own, by a proxy."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from gradio_client import Client

from bot.settings import Settings
from bot.web.limits import Limits
from bot.web.problems import Problem
from tests.web.conftest import HERE, ROOT, free_port, run_apart, start_command, stop

if TYPE_CHECKING:
    from tests.web.conftest import Served

_ADDRESSES = itertools.count(1)
BODY = 100_000
TURNS = {"WENCE_AT_ONCE": "3", "WENCE_WAITING": "3", "WENCE_ANSWER_SECONDS": "5"}
SIZES = {"WENCE_MAX_BODY": str(BODY), "WENCE_MAX_HISTORY": "3", "WENCE_MAX_HISTORY_CHARS": "1000"}
RATES = {"WENCE_LIMIT_ADDRESS": "20/minute", "WENCE_LIMIT_VISIT": "3/minute"}


@pytest.fixture(scope="module")
def tight() -> Iterator[Served]:
    """A server with little patience, which believes the local proxy."""
    port = free_port()
    served = start_command(
        str(HERE / "odd_chat.py"),
        str(port),
        port=port,
        PYTHONPATH=str(ROOT),
        WENCE_TRUSTED_PROXIES="127.0.0.0/8",
        **TURNS,
        **SIZES,
        **RATES,
    )
    yield served
    stop(served)


@pytest.fixture
def api(tight: Served) -> Iterator[httpx.Client]:
    """A client from an address that no other test has."""
    address = f"198.51.100.{next(_ADDRESSES)}"
    with httpx.Client(base_url=tight.url, timeout=30, headers={"X-Forwarded-For": address}) as client:
        yield client


def ask(api: httpx.Client, question: str = "第七条写了什么?", **more: object) -> httpx.Response:
    return api.post("/api/ask", json={"question": question, **more})


def test_a_flood_is_told_to_wait_and_others_are_not(tight: Served, api: httpx.Client) -> None:
    answers = [ask(api) for _ in range(25)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 5
    problem = answers[-1].json()
    assert problem["type"] == "urn:wence:problem:too_many" and problem["per"] == "address"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61
    assert answers[-1].headers["Retry-After"] in problem["detail"]
    other = httpx.post(
        f"{tight.url}/api/ask", json={"question": "x"}, headers={"X-Forwarded-For": "198.51.100.250"}
    )
    assert other.status_code == 200


def test_only_the_nearest_untrusted_address_counts(tight: Served) -> None:
    """What a client writes into X-Forwarded-For itself stands before what the proxy adds."""
    spoofed = [
        httpx.post(
            f"{tight.url}/api/ask",
            json={"question": "x"},
            headers={"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.251"},
        )
        for n in range(25)
    ]
    assert [answer.status_code for answer in spoofed].count(429) == 5


def test_the_proxy_is_believed_only_where_it_is_trusted(chat: Served) -> None:
    """Nobody is trusted by default: /metrics, for local addresses alone, knows the real one."""
    answer = httpx.get(f"{chat.url}/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 200


def test_a_visit_over_its_rate_is_told_so_in_the_chat(tight: Served) -> None:
    client = Client(
        tight.url,
        verbose=False,
        analytics_enabled=False,
        headers={"X-Forwarded-For": f"198.51.100.{next(_ADDRESSES)}"},
    )
    answers = [client.predict("第七条写了什么?", api_name="/chat") for _ in range(4)]
    assert ["打造特色科技平台" in answer for answer in answers] == [True, True, True, False]
    assert "提问得太快" in answers[-1] and "try again in" in answers[-1]


def test_ten_megabytes_are_refused_before_they_are_read(tight: Served, api: httpx.Client) -> None:
    """Only the head is sent: the refusal does not wait for the body."""
    with socket.create_connection(_place(tight), timeout=10) as client:
        client.sendall(b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10485760\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 413 ")
    answer = api.post("/api/ask", content=b" " * (BODY + 1))
    assert answer.status_code == 413 and answer.json()["type"] == "urn:wence:problem:too_large"


@pytest.mark.parametrize("path", ["/api/ask", "/gradio_api/queue/join", "/gradio_api/mcp/"])
def test_a_body_in_pieces_is_refused_at_its_limit(api: httpx.Client, path: str) -> None:
    """Chunked: nobody says beforehand how long it is going to be."""
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 10_000
            yield b" " * 10_000

    with contextlib.suppress(httpx.WriteError):  # the server may have closed its side already
        assert api.post(path, content=pieces()).status_code == 413
    assert sent < 10_000_000


def test_a_history_over_its_size_is_refused(api: httpx.Client) -> None:
    assert ask(api, history=[["a", "b"]] * 3).status_code == 200
    for history in ([["a", "b"]] * 4, [["a", "b" * 1001]]):
        answer = ask(api, history=history)
        assert answer.status_code == 413 and answer.json()["field"] == "history"


def test_a_question_that_takes_too_long_is_given_up(api: httpx.Client) -> None:
    started = time.monotonic()
    answer = ask(api, "慢")
    assert answer.status_code == 504 and answer.json()["type"] == "urn:wence:problem:too_slow"
    assert 4 < time.monotonic() - started < 12


def test_over_the_queue_one_is_told_to_come_back(tight: Served, api: httpx.Client) -> None:
    """Three may answer at a time and three wait: of twelve that come at once, some are sent away at once."""
    time.sleep(16)  # the slow one of the test before still has its thread
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda n: ask(api, f"稍慢 {n}"), range(12)))
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {200, 503} and codes.count(200) == 6
    busy = next(answer for answer in answers if answer.status_code == 503)
    assert busy.json()["type"] == "urn:wence:problem:busy" and int(busy.headers["Retry-After"]) >= 1
    assert ask(api).status_code == 200


def test_a_slow_client_holds_up_nobody(tight: Served, api: httpx.Client) -> None:
    """Fifty that send a byte now and then; the answer to another does not wait for them."""
    slow = [socket.create_connection(_place(tight), timeout=30) for _ in range(50)]
    try:
        for client in slow:
            client.sendall(b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        started = time.monotonic()
        assert ask(api).status_code == 200
        assert time.monotonic() - started < 3
        assert slow[0].recv(4096).startswith(b"HTTP/1.1 408 ")
    finally:
        for client in slow:
            client.close()


def test_clients_that_go_away_leave_nothing_behind(tight: Served, api: httpx.Client) -> None:
    for _ in range(5):
        with api.stream(
            "POST", "/api/ask", json={"question": "第七条"}, headers={"Accept": "text/event-stream"}
        ) as response:
            next(response.iter_raw())
        client = socket.create_connection(_place(tight), timeout=10)
        client.sendall(b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18\r\n\r\n")
        client.sendall('{"question":"稍'.encode())
        client.close()
    deadline = time.monotonic() + 20
    while "wence_answers_running 0.0" not in api.get("/metrics").text and time.monotonic() < deadline:
        time.sleep(0.2)
    assert ask(api).status_code == 200


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 5\r\nHost: evil.example\r\n",
        "X-Bad\x00: 1\r\n",
    ],
)
def test_no_second_request_is_smuggled_in(tight: Served, head: str) -> None:
    """Whatever two lengths say, what follows the body is not answered as a request of its own."""
    inner = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    body = "0\r\n\r\n" if "chunked" in head else "{}   "
    with socket.create_connection(_place(tight), timeout=3) as client:
        client.sendall(f"POST /api/ask HTTP/1.1\r\nHost: localhost\r\n{head}\r\n{body}{inner}".encode())
        received = _all(client)
    assert b'"alive"' not in received
    assert received.startswith(b"HTTP/1.1 4") or received == b""


def _place(served: Served) -> tuple[str, int]:
    host, _, port = served.url.removeprefix("http://").partition(":")
    return host, int(port)


def _all(client: socket.socket) -> bytes:
    received = b""
    try:
        while part := client.recv(65536):
            received += part
    except TimeoutError:
        pass
    return received


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis from the system: its URL, and its process."""
    program = shutil.which("redis-server")
    if not program:
        pytest.skip("redis-server is not installed: apt install redis-server")
    port = free_port()
    folder: Path = tmp_path_factory.mktemp("redis")
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"redis://127.0.0.1:{port}/0", process
    process.terminate()
    process.wait(10)


def test_replicas_count_together_in_redis_and_go_on_without_it(
    redis: tuple[str, subprocess.Popen[bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    url, process = redis

    async def visit() -> None:
        replicas = [Limits(Settings(limits_url=url, limit_address="4/minute")) for _ in range(2)]
        for n in range(4):
            await replicas[n % 2].check("198.51.100.1")
        for replica in replicas:
            with pytest.raises(Problem) as caught:
                await replica.check("198.51.100.1")
            assert caught.value.kind == "too_many" and 1 <= (caught.value.retry_after or 0) <= 61
        await replicas[0].check("198.51.100.2")
        process.terminate()
        process.wait(10)
        for _ in range(4):
            await replicas[0].check("198.51.100.1")
        with pytest.raises(Problem):
            await replicas[0].check("198.51.100.1")
        for replica in replicas:
            await replica.close()

    run_apart(visit())
    assert [record.message for record in caplog.records if "by this process alone" in record.message]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:198.51.100.7", "198.51.100.7", True),
        ("198.51.100.7", "198.51.100.8", False),
        ("testclient", "testclient", True),
    ],
)
def test_who_shares_a_limit(one: str, other: str, same: bool) -> None:
    async def visit() -> bool:
        limits = Limits(Settings(limit_address="1/minute"))
        await limits.check(one)
        try:
            await limits.check(other)
        except Problem:
            return True
        return False

    assert run_apart(visit()) is same


def test_no_limit_where_none_is_set() -> None:
    async def visit() -> None:
        limits = Limits(Settings(limit_address="", limit_visit=""))
        for _ in range(50):
            await limits.check("198.51.100.1", "visit")

    run_apart(visit())
