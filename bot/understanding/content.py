"""The words of a rewritten question and of what was said before it, compared character by character.

Chinese is compared in pairs of characters: a word counts as said if every pair in it was. English is
compared in words without their endings. Words that ask, join or name nothing are passed over. Works on
normalised texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.understanding.words import english, pattern
from corpus.normal import CJK

_RUN = re.compile(f"[{CJK}]+")
_WORD = re.compile(r"[a-z][a-z'’-]*")
_ENDING = re.compile(r"(?:'s|’s|s|es|ed|ing|d)$")
_LEAST_STEM = 3
_NEW = 2
"""So many characters side by side that were not said are a word of the model's own."""


def new_words(text: str, said: str) -> list[str]:
    """The words of `text` that do not stand in `said`: English ones, and Chinese pieces of two or more."""
    there = _stems(said)
    english_ones = [word for word in _own_english(text) if _stem(word) not in there]
    pieces = (piece for run in _runs(text) for piece in _missing(run, said))
    return [*english_ones, *(piece for piece in pieces if len(piece) >= _NEW)]


def covered(text: str, said: str) -> float:
    """The share of the Chinese characters of `text` that stand in `said`; 1 where there are none."""
    runs = _runs(text)
    length = sum(map(len, runs))
    gone = sum(len(piece) for run in runs for piece in _missing(run, said))
    return 1 - gone / length if length else 1.0


def kept_share(question: str, rewritten: str) -> float:
    """The share of a question's own words that stand in its rewrite; 1 where it has none."""
    rest = pattern("rewrite", "loose").sub(" ", question)
    runs = _RUN.findall(rest)
    words = _own_english(question)
    there = _stems(rewritten)
    whole = sum(map(len, runs)) + sum(map(len, words))
    gone = sum(len(piece) for run in runs for piece in _missing(run, rewritten))
    gone += sum(len(word) for word in words if _stem(word) not in there)
    return 1 - gone / whole if whole else 1.0


def pairs(text: str) -> frozenset[str]:
    """The pairs of Chinese characters in a text, without the words that may be added."""
    return frozenset(run[start : start + 2] for run in _runs(text) for start in range(len(run) - 1))


def _runs(text: str) -> list[str]:
    """The rows of Chinese characters without the words that may be added."""
    return _RUN.findall(pattern("rewrite", "addable").sub(" ", text))


def _missing(run: str, said: str) -> Iterator[str]:
    """The pieces of a row whose characters are in no pair that was said."""
    held = [False] * len(run)
    if len(run) == 1:
        held[0] = run in said
    for start in range(len(run) - 1):
        if run[start : start + 2] in said:
            held[start] = held[start + 1] = True
    for match in re.finditer("0+", "".join(str(int(one)) for one in held)):
        yield run[match.start() : match.end()]


def _own_english(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if len(word) > 1 and not english().fullmatch(word)]


def _stems(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _WORD.findall(text))


def _stem(word: str) -> str:
    bare = _ENDING.sub("", word)
    return bare if len(bare) >= _LEAST_STEM else word
