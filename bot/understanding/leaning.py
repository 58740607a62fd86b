"""Whether a follow-up leans on what came before in a way that the rules have not resolved.

It is asked about a question that `bot.reading.followup.resolve` has left as it was. The answer is no for
most: a model's call costs seconds, and a question that stands by itself needs none.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.reading.clauses import clause_refs
from bot.reading.document import document_aspects
from bot.reading.keywords import keywords
from bot.reading.smalltalk import is_about_the_assistant, unclear_reason
from bot.reading.support import asks_for_list, asks_who_is_named, compares, is_enterprise, wants_support
from bot.understanding.words import pattern, whole
from corpus.normal import normalize_question

_LONGEST = 24
"""A longer Chinese question says itself what it is about; an English one has so many words at most / 2."""
_NAMED = 2
"""So many characters before a pronoun are something that it may mean."""
_CARRIES_ON = 14
"""So short is a question that carries on with the one before and names no new matter in full."""


def leans(text: str, history: Sequence[tuple[str, str]]) -> bool:
    """Whether `text` seems to need what came before, and something came before that it may need."""
    plain = normalize_question(text)
    if not plain or unclear_reason(plain) or is_about_the_assistant(plain) or not _substance(history):
        return False
    return seems_to_lean(plain)


def seems_to_lean(plain: str) -> bool:
    """The same by the words of a normalised question alone."""
    length = _length(plain)
    if length > _LONGEST:
        return False
    if _points_back(plain):
        return True
    if clause_refs(plain) or document_aspects(plain) or keywords(plain) or _answered_alone(plain):
        return False
    if is_bare_question(plain):
        return True
    carries_on = bool(pattern("leaning", "carries_on").search(plain)) and not asks_for_list(plain)
    return carries_on and length <= _CARRIES_ON


def _points_back(plain: str) -> bool:
    """Whether a pronoun points out of the question: nothing stands before it that it could mean."""
    match = pattern("leaning", "pronoun").search(pattern("leaning", "no_pronoun").sub(" ", plain))
    if not match:
        return False
    before = pattern("leaning", "carries_on").sub(" ", plain[: match.start()])
    if plain.isascii():
        words = (word.strip(",?!.'") for word in before.split())
        return all(whole("leaning", "bare").fullmatch(word) for word in words if word)
    return len(whole("leaning", "bare").sub("", before)) < _NAMED


def is_bare_question(plain: str) -> bool:
    """Whether it asks (why, how much, when) and says of nothing what about."""
    if plain.isascii():
        words = plain.split()
        return len(words) <= _LONGEST // 2 and all(
            whole("leaning", "bare").fullmatch(word.strip(",?!.'")) for word in words
        )
    return len(plain) <= _CARRIES_ON and bool(whole("leaning", "bare").fullmatch(plain))


def _answered_alone(plain: str) -> bool:
    """What rules answer without a matter: support in general, who is named, comparisons."""
    return wants_support(plain) or asks_who_is_named(plain) or compares(plain) or is_enterprise(plain)


def _substance(history: Sequence[tuple[str, str]]) -> bool:
    """Whether anything was asked before that a question could lean on."""
    asked = (normalize_question(question) for question, _ in history)
    return any(one and not unclear_reason(one) and not is_about_the_assistant(one) for one in asked)


def _length(plain: str) -> int:
    """In Chinese characters; an English word counts for two."""
    return 2 * len(plain.split()) if plain.isascii() else len(plain)
