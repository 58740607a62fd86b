"""What is known of the corpus when a model's reading is checked: places, clauses, documents, words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.answers.clause import names_a_clause
from bot.answers.keyword import occurs
from bot.library import Library
from bot.naming import read_naming
from bot.reading.clauses import ClauseRef
from bot.where import read_where
from corpus.places import find_places

Place = frozenset[str]
"""The full names that a name may stand for: one for a district, several for 朝阳区."""


@dataclass(frozen=True, slots=True)
class Known:
    """What checking needs to know of the corpus; every text given in is normalised (`corpus.normal`)."""

    districts_in: Callable[[str], Sequence[str]]
    """A text → the full names of the districts, groups and zones that it names, also by aliases."""
    words_in: Callable[[str], Sequence[str]]
    """A text → the words in it that name places of any kind."""
    places_in: Callable[[str], Sequence[Place]]
    """A text → the places of any kind that it names, also such as do not exist."""
    has_clause: Callable[[ClauseRef], bool]
    """Whether a document has a clause of this number."""
    documents_in: Callable[[str], frozenset[str]]
    """A text → what it names of documents: slugs, and names that no document has."""
    occurs: Callable[[str], bool]
    """Whether words stand in a measure."""


def known_of(library: Library) -> Known:
    """What a library knows; nothing is computed yet."""

    def words_in(text: str) -> Sequence[str]:
        found = (mention.text for mention in find_places(text))
        return tuple(dict.fromkeys((*library.names_in(text), *library.elsewhere_in(text), *found)))

    def documents_in(text: str) -> frozenset[str]:
        naming = read_naming(text, library.catalogue)
        return frozenset((*(naming.slugs if naming.named else ()), *naming.missing))

    return Known(
        districts_in=lambda text: _districts_in(text, library),
        words_in=words_in,
        places_in=lambda text: _places_in(text, library),
        has_clause=lambda ref: any(names_a_clause(g, [ref]) for g in library.documents),
        documents_in=documents_in,
        occurs=lambda words: any(occurs(g, words) for g in library.guidelines),
    )


def _districts_in(text: str, library: Library) -> Sequence[str]:
    found = (read_where(text, gazetteer, "zh").targets for gazetteer in library.gazetteers.values())
    return tuple(dict.fromkeys(target.name for targets in found for target in targets))


def _places_in(text: str, library: Library) -> Sequence[Place]:
    read = [read_where(text, gazetteer, "zh") for gazetteer in library.gazetteers.values()]
    named = [frozenset({target.name}) for where in read for target in where.targets]
    unknown = [frozenset({name}) for where in read for name in where.unknown]
    others = [frozenset(place.name for place in mention.candidates) for mention in find_places(text)]
    return tuple(dict.fromkeys((*named, *unknown, *others)))
