"""The journal on real databases: what it keeps, for how long, and in which tables."""

from __future__ import annotations

import stat
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.journal.entry import MAX_ANSWER, MAX_QUESTION, entry_of, kept_text, new_id, note
from bot.journal.journal import Journal
from bot.journal.place import Place, read_place
from bot.journal.store import Store
from corpus.errors import JournalError
from tests.bot.journal.conftest import ANSWER, answer, kept, settings, threads, wait_for

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
