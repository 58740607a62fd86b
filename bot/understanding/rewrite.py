"""Whether a question that a model rewrote may stand for the one that was asked.

It may if it is one question in the same language, holds nothing that was not spoken of (places, clauses,
numbers, documents, quotes, words), has kept all that the question itself said, and no longer leans on what
came before. The model saw texts that strangers wrote; that does not matter: only what it says is judged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final, Literal

from bot.phrases import Lang
from bot.prompts import NO_EVIDENCE
from bot.reading.clauses import clause_refs
from bot.reading.smalltalk import is_about_the_assistant, unclear_reason
from bot.understanding.content import covered, kept_share, new_words
from bot.understanding.denial import same_denials
from bot.understanding.leaning import seems_to_lean
from bot.understanding.source import Source, values
from bot.understanding.words import asked_kinds, pattern
from corpus.normal import CJK, normalize, normalize_question

Fault = Literal[
    "shape",
    "language",
    "unreadable",
    "same",
    "answer",
    "place",
    "clause",
    "document",
    "quote",
    "number",
    "word",
    "denial",
    "lost",
    "leans",
]
"""Why a rewrite is not used, in the order of the checks."""

LONGEST: Final = 300
COPIED: Final = 20
"""So many characters in a row may come from an answer; more is an answer."""
COVERED: Final = 0.9
"""The share of a rewrite's characters that stand in what was said, in words of two or more."""
KEPT: Final = 0.75
"""The share of a question's own characters that a rewrite has."""

_SEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_MARKS = re.compile(r"[<>\[\]{}`|\\*#$@~_=〔〕【】]|://|\bwww\.")
_QUOTES = (("“", "”"), ('"', '"'), ("「", "」"), ("『", "』"))
_QUOTED = re.compile(r"[“「『\"]([^“”「」『』\"]+)[”」』\"]|《([^》]+)》")
_HAN = re.compile(f"[{CJK}]")
_LATIN = re.compile("[A-Za-z]")


def cleaned(said: str) -> str:
    """A model's line without what stands around it: white space, a label, quotation marks."""
    text = pattern("answer", "label").sub("", said.strip())
    for opening, closing in _QUOTES:
        inner = text[1:-1]
        if (
            len(text) > 1
            and text[0] == opening
            and text[-1] == closing
            and not set(inner) & {opening, closing}
        ):
            return inner.strip()
    return text


def fault_of(said: str, lang: Lang, source: Source) -> Fault | None:
    """Why the cleaned rewrite `said` may not stand for the question of `source`; None if it may."""
    plain = normalize(said)
    if _is_misshapen(said, plain, source):
        return "shape"
    if not _is_in(lang, said):
        return "language"
    if unclear_reason(plain) or is_about_the_assistant(plain):
        return "unreadable"
    if normalize_question(said) == source.question:
        return "same"
    return next((name for name, fails in _CHECKS if fails(plain, source)), None)


def _is_misshapen(said: str, plain: str, source: Source) -> bool:
    """Not one line of words, too long, or with marks that the visitor's texts had lost."""
    unseen = any(unicodedata.category(char) in _SEEN for char in said)
    sentinel = NO_EVIDENCE.strip("〔〕")
    marks = _MARKS.search(re.sub(r"〔(?:19|20)\d{2}〕", "", plain))
    return (
        not plain
        or len(said) > LONGEST
        or unseen
        or bool(marks)
        or (sentinel in plain and sentinel not in source.spoken)
    )


def _is_in(lang: Lang, said: str) -> bool:
    """Whether a text is in a language; a few words of the other may stand in it."""
    latin, han = len(_LATIN.findall(said)), len(_HAN.findall(said))
    return latin > 3 * han if lang == "en" else han >= 2 and latin <= 3 * han


def _answers(plain: str, source: Source) -> bool:
    """A statement, several sentences, or a piece of an answer."""
    end = plain.rstrip(" ?。.!")
    if pattern("answer", "opener").search(plain) or re.search(r"[。!;?]|\. ", end):
        return True
    for start in range(len(plain) - COPIED):
        piece = plain[start : start + COPIED + 1]
        if any(piece in answer for answer in source.answers) and piece not in source.spoken:
            return True
    return any(_states(part, source) for part in re.split("[,:]", end)) or _states(plain, source)


def _states(part: str, source: Source) -> bool:
    """Whether a part asks nothing and says something that was not said in a question."""
    if pattern("answer", "asks").search(part) or part.strip() in source.spoken:
        return False
    return bool(pattern("answer", "declares").search(part))


def _new_place(plain: str, source: Source) -> bool:
    """Names a place that nobody asked about, or no longer one that the question names."""
    places = source.known.places_in(plain)
    if any(not place & source.places for place in places):
        return True
    named = frozenset(name for place in places for name in place)
    return any(not place & named for place in source.known.places_in(source.question))


def _new_clause(plain: str, source: Source) -> bool:
    return any(ref not in source.clauses or not source.known.has_clause(ref) for ref in clause_refs(plain))


def _new_document(plain: str, source: Source) -> bool:
    named = source.known.documents_in(plain)
    if named and not named <= source.documents:
        return True
    return not source.known.documents_in(source.question) <= named


def _new_quote(plain: str, source: Source) -> bool:
    quotes = (match[1] or match[2] for match in _QUOTED.finditer(plain))
    return any(quote not in source.text for quote in quotes)


def _other_number(plain: str, source: Source) -> bool:
    """A number that was not spoken of, or one of the question that is gone."""
    own = values(pattern("rewrite", "loose").sub(" ", source.question))
    there = values(plain)
    return not set(there) <= source.numbers or not set(own) <= set(there)


def _new_word(plain: str, source: Source) -> bool:
    """Words that stand nowhere in what was said."""
    rest = plain
    for name in sorted(source.known.words_in(plain), key=len, reverse=True):
        rest = rest.replace(name, " ")  # judged as a place; 荣昌 may have become 荣昌区
    return bool(new_words(rest, source.text)) or covered(rest, source.text) < COVERED


def _loses(plain: str, source: Source) -> bool:
    """What the question itself says is gone, or it asks for another kind of thing."""
    rest = source.question
    for name in sorted(source.known.words_in(rest), key=len, reverse=True):
        rest = rest.replace(name, " ")
    if kept_share(rest, plain) < KEPT:
        return True
    return not _kinds(source.question) <= _kinds(plain) <= _kinds(source.spoken)


def _kinds(text: str) -> frozenset[str]:
    """What a text asks for (why, when, how much)."""
    return frozenset(name for name, kind in asked_kinds().items() if kind.search(text))


def _denies_otherwise(plain: str, source: Source) -> bool:
    return not same_denials(plain, source.question, source.text)


def _still_leans(plain: str, source: Source) -> bool:
    return seems_to_lean(normalize_question(plain))


_CHECKS: Final[tuple[tuple[Fault, Callable[[str, Source], bool]], ...]] = (
    ("answer", _answers),
    ("place", _new_place),
    ("clause", _new_clause),
    ("document", _new_document),
    ("quote", _new_quote),
    ("number", _other_number),
    ("word", _new_word),
    ("denial", _denies_otherwise),
    ("lost", _loses),
    ("leans", _still_leans),
)
