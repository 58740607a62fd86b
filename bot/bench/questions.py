"""The questions of a benchmark: those that come along, or a file of one's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.bench.figures import BenchQuestion
from corpus.errors import UsageError

_QUESTION = TypeAdapter(BenchQuestion)


def packaged_questions() -> tuple[BenchQuestion, ...]:
    """Lay questions on the guideline that comes along, each with the measures that answer it."""
    text = (resources.files("bot") / "data" / "bench.jsonl").read_text(encoding="utf-8")
    return tuple(_QUESTION.validate_json(line) for line in text.splitlines())


def questions_of(file: Path) -> tuple[BenchQuestion, ...]:
    """The questions of a `.jsonl` file: `question`, and `gold` where it is known.

    Raises UsageError that names the line which is no question, or says that there is none.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(str(file), str(error)) from error
    found = [_question(line, f"{file}:{i}") for i, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise _unreadable(str(file), "no question in it")
    return tuple(found)


def _question(line: str, place: str) -> BenchQuestion:
    try:
        return _QUESTION.validate_json(line)
    except ValidationError as error:
        raise _unreadable(place, error.errors()[0]["msg"]) from error


def _unreadable(place: str, reason: str) -> UsageError:
    return UsageError(
        f'无法读取评测问题 {place}:{reason}。每行应为 {{"question": "…", "gold": [条款号]}},请改正。',
        f"Cannot read benchmark questions, {place}: {reason}. "
        'Each line should be {"question": "…", "gold": [measure numbers]}; correct it.',
    )
