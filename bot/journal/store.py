"""The database of the journal: moved to this release's tables, written in batches, thinned by age.

SQLite keeps a write-ahead log, so that a process killed in the middle leaves whole entries, and zeroes what
it deletes. A file that was removed or replaced is noticed before the next batch, and made anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from bot.journal.entry import Entry, Opinion
from bot.journal.place import Place
from bot.journal.tables import ENTRY, OPINION
from corpus.errors import JournalError, UsageError

GONE: Final = (OperationalError, InterfaceError, NoConnection, OSError, Timeout)
"""What is raised while the database cannot be reached or written: it may pass."""
BUSY_SECONDS: Final = 5.0
"""How long a lock that somebody else holds is waited for."""
_PATIENCE: Final = {"connect_timeout": 5, "keepalives_idle": 30, "tcp_user_timeout": 30_000}
"""For PostgreSQL: seconds, seconds, milliseconds until a server that says nothing counts as gone."""
_AT_A_TIME: Final = 1_000
_LOCK_KEY: Final = 0x57656E6365
"""Of PostgreSQL's advisory locks the one under which Wence moves tables."""


class Store:
    """One journal's database. For one thread at a time; several processes may each have one."""

    def __init__(self, place: Place, busy_seconds: float = BUSY_SECONDS) -> None:
        """Contacts nothing. UsageError if the URL makes no sense or the driver is not installed."""
        self.place = place
        self._busy = busy_seconds
        self.engine = _engine(place, busy_seconds)
        self._ready = False
        self._file: tuple[int, int] | None = None

    def prepare(self) -> None:
        """Make the file and its folder if there are none, and move the tables to this release.

        JournalError if they are of a later release; what `GONE` names if the database cannot be used.
        """
        self.close()
        if self.place.file is not None:
            _make_file(self.place.file)
            with FileLock(f"{self.place.file}.lock", timeout=self._busy):
                self._move()
            self._file = _identity(self.place.file)
        else:
            self._move()
        self._ready = True

    def is_ready(self) -> bool:
        """Whether `prepare` was done for the database that is there now."""
        return self._ready and (self.place.file is None or self._file == _identity(self.place.file))

    def exists(self) -> bool:
        """Whether anybody ever kept a journal there; raises as `GONE` if that cannot be found out."""
        if self.place.file is not None and not self.place.file.is_file():
            return False
        return inspect(self.engine).has_table(ENTRY.name)

    def add(self, entries: Sequence[Entry], opinions: Sequence[Opinion]) -> None:
        """Write all in one transaction; of two opinions of one entry the later one stays."""
        with self.engine.begin() as connection:
            if entries:
                connection.execute(ENTRY.insert(), [_row(entry) for entry in entries])
            for opinion in opinions:
                connection.execute(self._upsert(opinion))

    def forget(self, before: datetime) -> int:
        """Delete some of what is older than `before`, at most a thousand of each; how many went."""
        gone = 0
        for table in (ENTRY, OPINION):
            old = select(table.c.id).where(table.c.at < before).limit(_AT_A_TIME)
            with self.engine.begin() as connection:
                gone += connection.execute(delete(table).where(table.c.id.in_(old))).rowcount
        return gone

    def close(self) -> None:
        """Let go of every connection; the next call makes a new one."""
        self._ready = False
        self.engine.dispose()

    def _upsert(self, opinion: Opinion) -> Any:
        insert = postgresql.insert if self.place.file is None else sqlite.insert
        values = asdict(opinion)
        return (
            insert(OPINION).values(values).on_conflict_do_update(index_elements=[OPINION.c.id], set_=values)
        )

    def _move(self) -> None:
        with self.engine.begin() as connection:
            if self.place.file is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            _move(connection, self.place)


def _engine(place: Place, busy_seconds: float) -> Engine:
    if place.file is not None:
        url = URL.create("sqlite", database=str(place.file))
        engine = create_engine(url, connect_args={"timeout": busy_seconds}, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(
            place.url,
            pool_pre_ping=True,
            pool_size=1,
            connect_args=_PATIENCE,
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise UsageError(
            "日志要放在 PostgreSQL,但没有安装它的驱动。请运行 pip install 'wence[postgres]'。",
            "The journal is to be in PostgreSQL, whose driver is missing: pip install 'wence[postgres]'.",
        ) from error
    except (ArgumentError, ValueError) as error:
        raise UsageError(
            f"WENCE_JOURNAL 不是可用的地址:{place}。请写成 postgresql://用户:密码@主机:端口/库名。",
            f"WENCE_JOURNAL is no address of a database: {place}. "
            "Write postgresql://user:password@host:port/name.",
        ) from error


def _set_up_sqlite(connection: Any, record: Any) -> None:
    # Python would begin transactions late and end them early, before the tables are moved.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once, for who begins as a reader cannot wait for it.

    A connection with the execution option `wence_reads` takes none.
    """
    reads = connection.get_execution_options().get("wence_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _make_file(file: Path) -> None:
    """An empty file that its owner alone may read, unless there is one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def _identity(file: Path) -> tuple[int, int] | None:
    """What changes when a file is removed or another is put in its place."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _move(connection: Connection, place: Place) -> None:
    """Run the migrations that this database has not seen."""
    with _scripts() as folder:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        known = {script.revision for script in ScriptDirectory(str(folder)).walk_revisions()}
        found = MigrationContext.configure(connection).get_current_heads()
        if not known.issuperset(found):
            raise _newer(place, found)
        command.upgrade(config, "head")


@contextmanager
def _scripts() -> Iterator[Path]:
    with resources.as_file(resources.files("bot.journal") / "migrations") as folder:
        yield folder


def _row(entry: Entry) -> dict[str, Any]:
    return asdict(entry) | {"districts": list(entry.districts), "measures": list(entry.measures)}


def _newer(place: Place, found: Sequence[str]) -> JournalError:
    version = "、".join(found)
    return JournalError(
        f"日志 {place} 是更新版本的问策写的(结构 {version}),这个版本不认识。"
        "请升级问策,或用 WENCE_JOURNAL 换一个位置。",
        f"The journal {place} was written by a later release of Wence (tables {version}), "
        "which this one does not know. Upgrade Wence, or name another place with WENCE_JOURNAL.",
    )
