"""Who does and who gets in a piece of a sentence, read from the words beside a name; no syntax tree.

read_parties("鼓励银行为农户提供贷款")  →  银行 told, 农户 gets

A name is a stretch that ends like the name of a body or of people (企业, 办事处, 业主). What stands before it
says its part: 由X does, 向X and 给X get, 鼓励X is told; at the head of a piece before a verb it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from bot.grounding.words import any_of, listed, pattern, same, same_words
from corpus.facet_words import tail_names

Part = Literal["does", "told", "helped", "gets", "with", "other"]

_LONGEST = 14
_DOES = re.compile(r"(?:由|被|经|受|归|交由)$")
_GETS = re.compile(
    r"(?:(?<![方导定面])向|面向|对|给|(?<![作成行认位体象门是])为|对于|发给|针对|委托)(?:所在|当地|其|该|各)?$"
)
_WITH = re.compile(r"(?:与|和|同|跟|会同|联合|依托|通过|从|在|以)$")
_OBJECT = re.compile(r"(?:将|把)$")
_JOINT = re.compile("[、和与及或]|以及|或者")


@dataclass(frozen=True, slots=True)
class Party:
    """A named body or group at ``[start, end)`` of a piece, its part, and the words before it up to 的."""

    name: str
    part: Part
    start: int
    end: int
    modifier: str = ""


@cache
def _heads() -> re.Pattern[str]:
    guard = any_of(listed("no_party"))
    levels = listed("levels")
    heads = {*(tail for tail in tail_names() if len(tail) > 1), *listed("party_heads")}.difference(levels)
    long = any_of(heads.difference(("组织",))) + f"|(?:{any_of(levels)}){pattern('level_acts').pattern}"
    return re.compile(rf"(?P<guard>{guard})|(?P<head>{long}|(?<=[\u4e00-\u9fff]{{2}})[局厅委])")


@lru_cache(4096)
def read_parties(text: str) -> tuple[Party, ...]:
    """The parties of a normalised piece, in order; members of a list have the part of its first."""
    spans = list(_names(text))
    found: list[Party] = []
    while spans:
        size = 1
        while size < len(spans) and _JOINT.fullmatch(text[spans[size - 1][1] : spans[size][0]].lstrip("等")):
            size += 1
        part = _part(text, spans[0][0], spans[size - 1][1])
        for start, end in spans[:size]:
            found += [
                Party(name, part, start, end, _modifier(text[:start])) for name in _spelt(text, start, end)
            ]
        spans = spans[size:]
    return tuple(found)


def _spelt(text: str, start: int, end: int) -> tuple[str, ...]:
    """The names that stand there: 市财政 and 区财政 for 市、区财政."""
    name = text[start:end]
    level = re.search("([省市区县])[、和]$", text[:start])
    return (level[1] + name[1:], name) if level and name[0] in "市区县镇" else (name,)


def _names(text: str) -> Iterator[tuple[int, int]]:
    """Where names stand; one that ends where a longer one goes on is part of it."""
    heads = [match for match in _heads().finditer(text) if match["head"]]
    edge = 0
    for at, match in enumerate(heads):
        following = heads[at + 1] if at + 1 < len(heads) else None
        if following is not None and following.start() == match.end():
            continue  # 银行|机构, 社区|居民: the last head tells what it is
        start = edge
        for stop in pattern("name_stops").finditer(text, edge, match.end()):
            start = stop.end() if stop.end() <= match.start() else start
        start = max(start, match.end() - _LONGEST)
        edge = match.end()
        yield start, edge


def _modifier(before: str) -> str:
    """取得证书的 in 对取得证书的X; empty if none."""
    if not before.endswith("的"):
        return ""
    match = pattern("modified").search(before)
    return match["what"] if match else before


def _part(text: str, start: int, end: int) -> Part:
    before, after = re.sub("[省市区县][、和]$", "", text[:start]), text[end:].strip()
    modified = pattern("modified").search(before)
    if modified and not pattern("no_modifier").search(modified["what"]):
        before = before[: modified.start("what")]
        if before.endswith("对"):
            return "helped"
    if _DOES.search(before):
        return "does"
    if after.startswith(("之间", "间")) or (before.endswith("对") and re.match("的(?![^,]*的)", after)):
        return "other"
    if before == "对于":
        return "helped"
    if _GETS.search(before):
        return (
            "told" if re.search("(?<!针)对$", before) and "的" in after[1:] else "gets"
        )  # 对X购买Y的: X buys and gets
    if pattern("helps").search(before):
        return "helped"
    if pattern("tells").search(before):
        return "told"
    if _OBJECT.search(before):
        return "other"
    if _WITH.search(before) and before[:-1]:
        return "with"
    if not after:
        topic = (before.endswith("的") and not pattern("no_topic").search(before)) or re.fullmatch(
            "其[他余]|各|全[市省区]|本市|凡|对于", before
        )
        return "helped" if topic else "other"  # 新引进的博士,每人发放…: a topic, does or gets
    if after.startswith("的"):
        return "other"
    if not pattern("party_lead").fullmatch(before) or (
        before.endswith("的") and pattern("no_topic").search(before)
    ):
        return "other"
    return "gets" if pattern("gains").match(after) else "does"


@lru_cache(4096)
def like(name: str, other: str) -> bool:
    """Whether two names may mean one body: 区政府 and 区人民政府; not 市财政 and 区财政."""
    name, other = (one.replace("级", "").lstrip("各") for one in (name, other))
    if name == other:
        return True
    short, long = sorted((name, other), key=len)
    if short[-1] == long[-1] and _within(short, long):
        return True
    return any(
        _within(name.replace(word, to), other) for _, word in same_words().find(name) for to in same()[word]
    )


def _within(short: str, long: str) -> bool:
    """Whether all letters of a name come in the other, in their order."""
    rest = iter(long)
    return all(letter in rest for letter in short)
