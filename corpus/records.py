"""A ``.jsonl`` of records that were already split → Guideline, ids kept."""

from __future__ import annotations

import json
from pathlib import Path

from corpus.errors import CorpusError
from corpus.lines import Lines
from corpus.measure import Guideline, Measure, Meta
from corpus.read import read_text
from corpus.sentences import split_sentences

MAX_BYTES = 512 * 1024 * 1024
"""Records are split already and are not parsed: a file may hold a million of them."""
_FIELDS = ("id", "title", "text")


def read_records(path: Path) -> Guideline:
    """Each line ``{"id": …, "title": …, "text": …}`` as a measure; further fields are ignored.

    Spans are offsets into the record's own text, and the guideline's `source` is empty.
    CorpusError names file and line for broken JSON, a missing or wrong field, and an id used twice.
    """
    measures: list[Measure] = []
    lines: dict[str, int] = {}
    # str.splitlines would also cut at U+2028 and the like, which JSON allows inside a string.
    for number, line in enumerate(read_text(path, MAX_BYTES).removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        measure = _measure(line, len(measures) + 1, f"{path}:{number}")
        if measure.id in lines:
            raise _duplicate(path, number, measure.id, lines[measure.id])
        lines[measure.id] = number
        measures.append(measure)
    meta = Meta(title=path.stem)
    return Guideline(path.stem, "", meta, (), tuple(measures), records=True)


def _measure(line: str, number: int, where: str) -> Measure:
    record_id, title, text = _fields(line, where)
    lines = Lines.of(text)
    span = lines.span(0, len(text))
    return Measure(record_id, number, "", title, (), text, span, span, split_sentences(lines, span))


def _fields(line: str, where: str) -> tuple[str, str, str]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise CorpusError(
            f"{where} 不是有效的 JSON：{error}。每行应为一个完整的 JSON 对象，请改正该行。",
            f"{where} is not valid JSON: {error}. Each line must be one whole JSON object; correct it.",
        ) from error
    if not isinstance(record, dict):
        raise _wrong(where, "record", record, "一个 JSON 对象", "a JSON object")
    values = [record.get(field, "" if field == "title" else None) for field in _FIELDS]
    for field, value in zip(_FIELDS, values, strict=True):
        if not isinstance(value, str) or (field != "title" and not value.strip()):
            raise _wrong(where, field, value, "非空字符串", "a string that is not empty")
    return str(values[0]), str(values[1]), str(values[2])


def _wrong(where: str, field: str, found: object, wanted_zh: str, wanted_en: str) -> CorpusError:
    return CorpusError(
        f"{where} 的 {field} 不对：应为{wanted_zh}，实为 {found!r}。请改正该行。",
        f"{where}: {field} is wrong: expected {wanted_en}, found {found!r}. Correct the line.",
    )


def _duplicate(path: Path, number: int, record_id: str, first: int) -> CorpusError:
    return CorpusError(
        f"{path}:{number} 的 id 重复：“{record_id}” 已在第 {first} 行用过。每条记录的 id 应唯一，请改正。",
        f"{path}:{number}: id {record_id!r} was already used on line {first}. Give every record its own id.",
    )
