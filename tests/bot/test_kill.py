"""Builds that are killed, that meet, that run out of disk: an index answers at any moment, a whole one."""

from __future__ import annotations

import errno
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import build
from bot.ask import Assistant
from bot.build import current_origin
from bot.settings import Settings
from corpus.errors import IndexFolderError
from index import folder as folder_module
from index.store import Index

from .nursery import QUESTIONS, MadeUp

ROOT = Path(__file__).parents[2]
KILLS = 60
ARTICLES = "".join(f"第{n}条 第{n}号补贴按季度发放。资金由财政部门拨付。\n" for n in range(2, 40))


class Nursery:
    """Starts builds of one corpus into one index."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process = process
        self.corpus, self.index, self.said = folder / "corpus", folder / "index", folder / "said"
        self.settings = Settings(corpus=self.corpus, index=self.index, embedding_model="made-up")
        self.corpus.mkdir()

    def write(self, amount: int) -> None:
        """The corpus with this amount in its first measure."""
        text = f"青川市补贴办法\n第1条 每户补贴{amount}元。\n{ARTICLES}"
        (self.corpus / "law.txt").write_text(text, encoding="utf-8")

    def start(self, said: str = "said", **job: float) -> int:
        """Begin a build; its pid."""
        where = {"corpus": str(self.corpus), "index": str(self.index), "said": str(self.said.with_name(said))}
        return int(self._send(json.dumps(where | job)))

    def wait(self) -> tuple[int, int]:
        """The pid and the exit code of a build that has ended; below 0 is the signal that killed it."""
        pid, code = json.loads(self._send("wait"))
        return pid, code

    def also(self) -> tuple[int, int]:
        """The next of several that were waited for."""
        assert self.process.stdout
        pid, code = json.loads(self.process.stdout.readline())
        return pid, code

    def build(self, **job: float) -> int:
        """A whole build; its exit code."""
        self.start(**job)
        return self.wait()[1]

    def answered(self) -> int:
        """The amount that the index in place answers with; every file of it has been checked."""
        assistant = Assistant(Index.load(self.index, MadeUp()))
        assert len(assistant.index.measures) == 39
        assert assistant.index.search("补贴").hits
        found = re.search(r"每户补贴(\d+)元", assistant.ask("第1条写了什么?").text)
        assert found
        return int(found[1])

    def versions(self) -> int:
        return len(list((self.index / "versions").iterdir()))

    def _send(self, line: str) -> str:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()


@pytest.fixture(scope="module")
def process() -> Iterator[subprocess.Popen[str]]:
    """The program, started once."""
    program = [sys.executable, str(Path(__file__).with_name("nursery.py"))]
    # No threads before a fork.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as started:
        yield started
        assert started.stdin
        started.stdin.close()


@pytest.fixture(autouse=True)
def few_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "background_questions", lambda: QUESTIONS)


@pytest.fixture
def nursery(process: subprocess.Popen[str], tmp_path: Path) -> Nursery:
    return Nursery(process, tmp_path)


def timed_build(nursery: Nursery, slow: float) -> float:
    began = time.perf_counter()
    assert nursery.build(slow=slow) == 0
    return time.perf_counter() - began


def test_builds_killed_at_random_moments(nursery: Nursery) -> None:
    """Over the whole build, and with every step of the switch stretched; nothing piles up."""
    nursery.write(0)
    assert nursery.build() == 0
    nursery.write(1)
    length = {slow: timed_build(nursery, slow) for slow in (0.0, 0.004)}
    in_place, killed, amount = 1, 0, 1
    moment = random.Random(4)
    while killed < KILLS and amount < 3 * KILLS:
        amount += 1
        slow = 0.004 * (amount % 2)
        nursery.write(amount)
        pid = nursery.start(slow=slow)
        time.sleep(moment.uniform(0, length[slow]))
        os.kill(pid, signal.SIGKILL)
        was_killed = nursery.wait()[1] == -signal.SIGKILL
        killed += was_killed
        length[slow] *= 1.02 if was_killed else 0.9  # so that the last step, too, is hit now and then
        in_place, before = nursery.answered(), in_place
        assert in_place in (before, amount) if was_killed else in_place == amount
        assert nursery.versions() <= 2
    assert killed == KILLS
    assert nursery.build() == 0
    assert nursery.answered() == amount
    assert nursery.versions() == 1
    assert current_origin(nursery.settings)
    assert {path.name for path in nursery.index.iterdir()} <= {"current", "versions", ".lock", ".build"}


def test_two_builds_at_once(nursery: Nursery) -> None:
    """One of them waits, says so, and finds nothing left to do."""
    nursery.write(1)
    nursery.start("first", slow=0.05)
    nursery.start("second", slow=0.05)
    ends = [nursery.wait(), nursery.also()]
    assert [code for _, code in ends] == [0, 0]
    assert nursery.answered() == 1 and nursery.versions() == 1
    said = [nursery.said.with_name(name).read_text(encoding="utf-8") for name in ("first", "second")]
    waited = ["waiting for another build" in each for each in said]
    assert sorted(waited) == [False, True]
    assert "embedded 0" in said[waited.index(True)] and "embedded 0" not in said[waited.index(False)]


def test_a_killed_build_holds_nobody_up(nursery: Nursery) -> None:
    nursery.write(1)
    assert nursery.build() == 0
    nursery.write(2)
    first = nursery.start("first", slow=0.05)
    time.sleep(0.2)
    second = nursery.start("second")
    time.sleep(0.2)
    os.kill(first, signal.SIGKILL)
    ends = dict([nursery.wait(), nursery.also()])
    assert ends == {first: -signal.SIGKILL, second: 0}
    assert nursery.answered() == 2 and nursery.versions() == 1


def test_a_file_too_large_for_the_disk(nursery: Nursery) -> None:
    nursery.write(1)
    assert nursery.build() == 0
    nursery.write(2)
    assert nursery.build(limit=2_000) == 1
    said = nursery.said.read_text(encoding="utf-8")
    assert "空间不足" in said and "not enough disk space" in said and str(nursery.index) in said
    assert nursery.answered() == 1 and nursery.versions() == 1


def test_a_full_disk(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full after the first half of the third file: the old index stays, what was written goes."""
    nursery.write(1)
    assert nursery.build() == 0
    index = Index.load(nursery.index, None)
    written = []

    def fill(path: Path, data: bytes) -> None:
        written.append(path)
        if len(written) < 3:
            path.write_bytes(data)
            return
        path.write_bytes(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folder_module, "_write", fill)
    with pytest.raises(IndexFolderError, match="not enough disk space"):
        index.save(nursery.index)
    assert len(written) == 3 and not written[0].exists()
    assert nursery.answered() == 1 and nursery.versions() == 1


def test_too_little_room_is_told_before_anything_is_written(
    nursery: Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    nursery.write(1)
    assert nursery.build() == 0
    index = Index.load(nursery.index, None)
    usage = shutil.disk_usage(nursery.index)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1 << 20))
    monkeypatch.setattr(folder_module, "_write", pytest.fail)
    with pytest.raises(IndexFolderError, match=r"\d+ MiB are needed, 1 MiB are free"):
        index.save(nursery.index)
    assert nursery.answered() == 1


def test_a_folder_that_may_only_be_read(process: subprocess.Popen[str]) -> None:
    """It serves, and cannot be built into; the advice names a folder that can."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        nursery = Nursery(process, folder)
        try:
            nursery.write(1)
            assert nursery.build() == 0
            nursery.write(2)
            nursery.index.chmod(0o555)
            assert nursery.build(nobody=1) == 1
            said = nursery.said.read_text(encoding="utf-8")
            assert "cannot be written" in said
            advised = re.search(r"wence index --out (\S+),", said)
            assert advised and advised[1] != str(nursery.index)
            assert nursery.answered() == 1 and not current_origin(nursery.settings)
        finally:
            nursery.index.chmod(0o755)
