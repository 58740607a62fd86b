"""Names in pinyin of an English sentence beside Chinese measures: Yunping County is 云坪县."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from bot.grounding.evidence import Ground
from bot.grounding.words import any_of, data
from corpus.find import Mention, find_names

_CAPITAL = re.compile(r"(?<![A-Za-z'’])[A-Z][a-z]+(?:['’][a-z]+)?(?![A-Za-z])")
_SUFFIXES = ("xian", "qu", "shi")
FEWEST = 5
"""Letters of a name; shorter ones are English words as often."""


@cache
def _syllables() -> re.Pattern[str]:
    """A word that is nothing but syllables of pinyin."""
    return re.compile(f"(?:{any_of(data('pinyin')['syllables'].split())}){{2,5}}")


@cache
def _english() -> frozenset[str]:
    return frozenset(data("pinyin")["english"].split())


def unnamed(sentence: str, text: str, grounds: Sequence[Ground], source: Sequence[str] = ()) -> Iterator[str]:
    """Names in pinyin of a sentence (`text`: the same normalised) that stand in no measure.

    Those that the gazetteer knows are left to it. `source`: the Chinese sentences to have them, if known."""
    spelt = {match[0].lower().replace("’", "'") for match in _CAPITAL.finditer(sentence)}
    there = "".join(ground.text for ground in grounds)
    known = {name.words for ground in grounds for name in _known(text, ground)}
    for name in sorted(spelt - known):
        if len(name) < FEWEST or name in _english() or not _syllables().fullmatch(name.replace("'", "")):
            continue
        texts = (there, *(one.known.gazetteer.region for one in grounds if one.known))
        if _abbreviated(name, there) or any(_reads(name, one) for one in texts[1:]):
            continue
        if not _reads(name, there) or (source and not any(_reads(name, one) for one in source)):
            yield name


def _abbreviated(name: str, there: str) -> bool:
    """Whether a Chinese text has the character that stands for a province in pinyin: 川渝."""
    return any(short in there for short in data("pinyin")["provinces"].get(name.lower(), ""))


def _known(text: str, ground: Ground) -> Iterator[Mention]:
    if ground.known:
        yield from find_names(text, ground.known.gazetteer)


def _reads(name: str, there: str) -> bool:
    """Whether characters of a Chinese text read as a name in pinyin."""
    readings = _readings(there)
    bare = name.replace("'", "")
    shorter = (bare, *(bare.removesuffix(unit) for unit in _SUFFIXES if len(bare) > len(unit) + 2))
    return any(_read_from(one, readings, at) for one in set(shorter) for at in range(len(readings)))


def _read_from(name: str, readings: Sequence[tuple[str, ...]], at: int) -> bool:
    """Whether the characters from `at` on read as `name`."""
    if not name:
        return True
    return at < len(readings) and any(
        _read_from(name[len(one) :], readings, at + 1) for one in readings[at] if name.startswith(one)
    )


@lru_cache(256)
def _readings(text: str) -> tuple[tuple[str, ...], ...]:
    """Of each character all that it may be read as; of any other sign nothing."""
    from pypinyin import Style, pinyin

    spelt = pinyin(list(text), style=Style.NORMAL, heteronym=True)
    return tuple(tuple(one for one in each if one.isalpha() and one.isascii()) for each in spelt)
