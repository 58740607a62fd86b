"""The guidelines at hand, and which of them a measure belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpus.measure import Guideline, Measure
from corpus.normal import normalize
from corpus.places import Mention, Place, find_places, region_of


class Library:
    """All guidelines of an index, looked up by measure."""

    def __init__(self, guidelines: Sequence[Guideline]) -> None:
        self.guidelines = tuple(guidelines)
        self.documents = tuple(g for g in guidelines if not g.records)
        self._of = {measure.id: guideline for guideline in guidelines for measure in guideline.measures}
        self._texts = tuple(normalize(measure.text) for g in self.documents for measure in g.measures)
        self.regions = tuple(dict.fromkeys(map(_region, self.documents)))

    def of(self, measure: Measure) -> Guideline:
        """The guideline a measure belongs to; KeyError for a measure from elsewhere."""
        return self._of[measure.id]

    def those_of(self, measures: Iterable[Measure]) -> tuple[Guideline, ...]:
        """The guidelines that some measures belong to, in order of appearance."""
        return tuple({id(g): g for g in map(self.of, measures)}.values())

    def outside(self, text: str) -> tuple[Place, ...]:
        """The places that a normalised question names, if it names some and every one lies outside.

        Inside is what lies in the region of a document or is named by a document itself. Where a
        document's region is not known (a national one), nothing is outside.
        """
        if not self.regions or "" in self.regions:
            return ()
        mentions = find_places(text)
        if any(self._is_inside(place) for mention in mentions for place in mention.candidates):
            return ()
        if any(self._is_named(mention) for mention in mentions):
            return ()
        return tuple(mention.candidates[0] for mention in mentions)

    def _is_named(self, mention: Mention) -> bool:
        """Whether a document itself names the place, by the name used or by its short one (Sichuan: 四川)."""
        names = {mention.text, *(place.short for place in mention.candidates)}
        return any(name in text for name in names for text in self._texts)

    def _is_inside(self, place: Place) -> bool:
        return any(place.within(region) for region in self.regions)


def _region(guideline: Guideline) -> str:
    meta = guideline.meta
    return meta.region or region_of((meta.issuer, meta.title))
