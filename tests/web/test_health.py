"""What an operator sees: health, figures, logs, several processes."""

from __future__ import annotations

import json
import logging
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from bot.settings import Settings
from bot.settings_list import list_settings, settings_text
from bot.web.logs import JsonLines, request_id
from tests.web.conftest import ROOT, free_port

if TYPE_CHECKING:
    from tests.web.conftest import Launch, Served


def figure(served: Served, name: str) -> float:
    """The value of a line of /metrics; 0 where there is none."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", httpx.get(f"{served.url}/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_alive_and_ready(chat: Served) -> None:
    assert httpx.get(f"{chat.url}/healthz").json() == {"status": "alive"}
    ready = httpx.get(f"{chat.url}/readyz")
    assert ready.status_code == 200 and ready.headers["cache-control"] == "no-store"
    assert ready.json()["measures"] == 26 and ready.json()["index"].startswith("20")


def test_before_it_is_ready_it_says_so(chat: Served, tmp_path: Path) -> None:
    """From the moment on that it listens: alive, not ready, and come again."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "serve", "--no-dense", "--port", str(port)],
        cwd=ROOT,
        env={
            "PATH": "",
            "HOME": str(tmp_path),
            "WENCE_INDEX": str(tmp_path / "index"),
            "WENCE_JOURNAL": "off",
        },
        stderr=subprocess.DEVNULL,
    )
    seen: list[tuple[int, int]] = []
    try:
        deadline = time.monotonic() + 120
        while (not seen or seen[-1] != (200, 200)) and time.monotonic() < deadline:
            try:
                alive, ready = (
                    httpx.get(f"http://127.0.0.1:{port}/{path}") for path in ("healthz", "readyz")
                )
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            seen.append((alive.status_code, ready.status_code))
            if ready.status_code == 503:
                assert ready.headers["retry-after"] == "2" and "正在启动" in ready.json()["detail"]
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0
    assert seen[0] == (200, 503) and seen[-1] == (200, 200)


def test_figures(chat: Served) -> None:
    def counted() -> list[float]:
        return [
            figure(chat, 'wence_questions_total{route="clause",surface="api"}'),
            figure(chat, 'wence_refusals_total{kind="out_of_scope"}'),
            figure(chat, 'wence_problems_total{kind="too_large"}'),
            figure(chat, 'wence_step_seconds_count{step="encode"}'),
        ]

    before = counted()
    for question in ("第七条写了什么?", "今天天气怎么样?"):
        httpx.post(f"{chat.url}/api/ask", json={"question": question})
    httpx.post(f"{chat.url}/api/ask", json={"question": "x", "history": [["a", "b"]] * 101})
    assert [now - then for now, then in zip(counted(), before, strict=True)] == [1, 1, 1, 2]
    page = httpx.get(f"{chat.url}/metrics").text
    assert re.search(
        r'^wence_index_info{corpus="\w+",model="[\w-]+",version="20[^"]+"} 1.0$', page, re.MULTILINE
    )
    assert "wence_queue_waiting 0.0" in page


def test_requests_have_ids_and_logs_no_questions(chat: Served) -> None:
    sent = httpx.post(
        f"{chat.url}/api/ask?secret=秘密",
        json={"question": "第七条里的秘密?"},
        headers={"X-Request-ID": "own-1.2_3"},
    )
    assert sent.headers["x-request-id"] == "own-1.2_3"
    for wrong in ("a b", "x" * 65, '"', "-x"):
        own = httpx.get(f"{chat.url}/healthz", headers={"X-Request-ID": wrong}).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{16}", own)
    deadline = time.monotonic() + 5
    while not (mine := [line for line in chat.said if "own-1.2_3" in line]) and time.monotonic() < deadline:
        time.sleep(0.05)
    line = json.loads(mine[0])
    assert (line["method"], line["path"], line["status"], line["level"]) == ("POST", "/api/ask", 200, "info")
    assert not any("秘密" in line for line in chat.said)


def test_a_record_is_one_line_with_its_traceback() -> None:
    record = logging.LogRecord("bot", logging.ERROR, "f.py", 1, "两\n行 %s", ("\ud800",), None)
    try:
        raise ValueError("x")
    except ValueError:
        record.exc_info = sys.exc_info()
    token = request_id.set("r1")
    line = JsonLines().format(record)
    request_id.reset(token)
    assert "\n" not in line
    form = json.loads(line)
    assert (
        form["message"] == "两\n行 \ud800"
        and form["request_id"] == "r1"
        and "ValueError" in form["exception"]
    )


def test_two_processes_on_two_ports(launch: Launch, tmp_path: Path) -> None:
    served = launch("--no-dense", "--workers", "2", WENCE_INDEX=str(tmp_path / "index"))
    port = int(served.url.rpartition(":")[2])
    for each in (port, port + 1):
        until(lambda each=each: httpx.get(f"http://127.0.0.1:{each}/readyz").status_code == 200)
    served.process.terminate()
    assert served.process.wait(timeout=30) == 0
    for each in (port, port + 1):
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", each), timeout=1)


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if true():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("it did not come true")


def test_every_setting_is_listed_with_its_meaning() -> None:
    listed = list_settings(Settings(limits_url="redis://:secret@host:1/0", embed_origins="https://a.cn"))
    assert {each.name for each in listed} == {f"WENCE_{name.upper()}" for name in Settings.model_fields}
    for each in listed:
        assert re.search("[一-鿿]", each.zh) and each.en and not re.search("[一-鿿]", each.en)
    by_name = {each.name: each for each in listed}
    assert by_name["WENCE_LIMITS_URL"].value == "redis://…@host:1/0"
    assert by_name["WENCE_EMBED_ORIGINS"].changed and not by_name["WENCE_PORT"].changed
    assert "secret" not in settings_text(listed)
