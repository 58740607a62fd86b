"""The server: its port, its end, its API, and more visitors than one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from gradio_client import Client

from bot.web.server import listen, url_of
from corpus.errors import WenceError

ROOT = Path(__file__).resolve().parents[2]


def client(url: str) -> Client:
    return Client(url, verbose=False, analytics_enabled=False)


def test_port_in_use_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", "serve", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "WENCE_INDEX": str(tmp_path / "index")},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert f"端口 {port} 已被占用" in done.stderr and f"Port {port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""
    assert not (tmp_path / "index").exists()


def test_listen_names_the_address_it_cannot_have() -> None:
    with pytest.raises(WenceError, match=r"192\.0\.2\.7") as caught:
        listen("192.0.2.7", 0)
    assert "--host" in caught.value.zh and "--host" in caught.value.en
    with pytest.raises(WenceError, match=r"no-such-host\.invalid"):
        listen("no-such-host.invalid", 0)


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")])
def test_the_url_is_one_to_open(host: str, shown: str) -> None:
    with listen(host, 0) as listener:
        assert url_of(listener) == f"http://{shown}:{listener.getsockname()[1]}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(launch: Callable, tmp_path: Path, number: signal.Signals) -> None:
    served = launch("--no-dense", WENCE_INDEX=str(tmp_path / "index"))
    served.process.send_signal(number)
    assert served.process.wait(timeout=20) == 0
    assert "Traceback" not in "".join(served.said)


def test_api_answers_with_markdown_and_citations(chat: object) -> None:
    answer = client(chat.url).predict("第七条写了什么?", api_name="/chat")
    assert "(七)打造特色科技平台" in answer.replace("\\", "")
    assert "(#cite-cq-district-innovation-" in answer


@pytest.mark.parametrize(
    "history",
    [
        None,
        [],
        [["第七条写了什么?", "…"]],
        [{"role": "user", "content": "第七条写了什么?"}, {"role": "assistant", "content": "…"}],
        ["乱写", 7, None],
    ],
)
def test_api_takes_every_kind_of_history(chat: object, history: list[object] | None) -> None:
    answer = client(chat.url).predict("第八条写了什么?", history, api_name="/chat")
    assert "建设基础研究平台" in answer


def test_api_knows_who_asks(chat: object) -> None:
    one = client(chat.url)
    answer = one.predict("我们能享受哪些支持?", None, "忠县", "enterprise", api_name="/chat")
    assert "忠县" in answer and "26" in answer
    unknown = one.predict("我们能享受哪些支持?", None, "<b>", "king", api_name="/chat")
    assert "忠县" not in unknown.split("\n")[0] and "<b>" not in unknown


@pytest.mark.parametrize("question", ["", "  ", "很" * 10_000, "\x00\x07"])
def test_api_answers_bad_input_kindly(chat: object, question: str) -> None:
    answer = client(chat.url).predict(question, api_name="/chat")
    assert answer.strip() and "Traceback" not in answer
    assert "#cite-" not in answer


def test_only_the_chat_and_the_tools_are_published(chat: object) -> None:
    published = client(chat.url).view_api(return_format="dict", print_info=False)
    assert list(published["named_endpoints"]) == ["/chat", "/ask", "/applicable_measures", "/get_measure"]


def test_visitors_do_not_wait_for_each_other(chat: object) -> None:
    """Eight at once: each has an answer within a second or so, not one after the other's pace."""
    clients = [client(chat.url) for _ in range(8)]
    clients[0].predict("科技特派员有哪些支持?", api_name="/chat")
    spent: list[float] = []

    def ask(one: Client, number: int) -> None:
        started = time.perf_counter()
        assert one.predict(f"科技企业怎样获得贷款,第{number}次问?", api_name="/chat")
        spent.append(time.perf_counter() - started)

    threads = [threading.Thread(target=ask, args=(one, n)) for n, one in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(spent) == 8
    assert max(spent) < 4
