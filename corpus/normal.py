"""Text as it is searched: one spelling for what people write in many ways.

`normalize` is used on what is embedded, tokenised and looked up, never on what
is quoted. It works character by character, so that every normalised character
can be traced to the source character it came from (`normalize_with_offsets`);
the price is that letters written with separate combining marks stay apart, and
that the few traditional characters whose simplified form depends on the word
get their commonest form, in texts and questions alike.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc

CJK = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
"""Han characters as the inside of a regular expression's character class."""

_DROPPED = frozenset({"Cc", "Cf", "Cs"})  # control, zero-width and other format characters, lone surrogates
_BLANKS = re.compile(r"\s+")
_GAP_IN_HAN = re.compile(rf"(?<=[{CJK}])[\s.·•_*|~^=-]+(?=[{CJK}])")
_REPEATED = re.compile(r"([^\w\s+#])\1+")
_DECORATION = re.compile(r"[*_|^=\u2022\u25a0-\u27bf]+")
_SHORT = 500
"""Texts of so many characters are remembered: some 8 MB in all."""
_OUTER = " ~.,;:!?·…。、-+#'\"`"


@dataclass(frozen=True, slots=True)
class Normalized:
    """Normalised text; ``starts[i]`` is the offset in the source of the character that gave ``text[i]``."""

    text: str
    starts: tuple[int, ...]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Half-open source offsets of ``text[start:end]``; ValueError where that is empty or outside."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no characters at {start}:{end} of {len(self.text)}")
        return self.starts[start], self.starts[end - 1] + 1


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1 << 16)
def _normal_character(char: str) -> str:
    """What one source character becomes: nothing, a blank, or one or more characters."""
    if char.isspace():
        return " "
    if unicodedata.category(char) in _DROPPED or "\ufe00" <= char <= "\ufe0f":
        return ""
    simplified: str = _simplifier().convert(unicodedata.normalize("NFKC", char))
    return simplified.lower()


def normalize(text: str) -> str:
    """Text for search: NFKC, simplified, lower case, white space collapsed and stripped.

    Control and zero-width characters and lone surrogates are dropped. Equal to
    ``normalize_with_offsets(text).text``. Never raises.
    """
    return _remembered(text) if len(text) <= _SHORT else _normal(text)


def _normal(text: str) -> str:
    return _BLANKS.sub(" ", "".join(map(_normal_character, text))).strip()


# One answer normalises its question and the sentences that it weighs a dozen times.
_remembered = lru_cache(maxsize=4096)(_normal)


def normalize_with_offsets(text: str) -> Normalized:
    """`normalize` that keeps, for every character, where in `text` it came from."""
    chars: list[str] = []
    starts: list[int] = []
    for offset, source in enumerate(text):
        for char in _normal_character(source):
            blank = char.isspace()
            if blank and (not chars or chars[-1] == " "):
                continue
            chars.append(" " if blank else char)
            starts.append(offset)
    if chars and chars[-1] == " ":
        chars.pop()
        starts.pop()
    return Normalized("".join(chars), tuple(starts))


def normalize_question(text: str) -> str:
    """`normalize` for what a person typed: stray punctuation no longer changes the search.

    Blanks and dots inside a run of Chinese are closed (``科 技.金融``), repeated
    and decorative marks reduced, and marks at either end taken off.
    """
    plain = _BLANKS.sub(" ", _DECORATION.sub(" ", normalize(text)))
    return _REPEATED.sub(r"\1", _GAP_IN_HAN.sub("", plain)).strip(_OUTER)
