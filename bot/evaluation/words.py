"""The words of the report in both languages: text in `labels.toml`, never in code."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from string import Template

Both = tuple[str, str]
"""Chinese and English."""


def label(group: str, name: str) -> Both:
    """The words for a name; KeyError if there are none."""
    zh, en = _table()[group][name]
    return zh, en


def name_of(score: str) -> Both:
    """What a figure, such as ``hit@1`` or ``model: spoken``, is called; itself if it has no words."""
    group, _, detail = score.partition(": ")
    if not detail:
        return _said("score" if score in _table()["score"] else "figure", score)
    if group == "model":
        (zh, en), (zh_detail, en_detail) = label("column", "model"), name_of(detail)
        return f"{zh}:{zh_detail}", f"{en}: {en_detail}"
    (zh, en), (zh_detail, en_detail) = _said("score", f"{group}:"), _said("value", detail)
    return f"{zh}:{zh_detail}", f"{en}: {en_detail}"


def value_of(name: str) -> Both:
    """What a kind, a route or a refusal is called; itself if it has no words."""
    return _said("value", name)


def why(name: str, **values: object) -> Both:
    """Why a check finds fault, with its `$placeholders` filled; KeyError for a missing one."""
    zh, en = (
        Template(words).substitute({k: str(v) for k, v in values.items()}) for words in label("why", name)
    )
    return zh, en


def _said(group: str, name: str) -> Both:
    zh, en = _table()[group].get(name, [name, name])
    return zh, en


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    text = (resources.files("bot.evaluation") / "labels.toml").read_text(encoding="utf-8")
    table: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return table
