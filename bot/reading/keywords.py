"""Which words a question wants found: 哪些条款提到科技特派员 → 科技特派员.

The frame of the question (哪些条款, 提到, 吗, …) is taken off; what is left is the keyword. Quoted
words are taken as they are. Works on normalised text (`corpus.normal.normalize`); the wordings are in
`patterns.toml`.
"""

from __future__ import annotations

import re
from functools import cache

from bot.reading.patterns import compile_alternatives, keyword_wordings
from corpus.normal import CJK

_QUOTED = re.compile(r"[“\"「『《‘'](?P<word>[^”\"」』》’']{1,60})[”\"」』》’']")
_HAN = re.compile(f"[{CJK}]+")
_LATIN_TEXT = re.compile(r"(?=.*[a-z]{3} [a-z]{2})[a-z]")
_QUESTIONS = re.compile(r"(?<=[?!。;])")
_JOINT = re.compile(r"\s*(?:、|,|和|与|及|以及|或者|或|还有|跟|\bor\b|\band\b)\s*")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        name: compile_alternatives(words) for name, words in keyword_wordings().items() if name != "frame"
    }


@cache
def _frames() -> tuple[re.Pattern[str], ...]:
    return tuple(compile_alternatives([frame]) for frame in keyword_wordings()["frame"])


def keywords(text: str) -> tuple[str, ...]:
    """The words that a normalised question wants found; empty when it asks for no words at all.

    A question word as keyword (怎么贷款, 什么) means that the question is about a matter, not about words.
    """
    if not _patterns()["mention"].search(text):
        return ()
    quoted = tuple(dict.fromkeys(match["word"].strip() for match in _QUOTED.finditer(text)))
    han = tuple(dict.fromkeys(_HAN.findall(text))) if _LATIN_TEXT.match(text) else ()
    if han or quoted:
        return han or quoted  # in an English question, the Chinese words are what is looked for
    words = tuple(dict.fromkeys(word for word in map(_bare, _JOINT.split(_phrase(text))) if word))
    return () if any(_patterns()["question_word"].search(word) for word in words) else words


def whole_phrase(text: str) -> str:
    """The keyword of a normalised question before it is split at 和, 与, 、: it may be a term by itself."""
    return _phrase(text)


def wants_all_together(text: str) -> bool:
    """Whether several keywords must stand in the same measure (同时提到A和B)."""
    return bool(_patterns()["together"].search(text))


def is_strict(text: str) -> bool:
    """Whether the wording asks for the words as such (提到, 出现), not loosely for a matter (涉及, 包括)."""
    return bool(_patterns()["strict"].search(text))


def _phrase(text: str) -> str:
    for part in _QUESTIONS.split(text):  # 有没有提到区块链?在哪一条?
        for frame in _frames():
            match = frame.search(part)
            word = _bare(match["word"]) if match else ""
            if word:
                return word
    return ""


def _bare(word: str) -> str:
    return _patterns()["tail_noise"].sub("", _patterns()["head_noise"].sub("", word.strip())).strip()
