"""The journal on real databases: what it keeps, and that whatever happens to them, answers go on."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.journal.entry import MAX_ANSWER, MAX_QUESTION, entry_of, kept_text, new_id, note
from bot.journal.journal import Journal
from bot.journal.place import Place, default_place, read_place
from bot.journal.read import open_to_read, read_entries
from bot.journal.store import Store
from corpus.errors import JournalError, UsageError
from tests.bot.journal.conftest import ANSWER, Postgres, answer, settings, wait_for

ROOT = Path(__file__).parents[3]
EVER = datetime(2000, 1, 1, tzinfo=UTC)


def kept(place: Path | str) -> list[dict[str, object]]:
    """Every entry of a journal."""
    store = open_to_read(settings(place))
    try:
        return list(read_entries(store, EVER))
    finally:
        store.close()


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "wence-journal"]


# What is kept


def test_an_answer_and_what_was_thought_of_it(place: str) -> None:
    visit = new_id()
    with Journal.open(settings(place)) as journal:
        entry = journal.asked(ANSWER, visit, "request-1", "2026-11-24T10:00")
        assert journal.liked(entry, False, "不对,请回电 023-63212345")
    assert (journal.lost, journal.written, journal.waiting) == (0, 2, 0)
    (row,) = kept(place)
    at = row.pop("at")
    assert isinstance(at, datetime) and at.utcoffset() == timedelta(0)
    assert datetime.now(UTC) - at < timedelta(minutes=1)
    assert row == {
        "id": entry,
        "day": at.astimezone().date().isoformat(),
        "visit": visit,
        "request_id": "request-1",
        "question": "荣昌区有哪些支持?我的电话 [手机号码]",
        "key": "荣昌区有哪些支持?我的电话 [手机号码]",
        "lang": "zh",
        "route": "topic",
        "completeness": "partial",
        "refusal": None,
        "confidence": "high",
        "districts": ["荣昌区"],
        "measures": ["a#7", "a#9"],
        "checked": 26,
        "answer": "最相关的是 打造平台:〔原文第 63 行〕",
        "model": None,
        "index_version": "2026-11-24T10:00",
        "encode_ms": 12.35,
        "search_ms": 3.21,
        "compose_ms": 0.5,
        "up": False,
        "reason": "不对,请回电 [电话号码]",
    }


def test_a_later_opinion_takes_the_place_of_an_earlier_one(place: str) -> None:
    with Journal.open(settings(place)) as journal:
        entry = journal.asked(ANSWER)
        journal.liked(entry, False, "不对")
        journal.liked(entry, True)
    with Journal.open(settings(place)) as journal:
        other = journal.asked(ANSWER)
        journal.liked(other, True)
        journal.liked(other, False, "还是不对")
    assert {(row["id"], row["up"], row["reason"]) for row in kept(place)} == {
        (entry, True, ""),
        (other, False, "还是不对"),
    }


def test_strange_texts_are_kept_as_far_as_they_can_be(place: str) -> None:
    with Journal.open(settings(place)) as journal:
        journal.asked(answer("空\0值\ud800和\x1b[31m色", text="长" * 200_000))
        journal.asked(answer("", text=""))
        journal.asked(answer("问" * 100_000))
    assert journal.lost == 0
    strange, empty, long = kept(place)
    assert strange["question"] == "空\ufffd值\ufffd和\ufffd[31m色"
    assert len(str(strange["answer"])) == MAX_ANSWER and str(strange["answer"]).endswith("长…")
    assert (empty["question"], empty["key"]) == ("", "")
    assert len(str(long["question"])) == MAX_QUESTION


@pytest.mark.parametrize("before", range(0, 40, 3))
def test_no_part_of_a_number_is_left_where_a_text_is_cut(before: int) -> None:
    long = "问" * (2 * MAX_QUESTION - before) + "50011919900101123X" + "问" * 100
    assert "5001" not in kept_text(long, MAX_QUESTION)
    short = "问" * (MAX_QUESTION - before) + "50011919900101123X" + "问" * 100
    assert "5001" not in kept_text(short, MAX_QUESTION)


@pytest.mark.parametrize("visit", ["10.0.0.1", "2001:db8::1", "a b", "x" * 65, "王"])
def test_an_address_is_no_visit(visit: str) -> None:
    entry = entry_of(note(ANSWER, visit, visit, ""))
    assert (entry.visit, entry.request_id) == ("", "")


def test_an_opinion_of_nothing_is_not_taken(tmp_path: Path) -> None:
    with Journal.open(settings(tmp_path / "j.sqlite3")) as journal:
        assert not journal.liked("", True)
        assert not journal.liked("'; DROP TABLE entry; --", True)
    assert journal.written == journal.lost == 0


@pytest.mark.parametrize("off", ["off", "OFF", "", " ", "none", "false", "0"])
def test_off_keeps_nothing(off: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    journal = Journal.open(settings(off))
    assert not journal.on and not threads()
    assert journal.asked(ANSWER) == "" and not journal.liked("a", True)
    journal.close()
    assert (journal.lost, journal.written, journal.waiting) == (0, 0, 0)
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    Journal.open(settings(tmp_path / "j.sqlite3")).close()
    assert stat.S_IMODE((tmp_path / "j.sqlite3").stat().st_mode) == 0o600


def test_after_the_end_nothing_is_taken(tmp_path: Path) -> None:
    journal = Journal.open(settings(tmp_path / "j.sqlite3"))
    journal.close()
    journal.close()
    assert journal.asked(ANSWER) == "" and journal.lost == 1
    assert not threads()


# Retention


def test_what_is_too_old_goes_by_itself(place: str) -> None:
    with Journal.open(settings(place)) as journal:
        journal.asked(ANSWER)
        journal.liked(journal.asked(answer("昨天的")), True)
        journal.asked(answer("今天的"))
    store = Store(read_place(place) or Place())
    old = datetime.now(UTC) - timedelta(days=31)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE entry SET at = :old WHERE question <> '今天的'"), {"old": old})
        connection.execute(text("UPDATE opinion SET at = :old"), {"old": old})
    store.close()
    with Journal.open(settings(place, days=30)):
        wait_for(lambda: len(kept(place)) == 1)
    assert [row["question"] for row in kept(place)] == ["今天的"]


def test_what_was_deleted_is_gone_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "j.sqlite3"
    with Journal.open(settings(file)) as journal:
        journal.asked(answer("这句话应当从文件中消失"))
    store = Store(Place(file=file))
    assert store.forget(datetime.now(UTC) + timedelta(days=1)) == 1
    store.close()
    assert "这句话应当从文件中消失".encode() not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


# Tables


def test_migrations_make_the_tables_the_code_knows(place: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from bot.journal.tables import METADATA

    store = Store(read_place(place) or Place())
    store.prepare()
    store.prepare()
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    store.close()


def test_tables_of_a_later_release_are_refused(place: str) -> None:
    Journal.open(settings(place)).close()
    store = Store(read_place(place) or Place())
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(JournalError, match="9999") as refused:
        Journal.open(settings(place))
    assert "升级" in refused.value.zh and "Upgrade" in refused.value.en
    assert not threads()


def test_a_migration_that_was_killed_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    store = Store(Place(file=tmp_path / "j.sqlite3"))
    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", killed)
        with pytest.raises(KeyboardInterrupt):
            store.prepare()
    store.close()
    assert not store.exists()
    with Journal.open(settings(tmp_path / "j.sqlite3")) as journal:
        journal.asked(ANSWER)
    assert len(kept(tmp_path / "j.sqlite3")) == 1


# A database in trouble


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


# Where it is


@pytest.mark.parametrize(
    ("setting", "shown"),
    [
        ("/var/lib/wence/journal.sqlite3", "/var/lib/wence/journal.sqlite3"),
        ("sqlite:////var/lib/j.db", "/var/lib/j.db"),
        ("sqlite:///j.db", "j.db"),
        ("postgresql://u:s3cret@db:5432/wence", "postgresql+psycopg://u:***@db:5432/wence"),
        ("postgresql+psycopg://u:a@b@db/wence", "postgresql+psycopg://u:***@db/wence"),
        (
            "postgres://db/wence?password=s3cret&sslmode=require",
            "postgresql+psycopg://db/wence?password=***&sslmode=require",
        ),
    ],
)
def test_a_place_is_shown_without_its_password(setting: str, shown: str) -> None:
    place = read_place(setting)
    assert str(place) == shown
    assert "s3cret" not in repr(place)


@pytest.mark.parametrize("setting", ["mysql://u:s3cret@db/wence", "http://example.org", "postgresql://"])
def test_other_databases_are_refused(setting: str) -> None:
    with pytest.raises(UsageError, match="postgresql://") as refused:
        Journal.open(settings(setting))
    assert "s3cret" not in str(refused.value)


def test_a_url_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="WENCE_JOURNAL"):
        Journal.open(settings("postgresql://db:port/wence"))


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r"wence\[postgres\]"):
        Journal.open(settings("postgresql://db/wence"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"journal\.sqlite3"):
        Journal.open(settings(tmp_path))


def test_any_name_of_a_file_will_do(tmp_path: Path) -> None:
    file = tmp_path / "日志 ?a=1#%20.db"
    with Journal.open(settings(file)) as journal:
        journal.asked(ANSWER)
    assert file.is_file() and len(kept(file)) == 1


def test_by_default_it_is_in_the_data_folder() -> None:
    assert default_place().endswith("journal.sqlite3")
    assert "cache" not in default_place()


def test_it_costs_an_answer_next_to_nothing(tmp_path: Path) -> None:
    """Under a tenth of a millisecond where nothing else runs; this bears a busy machine."""
    long = replace(ANSWER, text=ANSWER.text * 500, citations=ANSWER.citations * 100)
    with Journal.open(settings(tmp_path / "j.sqlite3")) as journal:
        spent = []
        for _ in range(200):
            start = time.perf_counter()
            journal.asked(long)
            spent.append(time.perf_counter() - start)
        assert sorted(spent)[100] < 0.001
