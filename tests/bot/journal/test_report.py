"""The operator's report and export: right numbers, in every form, and nothing that visitors typed runs."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.cli import main
from bot.journal.entry import Opinion, entry_of, note
from bot.journal.period import read_since
from bot.journal.place import Place, read_place
from bot.journal.read import Count, Disliked, Report, Speed, open_to_read, read_report
from bot.journal.report import report_csv, report_text
from bot.journal.report_html import report_html
from bot.journal.store import Store
from corpus.errors import UsageError
from tests.bot.journal.conftest import answer, settings

NOW = datetime.now(UTC)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
FORMULA = '=HYPERLINK("http://x","y")'
ASKED: tuple[tuple[Answer, float, str, bool | None, str], ...] = (
    (answer("荣昌区有哪些支持?", districts="荣昌区"), 1, "v1", True, ""),
    (answer("荣昌区有哪些支持", districts="荣昌区"), 1, "v1", False, "不全"),
    (answer("荣昌区 有哪些支持？", districts="荣昌区 万州区"), 2, "v2", None, ""),
    (answer("今天天气怎么样", refusal="out_of_scope"), 2, "v2", None, ""),
    (answer("今天天气怎么样?", refusal="out_of_scope"), 3, "v3", None, ""),
    (answer("成都有什么政策", refusal="other_place"), 3, "v3", False, HOSTILE),
    (answer(HOSTILE), 4, "v4", None, ""),
    (answer(FORMULA), 4, "", None, ""),
    (answer("很久以前的问题"), 90, "v5", False, "旧"),
)
"""Answer, days ago, visit, opinion and its reason."""


@pytest.fixture
def filled(place: str) -> str:
    """A journal with the entries of `ASKED`."""
    store = Store(read_place(place) or Place())
    store.prepare()
    entries, opinions = [], []
    for given, days, visit, up, reason in ASKED:
        at = NOW - timedelta(days=days)
        entry = entry_of(replace(note(given, visit, "", "1"), at=at))
        entries.append(entry)
        opinions += [] if up is None else [Opinion(entry.id, at, up, reason)]
    store.add(entries, opinions)
    store.close()
    return place


def report_of(place: str, days: int = 30, top: int = 20) -> Report:
    store = open_to_read(settings(place))
    try:
        return read_report(store, NOW - timedelta(days=days), NOW, top)
    finally:
        store.close()


def day(days: float) -> str:
    return (NOW - timedelta(days=days)).astimezone().date().isoformat()


# Numbers


def test_the_numbers(filled: str) -> None:
    report = report_of(filled)
    assert (report.total, report.visits) == (Count("", 8, 1, 2, 3), 4)
    asked = [(c.count, c.up, c.down, c.refused) for c in report.asked]
    assert asked == [(3, 1, 1, 0), (2, 0, 0, 2), (1, 0, 0, 0), (1, 0, 0, 0), (1, 0, 1, 1)]
    assert report.refusals == (Count("out_of_scope", 2, 0, 0, 2), Count("other_place", 1, 0, 1, 1))
    assert [(c.item.rstrip("?"), c.detail, c.count) for c in report.unanswered] == [
        ("今天天气怎么样", "out_of_scope", 2),
        ("成都有什么政策", "other_place", 1),
    ]
    assert [d.reason for d in report.disliked] == ["不全", HOSTILE]
    assert isinstance(report.disliked[0], Disliked) and report.disliked[0].at.tzinfo
    assert report.districts == (
        Count("", 5, 0, 1, 3),
        Count("荣昌区", 3, 1, 1, 0),
        Count("万州区", 1, 0, 0, 0),
    )
    assert report.routes == (Count("topic", 5, 1, 1, 0), Count("refusal", 3, 0, 1, 3))
    assert set(report.speed) == {Speed("topic", 1, 2, 3), Speed("refusal", 1, 2, 3)}
    assert [(c.item, c.count) for c in report.days] == [(day(4), 2), (day(3), 2), (day(2), 2), (day(1), 2)]


def test_since_and_top_bound_it(filled: str) -> None:
    assert report_of(filled, days=365).total.count == 9
    assert report_of(filled, days=365, top=1).disliked[0].reason == "不全"
    short = report_of(filled, top=2)
    assert len(short.asked) == 2 and len(short.unanswered) == 2 and len(short.districts) == 3
    nothing = report_of(filled, days=0)
    assert nothing.total == Count("", 0, 0, 0, 0) and nothing.asked == nothing.days == ()


@pytest.mark.parametrize(
    ("since", "ago"),
    [
        ("30d", timedelta(days=30)),
        ("12h", timedelta(hours=12)),
        (" 8 W ", timedelta(weeks=8)),
        ("0d", timedelta()),
    ],
)
def test_a_stretch_of_time(since: str, ago: timedelta) -> None:
    assert read_since(since, NOW) == NOW - ago


def test_a_day_begins_at_midnight_here() -> None:
    begin = read_since("2026-01-31").astimezone()
    assert (begin.date(), begin.hour, begin.minute) == (date(2026, 1, 31), 0, 0)


@pytest.mark.parametrize("since", ["", "d", "30", "30 days", "-3d", "2026-13-01", "昨天"])
def test_no_stretch_of_time(since: str) -> None:
    with pytest.raises(UsageError, match="30d"):
        read_since(since, NOW)


# Forms


class Page(HTMLParser):
    """Which elements a page has, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def test_the_page_runs_nothing_and_needs_nothing(filled: str) -> None:
    text = report_html(report_of(filled))
    page = Page(text)
    assert not page.tags & {"script", "img", "link", "iframe", "a", "form", "object"}
    names = {name for name, _ in page.attributes}
    assert not [name for name in names if name.startswith("on") or name in {"src", "href"}]
    assert "http" not in text.replace("http://x", "").replace("http-equiv", "")
    assert "&lt;script&gt;alert(1)" in text and "荣昌区" in text and "svg" in page.tags
    assert "width:100.0%" in text and "width:66.7%" in text


def test_the_chart_has_days_without_a_question(filled: str) -> None:
    text = report_html(report_of(filled, days=365))
    assert text.count("<g><title>") == 90
    assert f"{day(50)}: 0 " in text and f"{day(3)}: 2 (未答 2)" in text


def test_a_page_of_nothing(place: str) -> None:
    store = Store(read_place(place) or Place())
    store.prepare()
    store.close()
    text = report_html(report_of(place))
    assert "没有" in text and "<svg" not in text


def test_the_table_for_a_terminal(filled: str) -> None:
    text = report_text(report_of(filled), 120, colour=False)
    assert "\x1b" not in text
    for words in ("问得最多的 / Most asked", "与政策无关", "不全", "未提区县", "荣昌区", day(1)):
        assert words in text
    assert "\x1b[1m" in report_text(report_of(filled), 120, colour=True)


def test_csv_is_one_table_and_no_formula(filled: str) -> None:
    data = report_csv(report_of(filled))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    found = {(row["section"], row["item"]): row for row in rows}
    assert found["refusals", "out_of_scope"]["count"] == "2"
    assert found["districts", "荣昌区"]["up"] == "1"
    assert found["routes", "topic"]["encode_ms"] == "1.0"
    assert found["asked", "'" + FORMULA]["count"] == "1"
    assert not [row for row in rows if row["item"].startswith(("=", "+", "-", "@"))]


# The command


class Command:
    """`wence journal …` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[bytes]) -> None:
        self._patch, self._capture = monkeypatch, capture

    def __call__(self, place: str | Path, *arguments: str) -> tuple[int, bytes, str]:
        self._patch.setenv("WENCE_JOURNAL", str(place))
        self._patch.setattr(sys, "argv", ["wence", "journal", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capture.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 1, out, err.decode("utf-8")


@pytest.fixture
def wence(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Iterator[Command]:
    yield Command(monkeypatch, capfdbinary)


def test_report_is_printed_or_written(filled: str, wence: Command, tmp_path: Path) -> None:
    code, out, err = wence(filled, "report", "--since", "30d")
    assert (code, err) == (0, "") and "Most asked" in out.decode()
    code, out, _ = wence(filled, "report", "--format", "html", "--out", str(tmp_path / "r.html"))
    assert (code, out) == (0, b"")
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    code, out, _ = wence(filled, "report", "--format", "csv", "--top", "1")
    assert code == 0 and out.decode("utf-8-sig").startswith("section,item,")


def test_export_is_every_entry_oldest_first(filled: str, wence: Command) -> None:
    code, out, err = wence(filled, "export")
    rows = [json.loads(line) for line in out.decode().splitlines()]
    assert (code, err, len(rows)) == (0, "", 9)
    assert rows[0]["question"] == "很久以前的问题" and rows[0]["up"] is False and rows[0]["reason"] == "旧"
    assert rows[-1]["districts"] == ["荣昌区"] and rows[1]["up"] is None
    assert datetime.fromisoformat(rows[0]["at"]).tzinfo is not None
    code, out, _ = wence(filled, "export", "--since", "30d", "--format", "csv")
    table = list(csv.DictReader(io.StringIO(out.decode("utf-8-sig"))))
    assert code == 0 and len(table) == 8 and set(table[0]) == set(rows[0])
    assert {row["question"][:2] for row in table} >= {"'=", "<s"}


def test_prune_deletes_what_is_too_old(filled: str, wence: Command) -> None:
    assert wence(filled, "prune")[:2] == (0, "已删除 0 条\nDeleted: 0\n".encode())
    assert wence(filled, "prune", "--days", "30")[:2] == (0, "已删除 2 条\nDeleted: 2\n".encode())
    assert report_of(filled, days=365).total.count == 8


@pytest.mark.parametrize("command", ["report", "export", "prune"])
@pytest.mark.parametrize(
    ("setting", "code", "said"),
    [
        ("off", 2, "WENCE_JOURNAL=off"),
        ("{tmp}/none.sqlite3", 1, "No journal is at"),
        ("{tmp}/garbage", 1, "cannot be used"),
        ("mysql://db/x", 2, "postgresql://user@host/database"),
        ("postgresql://u:s3cret@127.0.0.1:1/x", 1, "cannot be used"),
    ],
)
def test_what_is_wrong_is_said(
    command: str, setting: str, code: int, said: str, wence: Command, tmp_path: Path
) -> None:
    (tmp_path / "garbage").write_bytes(b"this is no database" * 100)
    got, out, err = wence(setting.format(tmp=tmp_path), command)
    assert (got, out) == (code, b"")
    assert said in err and "s3cret" not in err and "Traceback" not in err
    assert not (tmp_path / "none.sqlite3").exists()


def test_a_file_that_cannot_be_written_is_said(filled: str, wence: Command, tmp_path: Path) -> None:
    code, _, err = wence(filled, "export", "--out", str(tmp_path / "no" / "x.jsonl"))
    assert code == 2 and "cannot be written" in err
