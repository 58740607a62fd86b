"""The guidelines at hand, and which of them a measure belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.question import Question
from bot.where import Where, read_where, target_named
from corpus.applicability import Applicability
from corpus.measure import Guideline, Measure
from corpus.normal import normalize
from corpus.places import Mention, Place, find_places, region_of
from corpus.spelling import unknown_places
from corpus.table import Table


class Library:
    """All guidelines of an index, looked up by measure, with the tables of those that have one."""

    def __init__(
        self, guidelines: Sequence[Guideline], applicability: Mapping[str, Applicability] | None = None
    ) -> None:
        self.guidelines = tuple(guidelines)
        self._applies = dict(applicability or {})
        self.gazetteers = {one.gazetteer.region: one.gazetteer for one in self._applies.values()}
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

    def applying(self, region: str) -> tuple[tuple[Guideline, Applicability], ...]:
        """The guidelines of a region that have a table, with it."""
        found = ((g, self._applies.get(g.slug)) for g in self.documents)
        return tuple((g, one) for g, one in found if one is not None and one.gazetteer.region == region)

    def table_of(self, guideline: Guideline) -> Table | None:
        """The table of a guideline; None if its region has no gazetteer."""
        applies = self._applies.get(guideline.slug)
        return applies.table if applies else None

    def placed(self, question: Question, district: str | None, role: str | None) -> Question:
        """The question with the districts it names, and with the district and role that its asker has chosen.

        Of several regions, the first that has a name in it counts.
        """
        read = {
            region: read_where(question.normal, g, question.lang) for region, g in self.gazetteers.items()
        }
        region = next((r for r, where in read.items() if where.targets), next(iter(read), ""))
        gazetteer = self.gazetteers.get(region)
        home = target_named(district, gazetteer, question.lang) if district and gazetteer else None
        return replace(question, region=region, where=read.get(region, Where()), home=home, role=role or "")

    def names_in(self, text: str) -> tuple[str, ...]:
        """The words of a text that name districts, groups or zones of any region."""
        found = (read_where(text, gazetteer, "zh") for gazetteer in self.gazetteers.values())
        return tuple(dict.fromkeys(word for where in found if where.targets for word in where.words))

    def elsewhere_in(self, text: str) -> tuple[str, ...]:
        """The words of a normalised text that name places which no document covers, or which do not exist."""
        outside = tuple(mention.text for mention in find_places(text)) if self.outside(text) else ()
        unknown = (name for gazetteer in self.gazetteers.values() for name in unknown_places(text, gazetteer))
        return tuple(dict.fromkeys((*outside, *unknown)))

    def outside(self, text: str) -> tuple[Place, ...]:
        """The places that a normalised question names, if it names some and every one lies outside.

        Inside is what lies in the region of a document or is named by a document itself. Where a
        document's region is not known (a national one), nothing is outside.
        """
        if not self.regions or "" in self.regions:
            return ()
        mentions = _innermost(find_places(text))
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


def _innermost(mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions without those that only say where the next one lies (四川省 of 四川省宜宾市)."""
    places = [place for mention in mentions for place in mention.candidates]
    above = {name for place in places for name in (place.province, place.city) if name != place.name}
    return [m for m in mentions if not all(place.name in above for place in m.candidates)]


def _region(guideline: Guideline) -> str:
    meta = guideline.meta
    return meta.region or region_of((meta.issuer, meta.title))
