"""The tables of the journal as this release of Wence knows them; `migrations` makes and changes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (  # fmt: skip
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

METADATA = MetaData()


class Moment(TypeDecorator[datetime]):
    """A point in time: aware and in UTC here, which SQLite does not keep by itself."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As the database takes it."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """As Python has it."""
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


ENTRY = Table(
    "entry",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("day", String(10), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("question", Text, nullable=False),
    Column("key", String(200), nullable=False),
    Column("lang", String(8), nullable=False),
    Column("route", String(32), nullable=False),
    Column("completeness", String(32), nullable=False),
    Column("refusal", String(32)),
    Column("confidence", String(32)),
    Column("districts", JSON, nullable=False),
    Column("measures", JSON, nullable=False),
    Column("checked", Integer, nullable=False),
    Column("model", String(200)),
    Column("index_version", String(64), nullable=False),
    Column("encode_ms", Float, nullable=False),
    Column("search_ms", Float, nullable=False),
    Column("compose_ms", Float, nullable=False),
    # The last, for it is long, and the report can do without reading past it.
    Column("answer", Text, nullable=False),
    Index("entry_at", "at"),
)

OPINION = Table(
    "opinion",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("up", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Index("opinion_at", "at"),
)
