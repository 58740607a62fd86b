"""Questions from the command line or from a `.jsonl` file, one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus.errors import UsageError, WenceError

MAX_FILE = 200 * 1024 * 1024
"""The largest question file that is read, in bytes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what came before it: `history` holds (question, answer) pairs, oldest first."""

    text: str
    id: str | int | None = None
    history: tuple[tuple[str, str], ...] = ()
    district: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class AskedFile:
    """The questions of a file, and a message for each line that is none."""

    questions: list[Asked] = field(default_factory=list)
    bad_lines: list[str] = field(default_factory=list)


def one_or_file(text: str | None, file: Path | None, district: str | None = None) -> AskedFile:
    """The one question given, or those of the file. UsageError unless exactly one of the two is given."""
    if (text is None) == (file is None):
        raise UsageError(
            "请给出一个问题,或用 --jsonl 指定文件,二者选一。",
            "Give one question, or a file with --jsonl, not both and not neither.",
        )
    if file is None:
        return AskedFile([Asked(text or "", district=district)])
    asked = read_questions(file)
    return AskedFile(
        [replace(one, district=one.district or district) for one in asked.questions], asked.bad_lines
    )


def read_questions(file: Path) -> AskedFile:
    """Every question of a file; blank lines are passed over, other bad lines are named in `bad_lines`.

    Raises WenceError if the file cannot be read, UsageError if it is too large.
    """
    try:
        if file.stat().st_size > MAX_FILE:
            raise UsageError(
                f"文件 {file} 太大:最多 {MAX_FILE >> 20} MiB。请拆开。",
                f"The file {file} is too large: at most {MAX_FILE >> 20} MiB. Split it.",
            )
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise WenceError(
            f"无法读取 {file}:{error.strerror}。请检查路径和权限。",
            f"Cannot read {file}: {error.strerror}. Check the path and its permissions.",
        ) from error
    asked = AskedFile()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            asked.questions.append(_question(json.loads(line)))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            asked.bad_lines.append(f"{file}:{number}: {_reason(error)}")
    return asked


def _question(record: object) -> Asked:
    if not isinstance(record, dict):
        raise TypeError("应为 JSON 对象 / expected a JSON object")
    text = record.get("question", record.get("text"))
    if not isinstance(text, str):
        raise TypeError('缺少文本字段 "question" / the text field "question" is missing')
    question_id = record.get("id")
    if question_id is not None and not isinstance(question_id, str | int):
        raise TypeError('"id" 应为文本或整数 / "id" must be text or an integer')
    district = record.get("district")
    if district is not None and not isinstance(district, str):
        raise TypeError('"district" 应为文本 / "district" must be text')
    return Asked(text, question_id, _history(record.get("history") or []), district)


def _history(pairs: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(pairs, list) or not all(isinstance(p, list) and len(p) == 2 for p in pairs):
        raise TypeError('"history" 应为 [[问,答], …] / "history" must be [[question, answer], …]')
    return tuple((str(question), str(answer)) for question, answer in pairs)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return f"不是 JSON / not JSON: {error}"
    return str(error)
