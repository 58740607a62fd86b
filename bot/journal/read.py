"""What the operator reads from the journal: counts for the report, entries for the export."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Text, case, cast, func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.journal.place import read_place
from bot.journal.store import GONE, Store
from bot.journal.tables import ENTRY, OPINION
from bot.settings import Settings
from corpus.errors import JournalError, UsageError, WenceError

_AT_A_TIME: Final = 500
_JOINED: Final = ENTRY.outerjoin(OPINION, ENTRY.c.id == OPINION.c.id)


@dataclass(frozen=True, slots=True)
class Count:
    """How often something was asked, and what people thought of the answers. `detail` tells it apart."""

    item: str
    count: int
    up: int
    down: int
    refused: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Speed:
    """The average milliseconds of each step of a route."""

    route: str
    encode_ms: float
    search_ms: float
    compose_ms: float


@dataclass(frozen=True, slots=True)
class Disliked:
    """An answer that somebody was not content with."""

    at: datetime
    question: str
    route: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """A stretch of the journal in numbers; every list has its greatest or latest first, days by date.

    `asked`, `unanswered` and `disliked` hold at most as many as were asked for, the others all.
    """

    since: datetime
    until: datetime
    total: Count
    visits: int
    days: tuple[Count, ...]
    asked: tuple[Count, ...]
    refusals: tuple[Count, ...]
    unanswered: tuple[Count, ...]
    disliked: tuple[Disliked, ...]
    districts: tuple[Count, ...]
    routes: tuple[Count, ...]
    speed: tuple[Speed, ...]


def open_to_read(settings: Settings) -> Store:
    """The database of the journal that the settings name; close it.

    UsageError if the journal is off, JournalError if there is none or it cannot be read.
    """
    place = read_place(settings.journal)
    if place is None:
        raise UsageError(
            "日志已关闭(WENCE_JOURNAL=off),没有可读的内容。", "The journal is off (WENCE_JOURNAL=off)."
        )
    store = Store(place)
    try:
        if not store.exists():
            raise JournalError(
                f"还没有日志:{place}。wence serve 启动后才会有;或用 WENCE_JOURNAL 指明位置。",
                f"No journal is at {place} yet. wence serve begins one; or set WENCE_JOURNAL to its place.",
            )
        store.prepare()
    except (*GONE, SQLAlchemyError) as error:
        store.close()
        raise cannot_use(store, error) from error
    except WenceError:
        store.close()
        raise
    return store


def read_report(store: Store, since: datetime, until: datetime, top: int) -> Report:
    """The numbers from `since` to `until`. JournalError if the database fails."""
    try:
        with store.engine.connect().execution_options(wence_reads=True) as connection:
            return _report(connection, since, until, top)
    except (*GONE, SQLAlchemyError) as error:
        raise cannot_use(store, error) from error


def read_entries(store: Store, since: datetime) -> Iterator[dict[str, Any]]:
    """Every entry from `since` on with its opinion (`up`, `reason`), oldest first, a few at a time in memory.

    JournalError if the database fails.
    """
    wish = (
        select(ENTRY, OPINION.c.up, OPINION.c.reason)
        .select_from(_JOINED)
        .where(ENTRY.c.at >= since)
        .order_by(ENTRY.c.at, ENTRY.c.id)
    )
    try:
        with store.engine.connect().execution_options(wence_reads=True, yield_per=_AT_A_TIME) as connection:
            for row in connection.execute(wish).mappings():
                yield dict(row)
    except (*GONE, SQLAlchemyError) as error:
        raise cannot_use(store, error) from error


def cannot_use(store: Store, error: Exception) -> JournalError:
    """The error that says why a database cannot be used."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()[:1]
    why = said[0] if said else type(error).__name__
    return JournalError(
        f"日志 {store.place} 无法使用:{why}。请检查文件权限、磁盘空间或数据库是否在运行。",
        f"The journal {store.place} cannot be used: {why}. "
        "Look at the file's rights, the free space, or whether the database runs.",
    )


def _report(connection: Connection, since: datetime, until: datetime, top: int) -> Report:
    within = (ENTRY.c.at >= since) & (ENTRY.c.at < until)
    refused = within & ENTRY.c.refusal.is_not(None)
    asked = _counts(func.max(ENTRY.c.question), within).group_by(ENTRY.c.key)
    unanswered = _counts(func.max(ENTRY.c.question), refused, ENTRY.c.refusal).group_by(
        ENTRY.c.key, ENTRY.c.refusal
    )
    total, visits = _total(connection, within)
    return Report(
        since=since,
        until=until,
        total=total,
        visits=visits,
        days=tuple(sorted(_by(connection, ENTRY.c.day, within), key=lambda day: day.item)),
        asked=_read(connection, _greatest(asked).limit(top)),
        refusals=_by(connection, ENTRY.c.refusal, refused),
        unanswered=_read(connection, _greatest(unanswered).limit(top)),
        disliked=_disliked(connection, within, top),
        districts=_districts(connection, within),
        routes=_by(connection, ENTRY.c.route, within),
        speed=_speed(connection, within),
    )


def _counts(item: ColumnElement[Any], where: ColumnElement[bool], *detail: ColumnElement[Any]) -> Select[Any]:
    """Item, count, liked, disliked, refused, and a detail where there is one; to be grouped."""
    return (
        select(
            item.label("item"),
            func.count().label("count"),
            func.sum(case((OPINION.c.up.is_(True), 1), else_=0)),
            func.sum(case((OPINION.c.up.is_(False), 1), else_=0)),
            func.sum(case((ENTRY.c.refusal.is_not(None), 1), else_=0)),
            *detail,
        )
        .select_from(_JOINED)
        .where(where)
    )


def _greatest(wish: Select[Any]) -> Select[Any]:
    return wish.order_by(func.count().desc(), "item")


def _read(connection: Connection, wish: Select[Any]) -> tuple[Count, ...]:
    return tuple(Count(str(item), *rest) for item, *rest in connection.execute(wish))


def _by(connection: Connection, column: ColumnElement[Any], where: ColumnElement[bool]) -> tuple[Count, ...]:
    return _read(connection, _greatest(_counts(column, where).group_by(column)))


def _total(connection: Connection, within: ColumnElement[bool]) -> tuple[Count, int]:
    """All entries, and how many visits they are from; those that came without one count for none."""
    row = connection.execute(_counts(func.count(func.distinct(func.nullif(ENTRY.c.visit, ""))), within)).one()
    return Count("", row[1], row[2] or 0, row[3] or 0, row[4] or 0), row[0]


def _disliked(connection: Connection, within: ColumnElement[bool], top: int) -> tuple[Disliked, ...]:
    wish = (
        select(ENTRY.c.at, ENTRY.c.question, ENTRY.c.route, OPINION.c.reason)
        .select_from(_JOINED)
        .where(within & OPINION.c.up.is_(False))
        .order_by(OPINION.c.at.desc(), ENTRY.c.id)
        .limit(top)
    )
    return tuple(Disliked(*row) for row in connection.execute(wish))


def _districts(connection: Connection, within: ColumnElement[bool]) -> tuple[Count, ...]:
    """By each district that an answer is for; an answer for two counts for both, one for none as ""."""
    lists = cast(ENTRY.c.districts, Text)
    sums: dict[str, Counter[int]] = {}
    for names, *numbers in connection.execute(_counts(lists, within).group_by(lists)):
        for name in json.loads(names) or [""]:
            sums.setdefault(name, Counter()).update(dict(enumerate(numbers)))
    counts = [Count(name, n[0], n[1], n[2], n[3]) for name, n in sums.items()]
    return tuple(sorted(counts, key=lambda each: (-each.count, each.item)))


def _speed(connection: Connection, within: ColumnElement[bool]) -> tuple[Speed, ...]:
    steps = (ENTRY.c.encode_ms, ENTRY.c.search_ms, ENTRY.c.compose_ms)
    wish = select(ENTRY.c.route, *map(func.avg, steps)).where(within).group_by(ENTRY.c.route)
    return tuple(Speed(route, *(round(ms, 1) for ms in means)) for route, *means in connection.execute(wish))


def forget_all(store: Store, before: datetime) -> int:
    """Delete all older than `before`; how many entries and opinions went. JournalError if it fails."""
    gone = 0
    try:
        while some := store.forget(before):
            gone += some
    except (*GONE, SQLAlchemyError) as error:
        raise cannot_use(store, error) from error
    return gone
