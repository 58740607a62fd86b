"""Databases for the journal: a file, and a real PostgreSQL that runs for the session in its own folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from bot.answer import Answer, Citation, Timing
from bot.journal.read import open_to_read, read_entries
from bot.settings import Settings

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
ANSWER = Answer(
    question="荣昌区有哪些支持?我的电话 13812345678",
    route="topic",
    text="最相关的是 **打造平台**:〔[原文第 63 行](#cite-a-10-20)〕",
    citations=(
        Citation("a#7", 7, "(七)", "打造平台", "建设", 10, 20, 63),
        Citation("a#7", 7, "(七)", "打造平台", "升级", 30, 40, 63),
        Citation("a#9", 9, "(九)", "培育", "培育", 50, 60, 70),
    ),
    districts=("荣昌区",),
    checked=26,
    confidence="high",
    timing=Timing(12.345, 3.21, 0.5),
)


def answer(question: str, *, text: str = "答", refusal: str | None = None, districts: str = "") -> Answer:
    """An answer to `question`; a refusal of a kind, or one for districts, separated by blanks."""
    return replace(
        Answer(question, "topic", text, timing=Timing(1, 2, 3)),
        route="refusal" if refusal else "topic",
        refusal=refusal,
        districts=tuple(districts.split()),
    )


def settings(journal: Path | str, days: int = 180) -> Settings:
    """The settings with a journal at a place."""
    return Settings().model_copy(update={"journal": str(journal), "journal_days": days})


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    """Until `condition` holds; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)


def kept(place: Path | str) -> list[dict[str, object]]:
    """Every entry of a journal."""
    store = open_to_read(settings(place))
    try:
        return list(read_entries(store, _EVER))
    finally:
        store.close()


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "wence-journal"]


@dataclass
class Postgres:
    """A server of PostgreSQL; it can be stopped and started again."""

    programs: Path
    folder: Path
    user: str | None
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        return f"postgresql://wence@/{database}?host={self.folder}"

    def run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / program, *arguments],
            user=self.user,
            group=self.user and "nogroup",
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def query(self, statement: str) -> None:
        self.run("psql", "-q", "-h", str(self.folder), "-U", "wence", "-d", "postgres", "-c", statement)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *(self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder),
                *("-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=30"),
            ],
            user=self.user,
            group=self.user and "nogroup",
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: self.is_up(), 60)

    def is_up(self) -> bool:
        return not subprocess.run(
            [self.programs / "pg_isready", "-q", "-h", self.folder, "-U", "wence", "-d", "postgres"]
        ).returncode

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends the sessions and stops, SIGQUIT does not even tidy up."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(30)


def programs() -> Path | None:
    """Where PostgreSQL's programs are; Debian keeps them out of the path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("initdb")
    return next(
        (p for p in reversed(places) if (p / "initdb").is_file()), Path(found).parent if found else None
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server, of which the superuser is `wence`. As root it runs as nobody: it refuses root."""
    where = programs()
    if where is None:
        pytest.skip("no PostgreSQL here; on Debian: apt install postgresql")
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="wence-pg-", dir="/tmp"))  # a socket's path must be short
    if user:
        shutil.chown(folder, user)
    server = Postgres(where, folder, user)
    try:
        server.run("initdb", "-D", f"{folder}/data", "-U", "wence", "-A", "trust", "-E", "UTF8", "--no-sync")
        server.start()
        yield server
        server.stop(signal.SIGQUIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_NUMBERS = count(1)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new journal may be: a file, and a schema of the server."""
    if request.param == "sqlite":
        return str(tmp_path / "data" / "journal.sqlite3")
    server: Postgres = request.getfixturevalue("postgres")
    name = f"journal_{next(_NUMBERS)}"
    server.query(f"CREATE SCHEMA {name}")
    return f"{server.url('postgres')}&options=-csearch_path%3D{name}"
