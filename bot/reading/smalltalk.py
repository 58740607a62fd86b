"""What is no question to a policy document: nothing, greetings, strings of letters, talk about the assistant.

Works on normalised text; the wordings are in `patterns.toml`.
"""

from __future__ import annotations

import re
from functools import cache

from bot.reading.patterns import compile_alternatives, small_talk_wordings
from corpus.normal import CJK

_WORD = re.compile(r"[\w\u4e00-\u9fff]")
_HAN = re.compile(f"[{CJK}]")
_LATIN = re.compile(r"[a-z]+")
_VOWEL = re.compile(r"[aeiouy]")
_MOST_CONSONANTS = 5


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: compile_alternatives(words) for name, words in small_talk_wordings().items()}


def unclear_reason(text: str) -> str:
    """Why a normalised text is no readable question: empty, greeting, gibberish; "" if it may be one."""
    if not _WORD.search(text):
        return "empty"
    if _patterns()["greeting"].fullmatch(text):
        return "greeting"
    return "gibberish" if _is_gibberish(text) or _is_code(text) else ""


def is_about_the_assistant(text: str) -> bool:
    """Whether it speaks to or about the assistant itself (who are you, ignore your instructions)."""
    return bool(_patterns()["assistant"].search(text))


def speaks_of_policy(text: str) -> bool:
    """Whether it speaks of what policies are about (support, subsidies, applying), whatever the field."""
    return bool(_patterns()["policy"].search(text))


def _is_code(text: str) -> bool:
    """Mark-up, a query, a path or a template and no Han: nothing that was put to a document as a question."""
    return not _HAN.search(text) and bool(_patterns()["code"].search(text))


def _is_gibberish(text: str) -> bool:
    """Hardly any different characters, no letters at all, or Latin letters that form no word."""
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return not re.search(r"\(\d{1,3}\)", text)  # (7) points at a clause, a bare number at nothing
    if len(set(letters)) == 1 and len(letters) > 1:
        return True
    words = _LATIN.findall(text)
    if sum(map(len, words)) != len(letters):
        return False  # there is Han (or another script) beside the Latin letters
    return all(_is_no_word(word) for word in words)


def _is_no_word(word: str) -> bool:
    """Looks like no English word: no vowel, one letter repeated, consonants or neighbouring keys in a row."""
    if len(word) == 1 or not _VOWEL.search(word) or len(set(word)) == 1:
        return True
    runs = _VOWEL.split(word)
    return any(len(run) > _MOST_CONSONANTS for run in runs) or bool(_patterns()["keyboard"].search(word))
