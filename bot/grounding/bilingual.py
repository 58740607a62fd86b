"""English terms of policies beside Chinese measures, by the table of `english_terms.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from bot.grounding.words import data
from corpus.lookup import Lookup, goes_on


@cache
def terms() -> dict[str, tuple[str, ...]]:
    """By English word or phrase in each of its forms, the Chinese words for it."""
    found: dict[str, tuple[str, ...]] = {}
    for line in (
        line for text in data("english_terms")["terms"].values() for line in text.strip().splitlines()
    ):
        english, chinese = line.split(":")
        for word in map(str.strip, english.split(",")):
            for form in _forms(word):
                found.setdefault(form, tuple(chinese.split()))
    return found


@cache
def _lookup() -> Lookup:
    shields = (one.strip() for one in data("english_terms")["shields"]["words"].replace("\n", " ").split(","))
    return Lookup.of(terms(), (one for one in shields if one))


def _forms(word: str) -> Iterator[str]:
    """The forms of a noun, or of the verb that a `*` marks; of a phrase, of its last word."""
    verb, word = word.endswith("*"), word.rstrip("*")
    stem = word[:-1] if re.search("[^aeiou]y$", word) else ""
    yield word
    if verb:
        bare = word.removesuffix("e")
        yield from (f"{bare}ing", f"{word}ing", f"{stem}ied" if stem else f"{bare}ed")
        if re.search("[^aeiou][aeiou][bdglmnprt]$", word):
            yield from (f"{word}{word[-1]}ing", f"{word}{word[-1]}ed")
    yield f"{stem}ies" if stem else word + ("es" if word.endswith(("s", "x", "ch", "sh", "z")) else "s")


@lru_cache(1024)
def find_terms(text: str) -> tuple[str, ...]:
    """The terms of normalised English `text`, in order, each once, the longest at each place."""
    found = (word for at, word in _lookup().find(text.replace("’", "'")) if not goes_on(text, at + len(word)))
    return tuple(dict.fromkeys(found))


def stands(term: str, there: str) -> bool:
    """Whether a Chinese text has one of the words for a term."""
    return any(word in there for word in terms()[term])


def missing(text: str, there: str) -> Iterator[str]:
    """The terms of an English text that a Chinese one has no word for."""
    return (term for term in find_terms(text) if not stands(term, there))
