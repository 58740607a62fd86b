"""Where every question of the web is taken in: chat, REST and MCP.

Limits first, then a turn: a fixed number of threads answer, a bounded number of questions wait, and each
has its time. What cannot be answered is a Problem. A thread cannot be stopped, so a question that takes too
long keeps its turn until it is done, though nobody waits for it any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Literal, TypeVar

from bot.answer import Answer
from bot.live import Answering
from bot.questions_file import Asked
from bot.settings import Settings
from bot.speaking.speaker import Heard
from bot.web.limits import Limits
from bot.web.metrics import Metrics
from bot.web.problems import Problem
from bot.web.threads import Threads

_LOG = logging.getLogger(__name__)

Surface = Literal["chat", "api", "mcp"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, as far as the server knows: the address, the visit (an open page), and by which door."""

    address: str
    surface: Surface
    visit: str | None = None


Seen = Callable[[Answer, Visitor], str]
"""Told of each answer, in the thread that made it, returns the id of its entry or "": the journal."""


class Desk:
    """Answers for visitors, from one event loop."""

    def __init__(
        self, assistant: Answering, settings: Settings, metrics: Metrics, seen: Seen | None = None
    ) -> None:
        self._assistant = assistant
        self._settings = settings
        self._metrics = metrics
        self._seen = seen
        self._limits = Limits(settings)
        self._threads = Threads(settings.at_once, "wence-answer")
        self._inside = 0

    async def answer(self, asked: Asked, visitor: Visitor, heard: Heard | None = None) -> Answer:
        """The answer. Raises Problem: too_large, too_many, busy, too_slow, or fault (which is logged).

        `heard` is told, in another thread, what a language model says.
        """
        return (await self.noted(asked, visitor, heard))[0]

    async def noted(self, asked: Asked, visitor: Visitor, heard: Heard | None = None) -> tuple[Answer, str]:
        """The answer and the id of its entry in the journal, "" if it is in none. Raises as `answer` does."""
        try:
            self._check_size(asked)
        except Problem as problem:
            self._metrics.failed(problem)
            raise
        return await self.run(partial(self._answer, asked, visitor, heard, perf_counter()), visitor)

    async def run(self, job: Callable[[], T], visitor: Visitor) -> T:
        """What `job` returns, called in a thread like a question: counted, in turn. Raises Problem."""
        try:
            await self._limits.check(visitor.address, visitor.visit)
            return await self._in_turn(job)
        except Problem as problem:
            self._metrics.failed(problem)
            raise

    def recent(self, history: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """The latest turns of a history, as many as may come with a question."""
        most, left = self._settings.max_history, self._settings.max_history_chars
        kept: list[tuple[str, str]] = []
        for question, answer in reversed(history[-most:] if most else ()):
            left -= len(question) + len(answer)
            if left < 0:
                break
            kept.append((question, answer))
        return kept[::-1]

    async def close(self) -> None:
        """Take in nothing more; answers in the making end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._limits.close()

    def _check_size(self, asked: Asked) -> None:
        """A question over its length is answered, by saying so; a history over its size is refused."""
        settings = self._settings
        chars = sum(len(question) + len(answer) for question, answer in asked.history)
        if len(asked.history) > settings.max_history or chars > settings.max_history_chars:
            raise Problem("too_large", details={"field": "history"})

    async def _in_turn(self, job: Callable[[], T]) -> T:
        if self._inside >= self._settings.at_once + self._settings.waiting:
            raise Problem("busy", retry_after=self._settings.answer_seconds / 4)
        self._enter(1)
        in_context = partial(copy_context().run, _guarded, job)  # logs keep the request's id
        work = asyncio.get_running_loop().run_in_executor(self._threads, in_context)
        work.add_done_callback(lambda _: self._enter(-1))
        try:
            return await asyncio.wait_for(asyncio.shield(work), self._settings.answer_seconds)
        except TimeoutError:
            work.cancel()
            _LOG.warning("no answer within %g seconds", self._settings.answer_seconds)
            raise Problem("too_slow") from None
        except asyncio.CancelledError:  # the visitor is gone: a question that has no thread yet needs none
            work.cancel()
            raise

    def _enter(self, change: int) -> None:
        self._inside += change
        at_once = self._settings.at_once
        self._metrics.running.set(min(self._inside, at_once))
        self._metrics.waiting.set(max(0, self._inside - at_once))

    def _answer(self, asked: Asked, visitor: Visitor, heard: Heard | None, came: float) -> tuple[Answer, str]:
        """In a thread. No word of the question is logged unless that is wished for."""
        started = perf_counter()
        if self._settings.log_questions:
            _LOG.info("question %r", asked.text)
        answer = self._assistant.ask(asked.text, asked.history, asked.district, asked.role, heard)
        self._metrics.answered(answer, visitor.surface, started - came, perf_counter() - came)
        return answer, self._note(answer, visitor)

    def _note(self, answer: Answer, visitor: Visitor) -> str:
        if self._seen is None:
            return ""
        try:
            return self._seen(answer, visitor)
        except Exception:
            _LOG.exception("the journal failed; the answer goes out all the same")
            return ""


def _guarded(job: Callable[[], T]) -> T:
    """What the job returns; a fault of ours is logged, and is a Problem."""
    try:
        return job()
    except Problem:
        raise
    except Exception as error:
        _LOG.exception("no answer")
        raise Problem("fault") from error


def asked_by(text: str, history: Sequence[tuple[str, str]], district: str | None, role: str | None) -> Asked:
    """A question as the web sends it."""
    return Asked(text, None, tuple(history), district, role)
