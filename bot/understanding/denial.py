"""Whether a rewritten question denies what was denied, and nothing else (没有抵押 must not become 有抵押)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.grounding import words as grounding
from bot.understanding.words import pattern
from corpus.normal import CJK

_BEHIND = re.compile(f"[{CJK}]{{2}}|[a-z]+")
_SPAN = 12
"""What is denied begins so near behind the sign."""


def same_denials(rewritten: str, question: str, said: str) -> bool:
    """Whether `rewritten` has the denials of `question`, none that was not `said`, and turns none round."""
    mine, theirs = list(_denied(rewritten)), list(_denied(said))
    if not set(mine) <= set(theirs) or not set(_denied(question)) <= set(mine):
        return False
    return not any(_affirms(what, rewritten) and not _affirms(what, said) for what in theirs if what)


def denies(text: str) -> bool:
    """Whether a normalised text denies anything."""
    return any(True for _ in _denied(text))


def _denied(text: str) -> Iterator[str]:
    """What is denied, one word for each sign; "" where nothing follows it."""
    masked = _masked(text)
    for sign in _signs(masked):
        behind = _BEHIND.search(masked, sign.end(), sign.end() + _SPAN)
        yield behind[0] if behind else ""


def _affirms(what: str, text: str) -> bool:
    """Whether the words stand in a text somewhere without a sign of denial before them."""
    masked = _masked(text)
    taken = {
        behind.start()
        for sign in _signs(masked)
        if (behind := _BEHIND.search(masked, sign.end(), sign.end() + _SPAN))
    }
    return any(match.start() not in taken for match in re.finditer(re.escape(what), masked))


def _signs(masked: str) -> list[re.Match[str]]:
    found = [*grounding.pattern("negation").finditer(masked), *grounding.english("negation").finditer(masked)]
    return sorted(found, key=re.Match.start)


def _masked(text: str) -> str:
    """The text with forms that deny nothing (有没有, 不断) blotted out, lengths kept."""
    for harmless in (pattern("answer", "no_denial"), grounding.pattern("no_negation")):
        text = harmless.sub(lambda match: " " * len(match[0]), text)
    return text
