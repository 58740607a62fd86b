"""A served chat whose documents change: another process builds the index, nobody restarts the server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from gradio_client import Client

from .conftest import Launch, Served

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "第八条写了什么?"
LAW = "青川市节水办法\n第一条 节约用水。\n第二条 装表到户。每户补贴五元。\n"


class Site:
    """A corpus, its index, and a chat that serves it."""

    def __init__(self, launch: Launch, folder: Path) -> None:
        self.corpus, self.index = folder / "corpus", folder / "index"
        shutil.copytree(ROOT / "tests" / "data" / "corpus" / "linhai-care", self.corpus / "linhai-care")
        self.environment = {"WENCE_CORPUS": str(self.corpus), "WENCE_INDEX": str(self.index)}
        self.served: Served = launch("--no-dense", **self.environment)
        self._client = Client(self.served.url, verbose=False, analytics_enabled=False)

    def ask(self, question: str = QUESTION) -> str:
        """The answer that a visitor gets."""
        return str(self._client.predict(question, api_name="/chat"))

    def page(self) -> str:
        """What a browser is sent first: the page with all it shows."""
        with urlopen(self.served.url, timeout=20) as response:
            return str(response.read().decode("utf-8"))

    def change(self, old: str, new: str) -> None:
        source = self.corpus / "linhai-care" / "source.txt"
        source.write_text(source.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def rebuild(self) -> None:
        """`wence index` in another process."""
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", "index", "--no-dense"],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr


@pytest.fixture
def site(launch: Launch, tmp_path: Path) -> Site:
    return Site(launch, tmp_path)


def until(holds: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it comes to hold within that time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.2)
    return False


def test_a_new_index_answers_without_a_restart_and_no_request_fails(site: Site) -> None:
    assert "每餐补贴四元" in site.ask()
    assert "青川市节水办法" not in site.page()
    ended = threading.Event()
    answers: list[str] = []

    def visit() -> None:
        while not ended.wait(0.1):
            try:
                answers.append(site.ask())
            except Exception as error:
                answers.append(f"failed: {error}")

    visitor = threading.Thread(target=visit)
    visitor.start()
    site.change("每餐补贴四元", "每餐补贴五元")
    (site.corpus / "water.txt").write_text(LAW, encoding="utf-8")
    site.rebuild()
    assert until(lambda: "每户补贴五元" in site.ask("《青川市节水办法》第二条写了什么?"))
    ended.set()
    visitor.join(timeout=30)
    assert len(answers) > 3
    wrong = [text for text in answers if "每餐补贴四元" not in text and "每餐补贴五元" not in text]
    assert wrong == []
    assert until(lambda: "青川市节水办法" in site.page()), "a page opened now offers the new document"


def test_a_damaged_or_missing_index_goes_unnoticed_by_visitors(site: Site) -> None:
    (site.index / "current").write_text("nonsense", encoding="utf-8")
    assert until(lambda: any("the old one goes on" in line for line in site.served.said))
    assert "每餐补贴四元" in site.ask()
    shutil.rmtree(site.index)
    time.sleep(1.5)
    assert "每餐补贴四元" in site.ask() and site.page()
    site.change("每餐补贴四元", "每餐补贴六元")
    site.rebuild()
    assert until(lambda: "每餐补贴六元" in site.ask())
