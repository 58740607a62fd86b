"""Where the journal may be, and how that is said."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.journal.journal import Journal
from bot.journal.place import default_place, read_place
from corpus.errors import UsageError
from tests.bot.journal.conftest import ANSWER, kept, settings


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
