"""What the journal keeps of an answer and of a visitor's opinion: bounded, and without personal data."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.answer import Answer, Timing
from bot.journal.masking import mask
from bot.plain import answer_text
from corpus.normal import normalize_question

MAX_QUESTION: Final = 2_000
MAX_ANSWER: Final = 20_000
MAX_REASON: Final = 1_000
"""Characters of each that are kept."""
_MAX_KEY: Final = 200
_MAX_LIST: Final = 200
"""Measures and districts of an answer that are kept."""
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNFINISHED: Final = re.compile(r"[\W\d_a-zA-Z]{1,80}\Z")
_BROKEN: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_CUT: Final = "…"
_NO_TIMING: Final = Timing()


@dataclass(frozen=True, slots=True)
class Noted:
    """An answer as it was given, not masked yet, without its proofs: for this process's memory alone."""

    id: str
    at: datetime
    answer: Answer
    measures: tuple[str, ...]
    visit: str
    request_id: str
    index_version: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and its answer as they are kept. `at` is in UTC, `day` the server's; times are milliseconds.

    `key` is the question as questions are compared: blanks, marks and width make no difference.
    """

    id: str
    at: datetime
    day: str
    visit: str
    request_id: str
    question: str
    key: str
    lang: str
    route: str
    completeness: str
    refusal: str | None
    confidence: str | None
    districts: tuple[str, ...]
    measures: tuple[str, ...]
    checked: int
    answer: str
    model: str | None
    index_version: str
    encode_ms: float
    search_ms: float
    compose_ms: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """Thumb up or down for the entry `id`, with the reason given; a later one takes its place."""

    id: str
    at: datetime
    up: bool
    reason: str


def new_id() -> str:
    """A random id of 32 characters: for an entry, or for a visit, which must say nothing of the visitor."""
    return secrets.token_hex(16)


def note(answer: Answer, visit: str, request_id: str, index_version: str) -> Noted:
    """An answer for the queue: cheap to make, and small whatever the answer proves."""
    measures = tuple(dict.fromkeys(citation.measure_id for citation in answer.citations))[:_MAX_LIST]
    small = replace(
        answer, citations=(), applicability=(), searched=(), text=_shortened(answer.text, MAX_ANSWER)
    )
    return Noted(new_id(), datetime.now(UTC), small, measures, visit, request_id, index_version)


def entry_of(noted: Noted) -> Entry:
    """What is kept of an answer: as plain text, cut to length and masked."""
    answer, timing = noted.answer, noted.answer.timing or _NO_TIMING
    question = kept_text(answer.question, MAX_QUESTION)
    return Entry(
        id=noted.id,
        at=noted.at,
        day=noted.at.astimezone().date().isoformat(),
        visit=plain_id(noted.visit),
        request_id=plain_id(noted.request_id),
        question=question,
        key=normalize_question(question)[:_MAX_KEY],
        lang=answer.lang,
        route=answer.route,
        completeness=answer.completeness,
        refusal=answer.refusal,
        confidence=answer.confidence,
        districts=tuple(kept_text(name, 64) for name in answer.districts[:_MAX_LIST]),
        measures=noted.measures,
        checked=answer.checked,
        answer=kept_text(answer_text(answer, colour=False), MAX_ANSWER),
        model=answer.model,
        index_version=noted.index_version[:64],
        encode_ms=round(timing.encode, 2),
        search_ms=round(timing.search, 2),
        compose_ms=round(timing.compose, 2),
    )


def opinion_of(said: Opinion) -> Opinion:
    """An opinion as it is kept: the reason cut and masked."""
    return replace(said, reason=kept_text(said.reason, MAX_REASON))


def plain_id(text: str) -> str:
    """An id as it may be kept: what is none, such as an address, is dropped."""
    return text if _ID.fullmatch(text) else ""


def kept_text(text: str, limit: int) -> str:
    """`text` masked, at most `limit` characters of it.

    U+FFFD stands for what databases do not take or terminals obey.
    """
    shortened = _shortened(text, limit)
    masked = mask(_BROKEN.sub("\ufffd", shortened))
    return masked if len(masked) <= limit and shortened == text else masked[: limit - 1] + _CUT


def _shortened(text: str, limit: int) -> str:
    """`text` cut at twice its limit, and not within a number: a part of one is no number to the mask."""
    return text if len(text) <= 2 * limit else _UNFINISHED.sub("", text[: 2 * limit])
