"""Questions for many visitors, hardly two of them equal, made of what the corpus itself says."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final

from pydantic import TypeAdapter

from corpus.applicability import applicability
from corpus.gazetteer import find_gazetteers
from corpus.load import load_corpus
from corpus.measure import Guideline

_PIECES: Final = re.compile(r"[^,，。;；:：、()（）“”\"《》〔〕\s]{5,28}")
_TRIES: Final = 50
_WITH_PLACE: Final = 0.3
"""Share of the questions that name a district, where the corpus has any."""


@dataclass(frozen=True, slots=True)
class Frames:
    """Ways to ask, with `$matter` and `$place` to fill in."""

    with_matter: tuple[str, ...]
    with_both: tuple[str, ...]


def frames() -> Frames:
    """Those that come along."""
    text = (resources.files("bot") / "data" / "load.toml").read_text(encoding="utf-8")
    return TypeAdapter(Frames).validate_python(tomllib.loads(text))


def questions_about(corpus: Path, seed: int = 0) -> Iterator[str]:
    """Question after question about a corpus folder, without end, the same each time. Raises CorpusError."""
    guidelines = load_corpus(corpus)
    return made_of(matters(guidelines), _places(guidelines, corpus), frames(), seed)


def made_of(matters: Sequence[str], places: Sequence[str], ways: Frames, seed: int = 0) -> Iterator[str]:
    """Combinations of matters, places and ways to ask; none again before most have come."""
    chance = random.Random(seed)
    seen: set[str] = set()
    while True:
        tries = (_question(chance, matters, places, ways) for _ in range(_TRIES))
        question = next((each for each in tries if each not in seen), None)
        if question is None:  # nearly all have come
            seen.clear()
            continue
        seen.add(question)
        yield question


def matters(guidelines: Iterable[Guideline]) -> list[str]:
    """Pieces of sentences between punctuation, each once."""
    sentences = (s.text for g in guidelines for measure in g.measures for s in measure.sentences)
    found = list(dict.fromkeys(piece for text in sentences for piece in _PIECES.findall(text)))
    return found or ["政策"]


def _places(guidelines: Sequence[Guideline], corpus: Path) -> list[str]:
    found = applicability(guidelines, find_gazetteers(corpus))
    return list(dict.fromkeys(name for one in found.values() for name in one.gazetteer.names))


def _question(chance: random.Random, matters: Sequence[str], places: Sequence[str], ways: Frames) -> str:
    matter = chance.choice(matters)
    if places and chance.random() < _WITH_PLACE:
        return Template(chance.choice(ways.with_both)).substitute(matter=matter, place=chance.choice(places))
    return Template(chance.choice(ways.with_matter)).substitute(matter=matter)
