"""How often one address and one visit may ask, counted here or in Redis.

The counts are those of the library `limits`: a sliding window, a few bytes for each address. Where Redis
cannot be reached, questions go on, counted by this process alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from bot.settings import Settings
from bot.web.problems import Problem

_LOG = logging.getLogger(__name__)
_V6_HOME = 64
"""Bits of an IPv6 address that a home or an office has; the rest its owner picks at will."""
_QUIET_SECONDS = 60.0
"""So often it is said at most that Redis cannot be reached."""


class Limits:
    """Counts questions. Only for use in one event loop."""

    def __init__(self, settings: Settings) -> None:
        """The rates were checked when the settings were read. Redis is contacted by the first question."""
        self._address = _rates(settings.limit_address)
        self._visit = _rates(settings.limit_visit)
        self._here = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._redis = _redis(settings.limits_url) if settings.limits_url.startswith("redis") else None
        self._shared = SlidingWindowCounterRateLimiter(self._redis) if self._redis else self._here
        self._said_at = -_QUIET_SECONDS

    async def check(self, address: str, visit: str | None = None) -> None:
        """Count one question; raises Problem (too_many, with the seconds to wait) over the limit."""
        asked = [(rate, "address", _home_of(address)) for rate in self._address]
        asked += [(rate, "visit", visit[:64]) for rate in self._visit if visit]
        for rate, whose, who in asked:
            wait = await self._count(rate, whose, who)
            if wait is not None:
                raise Problem("too_many", retry_after=wait, details={"limit": str(rate), "per": whose})

    async def close(self) -> None:
        """Let go of Redis."""
        bridge = self._redis.bridge if self._redis else None
        if isinstance(bridge, RedispyBridge):
            await bridge.storage.aclose()

    async def _count(self, rate: RateLimitItem, *names: str) -> float | None:
        """The seconds to wait; None where there is room."""
        try:
            return await _hit(self._shared, rate, names)
        except StorageError as error:
            self._lost(error)
            return await _hit(self._here, rate, names)

    def _lost(self, error: StorageError) -> None:
        now = time.monotonic()
        if now - self._said_at >= _QUIET_SECONDS:
            self._said_at = now
            _LOG.warning("limits are counted by this process alone: %s", error.storage_error)


async def _hit(
    limiter: SlidingWindowCounterRateLimiter, rate: RateLimitItem, names: Sequence[str]
) -> float | None:
    if await limiter.hit(rate, *names):
        return None
    stats = await limiter.get_window_stats(rate, *names)
    return max(1.0, stats.reset_time - time.time())


def _rates(text: str) -> list[RateLimitItem]:
    return parse_many(text) if text else []


def _redis(url: str) -> RedisStorage:
    return RedisStorage(
        f"async+{url}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="wence",
        socket_connect_timeout=1,
        socket_timeout=1,
    )


def _home_of(address: str) -> str:
    """The address, of IPv6 the network of its owner."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Address(int(found) >> (128 - _V6_HOME) << (128 - _V6_HOME)))
