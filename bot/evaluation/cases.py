"""Questions with what a right answer shows, from a `.jsonl` file; docs/evaluation.md has the fields."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.answer import Answer
from bot.questions_file import Asked, read_questions
from corpus.errors import UsageError, WenceError
from corpus.reach import ROUTES
from index.hits import Hit

Ref = int | str
"""A measure by its number, or by its id where several documents have that number; or another name."""

SETS = ("numbers", "districts", "documents", "labels", "listed", "searched", "applies", *ROUTES)
"""Fields that name a whole set: the answer must have all of it and nothing else."""

_OTHER_NAMES = {"refusal": "refuse", "contains": "must_contain"}
_REFUSALS = ("out_of_scope", "other_place", "not_in_text", "unclear")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a right answer shows. What is empty or None is not looked at.

    `gold` are measures that answer the question, `first` those of which one is quoted first, `absent`
    those that are neither quoted nor said to apply, and words (without #) that the answer does not say;
    `sets` are by the names of `SETS`.
    """

    kind: str
    gold: frozenset[Ref]
    must_contain: tuple[str, ...]
    refuse: str | None
    routes: tuple[str, ...] = ()
    completeness: str | None = None
    first: frozenset[Ref] = frozenset()
    absent: frozenset[Ref] = frozenset()
    sets: Mapping[str, frozenset[Ref]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what was expected and what came."""

    asked: Asked
    expected: Expected
    answer: Answer
    hits: tuple[Hit, ...]

    @property
    def cited(self) -> frozenset[int]:
        """The measure numbers that the answer cites."""
        return frozenset(citation.number for citation in self.answer.citations)


@dataclass(frozen=True, slots=True)
class Known:
    """A question, what is expected of it, and the part of the file that it belongs to."""

    asked: Asked
    expected: Expected
    split: str | None


def among(wanted: Collection[Ref], number: int, measure_id: str) -> bool:
    """Whether a measure is one of those named by number or by id."""
    return number in wanted or measure_id in wanted


def as_named(measures: Iterable[tuple[int, str]], like: Collection[Ref]) -> frozenset[Ref]:
    """Measures (number, id) by their ids if `like` holds ids, else by their numbers."""
    by_id = any(isinstance(ref, str) for ref in like)
    return frozenset(measure_id if by_id else number for number, measure_id in measures)


def read_known(file: Path) -> list[Known]:
    """Every question of a file. Raises WenceError for a file or a line that cannot be used."""
    asked = read_questions(file)
    if asked.bad_lines:
        raise WenceError(
            "问题文件有误:\n" + "\n".join(asked.bad_lines),
            "The question file has bad lines; correct them first.",
        )
    records = [json.loads(line) for line in file.read_bytes().splitlines() if line.strip()]
    return [_known(one, record) for one, record in zip(asked.questions, records, strict=True)]


def choose(known: Sequence[Known], split: str | None) -> list[Known]:
    """The questions of one part, or all. UsageError, with the parts that there are, for one without any."""
    chosen = [one for one in known if split in (None, one.split)]
    if not chosen:
        parts = ", ".join(sorted({one.split for one in known if one.split})) or "-"
        raise UsageError(
            f"文件中没有{f'属于 {split} 的' if split else ''}问题。已有的部分:{parts}。",
            f"There is no question{f' of the split {split}' if split else ''}. Splits in the file: {parts}.",
        )
    return chosen


def _known(asked: Asked, record: Mapping[str, object]) -> Known:
    role, split = record.get("role"), record.get("split")
    whole = replace(asked, role=role if isinstance(role, str) else None)
    return Known(whole, _expected(record), str(split) if split else None)


def _expected(record: Mapping[str, object]) -> Expected:
    """What is expected, from the record itself and from its `expect`."""
    inner = record.get("expect")
    inner = {} if inner is None else inner
    if not isinstance(inner, Mapping):
        raise _bad(record, "expect", "对象", "an object")
    fields = {_OTHER_NAMES.get(name, name): value for name, value in {**record, **inner}.items()}
    routes = _routes(record, fields.get("route"))
    refuse = fields.get("refuse")
    if refuse and refuse not in _REFUSALS:
        raise _bad(record, "refuse", "、".join(_REFUSALS), f"one of {', '.join(_REFUSALS)}")
    kind = fields.get("kind") or ("refusal" if refuse else routes[0] if routes else "topic")
    completeness = fields.get("completeness")
    return Expected(
        str(kind),
        _refs(record, fields, "gold"),
        _texts(record, fields, "must_contain"),
        str(refuse) if refuse else None,
        routes,
        str(completeness) if completeness else None,
        _refs(record, fields, "first"),
        _refs(record, fields, "absent"),
        {name: _refs(record, fields, name) for name in SETS if fields.get(name) is not None},
    )


def _routes(record: Mapping[str, object], routes: object) -> tuple[str, ...]:
    if isinstance(routes, str):
        return (routes,)
    return _texts(record, {"route": routes}, "route")


def _refs(record: Mapping[str, object], fields: Mapping[str, object], name: str) -> frozenset[Ref]:
    values = fields.get(name)
    values = [] if values is None else values
    if not isinstance(values, list) or not all(type(value) in (int, str) for value in values):
        raise _bad(record, name, "编号或名称的列表", "a list of numbers or names")
    return frozenset(values)


def _texts(record: Mapping[str, object], fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    values = fields.get(name)
    values = [] if values is None else values
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _bad(record, name, "文本的列表", "a list of texts")
    return tuple(values)


def _bad(record: Mapping[str, object], name: str, zh: str, en: str) -> WenceError:
    which = record.get("id") or record.get("question")
    return WenceError(f"问题“{which}”的 {name} 应为{zh}。", f"{name} of the question “{which}” must be {en}.")
