"""The guidelines at hand, and which of them a measure belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from bot.answer import Applies
from bot.catalogue import Catalogue
from bot.facets import measures_with
from bot.naming import Naming, read_naming
from bot.question import Question
from bot.reach import Reached, applies_of, facets_of_measure, reached
from bot.where import Target, Where, read_where, target_named
from corpus.applicability import Applicability
from corpus.asked_facets import AskedFacets
from corpus.measure import Guideline, Measure
from corpus.normal import normalize
from corpus.places import Mention, Place, find_places, region_of
from corpus.spelling import unknown_places
from corpus.table import Table

_VIEWS = 64
"""So many selections of documents are kept for the next question."""


class Library:
    """All guidelines of an index, looked up by measure, with the tables of those that have one.

    `view` gives the same for some of them: a question that names documents is answered from these alone.
    """

    def __init__(
        self,
        guidelines: Sequence[Guideline],
        applicability: Mapping[str, Applicability] | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._set_up(guidelines, dict(applicability or {}), self, today)

    def _set_up(
        self,
        guidelines: Sequence[Guideline],
        applies: Mapping[str, Applicability],
        whole: Library,
        today: Callable[[], date],
    ) -> None:
        self.guidelines = tuple(guidelines)
        self.whole = whole
        self.documents = tuple(g for g in guidelines if not g.records)
        self._applies = applies
        self._today = today
        self._reached: dict[
            tuple[str, str, tuple[str, ...]], list[tuple[Guideline, Reached, tuple[Applies, ...]]]
        ] = {}
        self._listed: dict[AskedFacets, list[tuple[Guideline, list[Measure]]]] = {}
        self._views: dict[tuple[str, ...], Library] = {}
        mine = (applies[g.slug].gazetteer for g in self.documents if g.slug in applies)
        self.gazetteers = {gazetteer.region: gazetteer for gazetteer in mine}

    def view(self, slugs: Sequence[str]) -> Library:
        """This library with the guidelines of some slugs alone, in the order of `slugs`."""
        key = tuple(slugs)
        found = self._views.get(key)
        if found is None:
            found = Library.__new__(Library)
            found._set_up([self.by_slug[slug] for slug in key], self._applies, self.whole, self._today)
            if len(self._views) >= _VIEWS:
                self._views.clear()
            self._views[key] = found
        return found

    def asked(self, naming: Naming) -> Library:
        """What a question is answered from: the documents it names, else all but older versions."""
        if naming.slugs:
            return self.view(naming.slugs)
        out = self.catalogue.left_out()
        return self.view([g.slug for g in self.guidelines if g.slug not in out]) if out else self

    @property
    def several(self) -> bool:
        """Whether an answer has to say which document it quotes."""
        return len(self.guidelines) > 1

    @property
    def is_whole(self) -> bool:
        """Whether this is no selection."""
        return self.whole is self

    @cached_property
    def by_slug(self) -> dict[str, Guideline]:
        """The guidelines by their slugs."""
        return {g.slug: g for g in self.guidelines}

    @cached_property
    def catalogue(self) -> Catalogue:
        """All documents of the whole library by their names."""
        return Catalogue(self.documents, self._today) if self.is_whole else self.whole.catalogue

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all measures."""
        return frozenset(measure.id for guideline in self.guidelines for measure in guideline.measures)

    @cached_property
    def checked(self) -> int:
        """How many measures there are."""
        return sum(len(guideline.measures) for guideline in self.guidelines)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """The regions of the documents, each once; "" among them where one is not known."""
        return tuple(dict.fromkeys(map(_region, self.documents)))

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        if not self.is_whole:
            return self.whole._texts
        return tuple(normalize(measure.text) for g in self.documents for measure in g.measures)

    def mentions(self, word: str) -> bool:
        """Whether a measure of the whole library has a normalised word; of a library with records it may."""
        return len(self.documents) < len(self.guidelines) or any(word in text for text in self._texts)

    @cached_property
    def _of(self) -> dict[str, Guideline]:
        if not self.is_whole:
            return self.whole._of
        return {measure.id: guideline for guideline in self.guidelines for measure in guideline.measures}

    def guideline_of(self, measure_id: str) -> Guideline | None:
        """The guideline that a measure's id belongs to, also that of a citation of a preamble."""
        return self._of.get(measure_id) or self.whole.by_slug.get(measure_id.split("#", 1)[0])

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

    def reaching(self, region: str, target: Target) -> list[tuple[Guideline, Reached, tuple[Applies, ...]]]:
        """For each guideline of a region with a table, what reaches a target; kept for the next question."""
        found = self._reached.get((region, target.name, target.rows))
        if found is None:
            if len(self._reached) >= _VIEWS:
                self._reached.clear()
            each = [(g, reached(target, applies)) for g, applies in self.applying(region)]
            found = [(g, one, tuple(map(applies_of, one.cells))) for g, one in each]
            self._reached[region, target.name, target.rows] = found
        return [(g, replace(one, target=target), applies) for g, one, applies in found]

    def warm(self) -> None:
        """Read ahead what first questions would have to wait for: facets of all measures, names, versions.

        Some milliseconds a measure; for a server with very many documents, in a thread of its own.
        """
        for guideline in self.documents:
            for measure in guideline.measures:
                facets_of_measure(measure)
        self.asked(read_naming("", self.catalogue))
        _ = self.catalogue.names, self.catalogue.issuers, self._texts

    def with_facets(self, asked: AskedFacets) -> list[tuple[Guideline, list[Measure]]]:
        """For each document the measures that have all asked facets; kept for the next question."""
        found = self._listed.get(asked)
        if found is None:
            if len(self._listed) >= _VIEWS:
                self._listed.clear()
            found = [(g, measures_with(g, asked, self.table_of(g), g.measures)) for g in self.documents]
            self._listed[asked] = found
        return found

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
