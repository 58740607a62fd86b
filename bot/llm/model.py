"""The model as the rest of the house sees it: messages in, text out in time, or ModelUnavailable."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import inf
from threading import BoundedSemaphore, Event
from time import monotonic
from typing import TYPE_CHECKING

from bot.llm.breaker import Breaker
from bot.llm.failure import Failure, read_failure, unavailable
from bot.llm.flow import Flow
from bot.llm.thinking import without_thoughts
from bot.prompts import Message
from bot.settings import Settings
from corpus.errors import ModelUnavailable

if TYPE_CHECKING:
    from bot.llm.chat import Stream

_LOG = logging.getLogger(__name__)
_CHARS_PER_TOKEN = 8
"""No token of an answer is longer on average: where a server does not keep the cap, its stream is cut."""
_TURN_SECONDS = 1.0
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 4.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one call: seconds to the next piece, seconds in all, tries after the first, tokens of the answer.
    Of all calls: how many at a time, failures in a row before a rest, seconds of rest.
    """

    first: float
    whole: float
    retries: int
    tokens: int
    parallel: int
    failures: int
    rest: float


class Model:
    """A language model with its limits. Safe to use from several threads."""

    def __init__(self, name: str, stream: Stream, limits: Limits) -> None:
        self.name, self.parallel, self.seconds = name, limits.parallel, limits.whole
        self.breaker = Breaker(limits.failures, limits.rest)
        self._stream, self._limits = stream, limits
        self._slots = BoundedSemaphore(limits.parallel)

    def write(self, messages: Sequence[Message], until: float = inf) -> Iterator[str]:
        """The answer in pieces as they come; what a visitor may see of it is for others to decide.

        Raises ModelUnavailable, at the latest after the whole time, or at `until` (of `time.monotonic`);
        some pieces may have come before. Closing the iterator early ends the call.
        """
        until = min(until, monotonic() + self._limits.whole)
        flow = self._begin(messages, until)
        try:
            yield from self._read(flow, until)
            self.breaker.worked()
        except GeneratorExit:
            self.breaker.left()
            raise
        except Exception as error:  # a provider's library may raise anything
            raise self._failed(error) from None
        finally:
            flow.close()

    def whole(self, messages: Sequence[Message]) -> str:
        """The answer in one text. Raises ModelUnavailable, at the latest after the whole time."""
        return "".join(self.write(messages))

    def _begin(self, messages: Sequence[Message], until: float) -> Flow:
        """A call that runs, after a moment's wait for its turn: the extract is ready, and so is the next."""
        if not self.breaker.enter():
            raise unavailable("resting")
        if not self._slots.acquire(timeout=min(_TURN_SECONDS, self._limits.first)):
            self.breaker.left()
            raise unavailable("busy")
        return Flow(lambda stop: self._tries(messages, until, stop), self._slots.release)

    def _read(self, flow: Flow, until: float) -> Iterator[str]:
        left, written = self._limits.tokens * _CHARS_PER_TOKEN, False
        while left > 0:
            piece = flow.take(min(until, monotonic() + self._limits.first))
            if piece is None:
                break
            written = written or bool(piece.strip())
            if piece:
                yield piece[:left]
            left -= len(piece)
        if not written:
            raise unavailable("empty")

    def _tries(self, messages: Sequence[Message], until: float, stop: Event) -> Iterator[str]:
        """The call, and again where it failed before anything came. Runs in the call's thread."""
        for number in count():
            begun = False
            try:
                for piece in without_thoughts(self._bounded(messages, until)):
                    begun = begun or bool(piece.strip())
                    yield piece
                return
            except Exception as error:  # a provider's library may raise anything
                pause = _pause(number, read_failure(error))
                last = number >= self._limits.retries or begun
                if last or pause is None or monotonic() + pause >= until or stop.wait(pause):
                    raise

    def _bounded(self, messages: Sequence[Message], end: float) -> Iterator[str]:
        from bot.llm.deadline import until

        until.set(end)
        return self._stream(messages)

    def _failed(self, error: Exception) -> ModelUnavailable:
        failure = Failure("empty") if isinstance(error, ModelUnavailable) else read_failure(error)
        resting = self.breaker.failed()
        _LOG.warning("model: %s, status %d%s", failure.reason, failure.status, "; rests" if resting else "")
        return unavailable(failure.reason)


def open_model(settings: Settings) -> Model | None:
    """The model of the settings, None where none is set. Nothing is sent yet.

    Raises UsageError where the settings cannot work or a package is missing.
    """
    if not settings.llm_model:
        return None
    from bot.llm.chat import open_chat

    return Model(settings.llm_model, open_chat(settings), limits_of(settings))


def limits_of(settings: Settings) -> Limits:
    """The limits of the settings."""
    return Limits(
        first=settings.llm_first_seconds,
        whole=settings.llm_seconds,
        retries=settings.llm_retries,
        tokens=settings.llm_max_tokens,
        parallel=settings.llm_parallel,
        failures=settings.llm_failures,
        rest=settings.llm_rest_seconds,
    )


def _pause(number: int, failure: Failure) -> float | None:
    """Seconds before the next try, doubling, half of it chance; None where trying again is no use."""
    if not failure.passing:
        return None
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**number)
    return max(failure.wait, longest * (0.5 + random.random() / 2))
