"""The `meta.toml` beside a guideline: what is known of it that its text does not say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from corpus.errors import CorpusError
from corpus.measure import Meta, Note
from corpus.read import read_text

_DATES = ("published", "passed", "amended", "effective", "repealed", "valid_until")
_TEXTS = ("title", "issuer", "doc_no", *_DATES, "status", "source", "region")
_STATES = ("", "in_force", "repealed", "draft")
_ALLOWED = (*_TEXTS, "replaces", "accept", "notes")
_DATE = re.compile(r"(?:\d{4}(?:-\d{2}(?:-\d{2})?)?)?")
_NOTE_KEYS = ("measure", "text", "source")


def read_meta(path: Path) -> Meta:
    """The validated content of a `meta.toml`: dates ISO (2025, 2025-01 or 2025-01-08), unknown ones empty.

    CorpusError names the file and the key if the file is no TOML, or if a key is unknown or of
    the wrong type, a date not ISO, or `status` none of in_force, repealed, draft.
    """
    try:
        data = tomllib.loads(read_text(path).removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise CorpusError(
            f"{path} 不是有效的 TOML：{error}。请改正该处。",
            f"{path} is not valid TOML: {error}. Correct it there.",
        ) from error
    _check_keys(data, _ALLOWED, path, "")
    texts = {key: _text(data, key, path, "") for key in _TEXTS}
    _check_values(texts, path)
    return Meta(
        **texts,
        replaces=_texts(data, "replaces", path),
        accept=_texts(data, "accept", path),
        notes=tuple(_note(note, number, path) for number, note in enumerate(_tables(data, path), start=1)),
    )


def _check_keys(data: dict[str, object], allowed: tuple[str, ...], path: Path, where: str) -> None:
    unknown = sorted(set(data) - set(allowed))
    if unknown:
        raise CorpusError(
            f"{path}{where} 含未知的键：{'、'.join(unknown)}。可用的键：{'、'.join(allowed)}。请改名或删除。",
            f"{path}{where}: unknown key {', '.join(unknown)}. Allowed: {', '.join(allowed)}. "
            "Rename or remove it.",
        )


def _check_values(texts: dict[str, str], path: Path) -> None:
    for key in _DATES:
        if not _DATE.fullmatch(texts[key]):
            raise _wrong_type(path, key, "日期（如 2025-01-08）", "a date such as 2025-01-08", texts[key])
    if texts["status"] not in _STATES:
        raise _wrong_type(
            path, "status", "in_force、repealed 或 draft", "in_force, repealed or draft", texts["status"]
        )


def _text(data: dict[str, object], key: str, path: Path, where: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise _wrong_type(path, f"{where}{key}", "字符串", "a string", value)
    return value


def _texts(data: dict[str, object], key: str, path: Path) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong_type(path, key, "字符串列表", "a list of strings", value)
    return tuple(value)


def _tables(data: dict[str, object], path: Path) -> list[dict[str, object]]:
    value = data.get("notes", [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _wrong_type(path, "notes", "[[notes]] 表", "[[notes]] tables", value)
    return value


def _note(data: dict[str, object], number: int, path: Path) -> Note:
    where = f" [[notes]] {number}"
    _check_keys(data, _NOTE_KEYS, path, where)
    measure = data.get("measure")
    if not isinstance(measure, int) or isinstance(measure, bool) or measure < 1:
        raise _wrong_type(
            path, f"{where} measure", "正整数（条款编号）", "a positive number of a measure", measure
        )
    return Note(measure, _text(data, "text", path, where + " "), _text(data, "source", path, where + " "))


def _wrong_type(path: Path, key: str, wanted_zh: str, wanted_en: str, found: object) -> CorpusError:
    return CorpusError(
        f"{path} 的 {key.strip()} 类型不对：应为{wanted_zh}，实为 {found!r}。请改正。",
        f"{path}: {key.strip()} has the wrong type: expected {wanted_en}, found {found!r}. Correct it.",
    )
