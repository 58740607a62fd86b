"""What an index holds beside vectors and postings, as files: the same wherever they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.applicability import Applicability
from corpus.applicability import from_json as applicability_of
from corpus.applicability import to_json as applicability_json
from corpus.measure import Guideline, Measure
from index.background import Background
from index.filters import facets_from_json, facets_json
from index.origin import FILE as ORIGIN
from index.origin import Origin
from index.origin import from_json as origin_of
from index.origin import to_json as origin_json
from index.passage import from_json, sentence_counts, to_json
from index.tables import Rows

_GUIDELINES, _APPLICABILITY, _BACKGROUND = "guidelines.json", "applicability.json", "background"
_FACETS = "facets.json"


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """Guidelines whole, their tables by slug, how off-topic questions score, what all was made of, and the
    facets of each measure by row.
    """

    guidelines: list[Guideline]
    applicability: dict[str, Applicability]
    background: Background
    origin: Origin
    facets: Mapping[int, frozenset[str]]

    @property
    def measures(self) -> list[Measure]:
        """All measures, in order of row."""
        return [measure for guideline in self.guidelines for measure in guideline.measures]

    def to_files(self) -> dict[str, bytes]:
        """File name to content; CorpusError for a text that is not valid Unicode."""
        return {
            _GUIDELINES: to_json(self.guidelines),
            _APPLICABILITY: applicability_json(self.applicability),
            ORIGIN: origin_json(self.origin),
            _FACETS: facets_json(self.facets),
            **self.background.to_files(_BACKGROUND),
        }

    @classmethod
    def from_files(cls, files: Mapping[str, bytes], dimension: int) -> Contents:
        """From `to_files`; ValueError or KeyError if a file is of another form or missing."""
        guidelines = from_json(files[_GUIDELINES])
        return cls(
            guidelines,
            applicability_of(files[_APPLICABILITY]),
            Background.from_files(files, _BACKGROUND, dimension),
            origin_of(files[ORIGIN]),
            facets_from_json(files[_FACETS], sum(len(g.measures) for g in guidelines)),
        )


def sentence_starts(guidelines: Sequence[Guideline]) -> Rows:
    """Where the sentence rows of each measure begin, and where the last one's end: int64 (measures + 1,)."""
    return np.concatenate([[0], np.cumsum(sentence_counts(guidelines))]).astype(np.int64)
