"""A served chat and a browser to visit it: the real command, the real model, a real Chromium."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.portal import Portal, open_portal

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
T = TypeVar("T")


@dataclass
class Served:
    """A running `wence serve`."""

    url: str
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    listener: threading.Thread | None = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(*arguments: str, port: int, **environment: str) -> Served:
    """Start `wence serve` and wait until it says that it is ready."""
    return start_command("-m", "bot.cli", "serve", "--port", str(port), *arguments, port=port, **environment)


def start_command(*arguments: str, port: int, **environment: str) -> Served:
    """Start Python with these arguments and wait until it says that it serves on `port`."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "WENCE_JOURNAL": "off", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    served = Served(f"http://127.0.0.1:{port}", process)
    served.listener = threading.Thread(target=_listen, args=(served,), daemon=True)
    served.listener.start()
    deadline = time.monotonic() + 240
    while not any("ready" in line for line in served.said):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail("wence serve did not get ready:\n" + "".join(served.said))
        time.sleep(0.1)
    return served


def _listen(served: Served) -> None:
    assert served.process.stderr is not None
    with served.process.stderr as lines:
        served.said.extend(lines)


def stop(served: Served) -> int:
    """Ask it to end as a supervisor would; its exit code."""
    served.process.terminate()
    try:
        return served.process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        served.process.kill()
        raise
    finally:
        if served.listener:
            served.listener.join(timeout=10)


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns, run in a thread of its own: Playwright's loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


Launch = Callable[..., Served]


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Starts further servers, which end with the test."""
    running: list[Served] = []

    def launched(*arguments: str, **environment: str) -> Served:
        running.append(start(*arguments, port=free_port(), **environment))
        return running[-1]

    yield launched
    for served in running:
        stop(served)


@pytest.fixture(scope="session")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The chat over the guideline that comes with Wence, with the model."""
    served = start(port=free_port(), WENCE_INDEX=str(tmp_path_factory.mktemp("chat") / "index"))
    yield served
    stop(served)


@pytest.fixture(scope="session")
def hostile_chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A chat over three documents, one of which attacks the page with its title, headings and text."""
    folder = tmp_path_factory.mktemp("hostile")
    corpus = shutil.copytree(ROOT / "tests" / "data" / "corpus", folder / "corpus")
    shutil.copy(HERE / "data" / "bees.txt", corpus)
    served = start(
        "--no-dense", port=free_port(), WENCE_INDEX=str(folder / "index"), WENCE_CORPUS=str(corpus)
    )
    yield served
    stop(served)


@pytest.fixture(scope="session")
def odd_chat() -> Iterator[Served]:
    """A chat whose assistant is slow, fails, or repeats the history, as the question bids it."""
    port = free_port()
    served = start_command(str(HERE / "odd_chat.py"), str(port), port=port, PYTHONPATH=str(ROOT))
    yield served
    stop(served)


@dataclass(frozen=True)
class Embedded:
    """A chat that keeps a journal, and a site that may embed it under one of its names."""

    served: Served
    portal: Portal
    journal: Path


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    folder = tmp_path_factory.mktemp("embedded")
    journal = folder / "journal.db"
    with open_portal() as portal:
        served = start(
            "--no-dense",
            port=free_port(),
            WENCE_INDEX=str(folder / "index"),
            WENCE_JOURNAL=str(journal),
            WENCE_EMBED_ORIGINS=f"https://www.example.gov.cn,{portal.origin}",
        )
        yield Embedded(served, portal, journal)
        stop(served)


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens a chat as a visitor; in the end nothing may have gone to another host or to the console."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(
        served: Served, *, locale: str = "zh-CN", width: int = 1440, height: int = 900, dark: bool = False
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            color_scheme="dark" if dark else "light",
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        own = (served.url + "/", "data:", "blob:")
        page.on("request", lambda request: request.url.startswith(own) or wrong.append(request.url))
        page.on("console", lambda said: said.type in ("error", "warning") and wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(served.url)
        page.locator("#wence-box textarea").wait_for()
        page.locator(".wence-live[data-found-zh]").wait_for(state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
