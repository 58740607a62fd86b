"""Where the journal is: a file of SQLite, a PostgreSQL server, or nowhere. Cheap to import."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from corpus.errors import UsageError

_OFF: Final = frozenset({"", "off", "none", "no", "false", "0"})
_PASSWORD: Final = re.compile(r"(?<=://)([^/@\s:]*):[^/\s]*(?=@)")
_SECRET: Final = re.compile(r"([?&](?:password|sslpassword)=)[^&]*", re.IGNORECASE)
_SERVERS: Final = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class Place:
    """Either `file`, SQLite's, or `url`, a PostgreSQL server's as SQLAlchemy takes it (with its password)."""

    file: Path | None = None
    url: str = field(default="", repr=False)

    def __str__(self) -> str:
        """The place for people to read, without a password."""
        return str(self.file) if self.file else without_password(self.url)


def default_place() -> str:
    """`journal.sqlite3` in the user's data folder."""
    return str(user_data_path("wence", appauthor=False) / "journal.sqlite3")


def read_place(setting: str) -> Place | None:
    """The place that ``WENCE_JOURNAL`` names; None for "off" or nothing. UsageError if it is neither."""
    setting = setting.strip()
    if setting.lower() in _OFF:
        return None
    scheme, found, rest = setting.partition("://")
    if not found or scheme == "sqlite":
        return _file(Path(rest.removeprefix("/") if found else setting).expanduser())
    if scheme.split("+")[0] not in _SERVERS or not rest:
        shown = without_password(setting)
        raise UsageError(
            f"WENCE_JOURNAL 的值无法使用:{shown}。请写一个文件路径、postgresql://用户@主机/库名,或 off。",
            f"WENCE_JOURNAL cannot be {shown}: give a file, postgresql://user@host/database, or off.",
        )
    return Place(url=f"postgresql+psycopg://{rest}")


def _file(file: Path) -> Place:
    if file.is_dir():
        raise UsageError(
            f"WENCE_JOURNAL 是一个文件夹:{file}。请写出文件名,如 {file / 'journal.sqlite3'}。",
            f"WENCE_JOURNAL is a folder: {file}. Name a file, such as {file / 'journal.sqlite3'}.",
        )
    return Place(file=file)


def without_password(url: str) -> str:
    """`url` with its password as three stars: for logs, messages and lists of settings."""
    return _SECRET.sub(r"\1***", _PASSWORD.sub(r"\1:***", url))
