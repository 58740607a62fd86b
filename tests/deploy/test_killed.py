"""A server that is killed under load: the next one is ready soon, and the journal is whole."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import httpx
import pytest

from .conftest import Replica, Replicate

VISITORS = 8
READY_SECONDS = 15


@pytest.fixture
def replica(replicate: Replicate) -> Replica:
    """A server with the model."""
    return replicate(WENCE_DENSE="true", WENCE_LIMIT_ADDRESS="100000/minute")


def visit(replica: Replica, number: int, answered: list[float]) -> None:
    """Ask until the server is gone."""
    with httpx.Client(base_url=replica.url, trust_env=False, timeout=20) as client:
        for turn in range(10_000):
            question = {"question": f"在第{number}处,第{turn}号补贴什么时候发放?"}
            try:
                if client.post("/api/ask", json=question).status_code == 200:
                    answered.append(time.monotonic())
            except httpx.HTTPError:
                return


def test_a_server_killed_under_load_is_back_soon(replica: Replica) -> None:
    replica.start()
    answered: list[float] = []
    visitors = [threading.Thread(target=visit, args=(replica, n, answered)) for n in range(VISITORS)]
    for visitor in visitors:
        visitor.start()
    time.sleep(5)
    killed = time.monotonic()
    replica.kill()
    for visitor in visitors:
        visitor.join()
    assert replica.start() < READY_SECONDS
    again = httpx.post(f"{replica.url}/api/ask", json={"question": "第7号补贴什么时候发放?"}, trust_env=False)
    assert "第7号补贴" in again.json()["text"]
    assert replica.stop() == 0
    kept = entries(Path(replica.environment["WENCE_JOURNAL"]))
    # What was answered in the last moment may be missing, and is the only thing that may.
    assert sum(at < killed - 2 for at in answered) + 1 <= kept <= len(answered) + VISITORS + 1


def entries(journal: Path) -> int:
    """How many entries a journal holds that is sound."""
    with sqlite3.connect(journal) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = database.execute("SELECT count(*) FROM entry").fetchone()
    database.close()
    return int(found[0])
