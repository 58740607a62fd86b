"""Whatever happens to the journal's database, answers go on, and the loss is counted."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.journal.entry import note
from bot.journal.journal import Journal
from bot.journal.losses import Losses
from bot.journal.place import Place, read_place
from bot.journal.store import Store
from bot.journal.writer import Writer
from tests.bot.journal.conftest import ANSWER, Postgres, answer, kept, settings, wait_for

ROOT = Path(__file__).parents[3]


def test_a_locked_database_delays_no_answer_and_loses_none(place: str) -> None:
    with Journal.open(settings(place)) as journal:
        other = Store(read_place(place) or Place())
        lock = other.engine.connect()
        lock.begin()  # in SQLite this alone locks out all who write
        if "://" in place:
            lock.execute(text("LOCK TABLE entry IN ACCESS EXCLUSIVE MODE"))
        start = time.perf_counter()
        for _ in range(100):
            assert journal.asked(ANSWER)
        assert time.perf_counter() - start < 0.5
        time.sleep(0.5)
        assert (journal.written, journal.lost) == (0, 0)
        lock.close()
        other.close()
        wait_for(lambda: journal.written == 100)
    assert len(kept(place)) == 100 and journal.lost == 0


def test_a_lock_held_too_long_is_waited_out(tmp_path: Path) -> None:
    store = Store(Place(file=tmp_path / "j.sqlite3"), busy_seconds=0.1)
    store.prepare()
    writer = Writer(store, losses := Losses("here"), days=180, waiting=100)
    lock = sqlite3.connect(tmp_path / "j.sqlite3", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    writer.put(note(ANSWER, "", "", ""))
    time.sleep(2)
    assert (writer.written, losses.count) == (0, 0)
    lock.execute("ROLLBACK")
    lock.close()
    wait_for(lambda: writer.written == 1)
    writer.close(5)


def test_losses_are_counted_and_told_once_a_minute(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "j.sqlite3"
    with Journal.open(settings(file), waiting=10) as journal:
        lock = sqlite3.connect(file, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        ids = [journal.asked(answer("我的电话 13812345678")) for _ in range(500)]
        assert journal.lost == ids.count("") >= 500 - 10 - 200
        lock.execute("ROLLBACK")
        lock.close()
        wait_for(lambda: journal.waiting == 0 and journal.written + journal.lost == 500)
    assert {row["id"] for row in kept(file)} == set(ids) - {""}
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 2 and "lost so far" in told[0] and "written again" in told[1]
    assert "13812345678" not in caplog.text


@pytest.mark.parametrize("what", ["file", "folder", "replaced", "garbage"])
def test_a_file_that_is_taken_away_is_made_anew(what: str, tmp_path: Path) -> None:
    file = tmp_path / "data" / "j.sqlite3"
    with Journal.open(settings(file)) as journal:
        journal.asked(answer("之前"))
        wait_for(lambda: journal.written == 1)
        for path in file.parent.iterdir():
            path.unlink()
        if what == "folder":
            file.parent.rmdir()
        if what == "garbage":
            file.write_bytes(b"this is no database" * 1000)
        if what == "replaced":
            Journal.open(settings(file)).close()
        journal.asked(answer("之后"))
        if what == "garbage":
            wait_for(lambda: journal.lost == 1)
            file.unlink()
            journal.asked(answer("之后"))
        wait_for(lambda: journal.written == 2)
    assert [row["question"] for row in kept(file)] == ["之后"]
    assert journal.lost == (1 if what == "garbage" else 0)


def test_a_place_that_cannot_be_used_yet_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, where there should be a folder")
    with Journal.open(settings(tmp_path / "data" / "j.sqlite3")) as journal:
        journal.asked(ANSWER)
        time.sleep(0.3)
        assert (journal.written, journal.lost) == (0, 0)
        (tmp_path / "data").unlink()
        wait_for(lambda: journal.written == 1)
    assert journal.lost == 0


def test_at_the_end_what_cannot_be_written_is_lost_and_counted(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, where there should be a folder")
    journal = Journal.open(settings(tmp_path / "data" / "j.sqlite3"))
    for _ in range(300):
        journal.asked(ANSWER)
    start = time.perf_counter()
    journal.close(seconds=1)
    assert time.perf_counter() - start < 3
    assert (journal.written, journal.lost) == (0, 300)


def test_a_server_that_stops_and_starts_again(postgres: Postgres) -> None:
    postgres.query("CREATE DATABASE restarted")
    with Journal.open(settings(postgres.url("restarted"))) as journal:
        journal.asked(answer("之前"))
        wait_for(lambda: journal.written == 1)
        postgres.stop()
        try:
            start = time.perf_counter()
            journal.asked(answer("其间"))
            assert time.perf_counter() - start < 0.1
            time.sleep(1)
        finally:
            postgres.start()
        wait_for(lambda: journal.written == 2)
    assert [row["question"] for row in kept(postgres.url("restarted"))] == ["之前", "其间"]
    assert journal.lost == 0


def test_a_server_that_is_not_there_at_the_start(postgres: Postgres) -> None:
    with Journal.open(settings(postgres.url("made_later"))) as journal:
        journal.asked(ANSWER)
        time.sleep(0.3)
        assert (journal.written, journal.lost) == (0, 0)
        postgres.query("CREATE DATABASE made_later")
        wait_for(lambda: journal.written == 1)
    assert len(kept(postgres.url("made_later"))) == 1


def test_tables_that_were_dropped_are_a_loss_and_no_standstill(place: str) -> None:
    with Journal.open(settings(place)) as journal:
        store = Store(read_place(place) or Place())
        with store.engine.begin() as connection:
            connection.execute(text("DROP TABLE entry"))
            connection.execute(text("DROP TABLE opinion"))
            connection.execute(text("DROP TABLE alembic_version"))
        store.close()
        journal.asked(ANSWER)
        wait_for(lambda: journal.written == 1)
    assert len(kept(place)) == 1 and journal.lost == 0


# Several processes

WRITE = """
import sys
from bot.answer import Answer
from bot.journal.journal import Journal
from bot.settings import Settings
journal = Journal.open(Settings())
print("open", flush=True)
name, many = sys.argv[1], int(sys.argv[2])
for n in range(many):
    while journal.waiting > 1000:
        pass
    journal.asked(Answer(f"{name}-{n}", "topic", "x" * 500))
    if n % 100 == 99:
        print(n, journal.written, flush=True)
journal.close(30)
print("end", journal.written, journal.lost, flush=True)
"""


def writer(place: Path | str, name: str, many: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, name, str(many)],
        env=os.environ | {"WENCE_JOURNAL": str(place), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_make_one_journal_and_write_to_it(place: str) -> None:
    both = [writer(place, name, 400) for name in ("a", "b")]
    ends = [process.communicate(timeout=60)[0].splitlines()[-1] for process in both]
    assert ends == ["end 400 0", "end 400 0"]
    questions = {row["question"] for row in kept(place)}
    assert questions == {f"{name}-{n}" for name in ("a", "b") for n in range(400)}


def test_a_file_is_sound_after_kill_9(tmp_path: Path) -> None:
    file = tmp_path / "j.sqlite3"
    process = writer(file, "a", 1_000_000)
    assert process.stdout
    written = 0
    while written < 500:
        line = process.stdout.readline().split()
        written = int(line[1]) if len(line) == 2 else 0
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert len(kept(file)) >= written
    with Journal.open(settings(file)) as journal:
        journal.asked(answer("重启以后"))
    assert journal.lost == 0


FULL = """
import resource, sys, time
from bot.answer import Answer
from bot.journal.journal import Journal
from bot.settings import Settings
journal = Journal.open(Settings(), waiting=50)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
start = time.perf_counter()
for n in range(1000):
    journal.asked(Answer(f"{n}", "topic", "字" * 2000))
assert time.perf_counter() - start < 2
time.sleep(2)
assert journal.lost > 500, journal.lost
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
while journal.waiting or journal.written + journal.lost < 1000:
    time.sleep(0.05)
lost = journal.lost
journal.asked(Answer("again", "topic", "x"))
journal.close(10)
assert journal.lost == lost and journal.written == 1001 - lost
print(journal.written)
"""


def test_a_full_disk_is_a_loss_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """The limit of a process for the size of its files stands for the disk's."""
    file = tmp_path / "j.sqlite3"
    done = subprocess.run(
        [sys.executable, "-c", FULL],
        env=os.environ | {"WENCE_JOURNAL": str(file), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    rows = kept(file)
    assert len(rows) == int(done.stdout) and rows[-1]["question"] == "again"
