"""Until when a call may run: told to the network by context, since no library passes it on."""

from __future__ import annotations

from contextvars import ContextVar
from math import inf

until: ContextVar[float] = ContextVar("until", default=inf)
"""When the call that runs in this context has to have ended, by the monotonic clock."""
