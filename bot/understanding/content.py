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
    pieces = (piece for run in _RUN.findall(text) for piece in _missing(run, said, passed="addable"))
    return [*english_ones, *(piece for piece in pieces if len(piece) >= _NEW)]


def covered(text: str, said: str) -> float:
    """The share of the Chinese characters of `text` that stand in `said` or may be added; 1 for none."""
    runs = _RUN.findall(text)
    length = sum(map(len, runs))
    gone = sum(len(piece) for run in runs for piece in _missing(run, said, passed="addable"))
    return 1 - gone / length if length else 1.0


def kept_share(question: str, rewritten: str) -> float:
    """The share of a question's own words that stand in its rewrite; 1 where it has none."""
    runs = _RUN.findall(pattern("rewrite", "loose").sub(" ", question))
    words = _own_english(question)
    there = _stems(rewritten)
    whole = sum(map(len, runs)) + sum(map(len, words))
    gone = sum(len(piece) for run in runs for piece in _missing(run, rewritten))
    gone += sum(len(word) for word in words if _stem(word) not in there)
    return 1 - gone / whole if whole else 1.0


def pairs(text: str) -> frozenset[str]:
    """The pairs of Chinese characters in a text, without the words that may be added."""
    runs = _RUN.findall(pattern("rewrite", "addable").sub(" ", text))
    return frozenset(run[start : start + 2] for run in runs for start in range(len(run) - 1))


def _missing(run: str, said: str, passed: str = "") -> Iterator[str]:
    """The pieces of a row whose characters are in no pair that was said, nor in words that are `passed`."""
    held = [False] * len(run)
    if len(run) == 1:
        held[0] = run in said
    for start in range(len(run) - 1):
        if run[start : start + 2] in said:
            held[start] = held[start + 1] = True
    for match in pattern("rewrite", passed).finditer(run) if passed else ():
        held[match.start() : match.end()] = [True] * len(match[0])
    for piece in re.finditer("0+", "".join(str(int(one)) for one in held)):
        yield run[piece.start() : piece.end()]


def _own_english(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if len(word) > 1 and not english().fullmatch(word)]


def _stems(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _WORD.findall(text))


def _stem(word: str) -> str:
    bare = _ENDING.sub("", word)
    return bare if len(bare) >= _LEAST_STEM else word
