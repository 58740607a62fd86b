"""A stretch of time as an operator names it: 30d, 12h, 8w, or the day it begins."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from corpus.errors import UsageError

_SPAN: Final = re.compile(r"(\d{1,5})\s*([hdw])")
_UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def read_since(text: str, now: datetime | None = None) -> datetime:
    """When the stretch begins, in UTC; a day begins at the server's midnight. UsageError if it is neither."""
    now = now or datetime.now(UTC)
    try:
        if span := _SPAN.fullmatch(text.strip().lower()):
            return now - int(span[1]) * _UNITS[span[2]]
        return datetime.combine(date.fromisoformat(text.strip()), time()).astimezone(UTC)
    except ValueError as error:
        raise UsageError(
            f"看不懂时间 {text!r}。请写 30d(天)、12h(小时)、8w(周),或日期如 2026-01-31。",
            f"{text!r} is no time: write 30d (days), 12h (hours), 8w (weeks), or a date such as 2026-01-31.",
        ) from error
