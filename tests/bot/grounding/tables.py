"""The tables of sentences in `tests/data/grounding`, and the documents that they cite."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bot.grounding import Grounds, Verdict
from bot.grounding.english import is_english
from corpus.applicability import Applicability, applicability
from corpus.gazetteer import find_gazetteers
from corpus.load import load_corpus, packaged_corpus
from corpus.measure import Guideline

DATA = Path(__file__).parents[2] / "data"
FOLDERS = (packaged_corpus(), DATA / "corpus", DATA / "library", DATA / "grounding" / "documents")


@dataclass(frozen=True)
class Row:
    """A sentence, the numbers of the measures it was made from, and how it was falsified."""

    guideline: str
    given: list[int]
    kind: str
    sentence: str

    @property
    def in_english(self) -> bool:
        """Whether it is."""
        return is_english(self.sentence.lower())


@dataclass(frozen=True)
class Corpus:
    """The guidelines and what reaches whom."""

    guidelines: dict[str, Guideline]
    known: dict[str, Applicability]

    @classmethod
    def load(cls) -> Corpus:
        """All documents that the tables cite."""
        guidelines = [guideline for folder in FOLDERS for guideline in load_corpus(folder)]
        gazetteers = [located for folder in FOLDERS for located in find_gazetteers(folder)]
        return cls({one.slug: one for one in guidelines}, applicability(guidelines, gazetteers))

    def grounds(self, slug: str, *numbers: int) -> Grounds:
        """These measures as evidence, in this order."""
        measures = {measure.number: measure for measure in self.guidelines[slug].measures}
        return Grounds.of([measures[number] for number in numbers], self.known)

    def check(self, row: Row) -> Verdict:
        """The verdict on a row."""
        return self.grounds(row.guideline, *row.given).check(row.sentence)


def rows(name: str) -> list[Row]:
    """The rows of a table, by its name without .jsonl."""
    lines = (DATA / "grounding" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Row(**json.loads(line)) for line in lines]


def all_rows() -> list[Row]:
    """The rows of all tables."""
    return [row for path in sorted((DATA / "grounding").glob("*.jsonl")) for row in rows(path.stem)]
