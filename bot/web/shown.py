"""What the page shows of an index, made once for each index: documents, tables, maps, places to choose."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache as remembered
from functools import cached_property, partial

from bot.live import Answering
from bot.web.borders import borders
from bot.web.pane import guideline_html, record_html
from bot.web.profile import known_places
from bot.web.views import VIEWS, map_view, matrix_view
from corpus.measure import Guideline
from index.store import Index


class Shown:
    """The parts of the page that follow from an index."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.guidelines = index.guidelines
        self.applies = index.applicability
        self._documents = {g.slug: g for g in index.guidelines if not g.records}
        self._records = {m.guideline: m for g in index.guidelines if g.records for m in g.measures}
        self._matrices = {slug: remembered(partial(matrix_view, each)) for slug, each in self.applies.items()}

    @property
    def documents(self) -> list[Guideline]:
        """Those that have a text of their own."""
        return list(self._documents.values())

    @property
    def tabled(self) -> list[Guideline]:
        """Those that have a table of applicability."""
        return [g for g in self.guidelines if g.slug in self.applies]

    @property
    def mapped(self) -> list[Guideline]:
        """Those of whose region there is a map."""
        return [g for g in self.tabled if g.slug in self._maps]

    @property
    def views(self) -> tuple[str, ...]:
        """The views that there is something to show in."""
        return VIEWS if self._maps else VIEWS[:2] if self.applies else VIEWS[:1]

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Names of the districts and zones that can be chosen."""
        return known_places(self.applies.values())

    @cached_property
    def _maps(self) -> dict[str, Callable[[], str]]:
        shapes = borders(each.gazetteer for each in self.applies.values())
        return {
            g.slug: remembered(partial(map_view, self.applies[g.slug], shapes))
            for g in self.tabled
            if self.applies[g.slug].gazetteer.region in shapes
        }

    def text(self, slug: str) -> str:
        """A guideline or a record as HTML; empty if there is none of that name."""
        if slug in self._documents:
            return guideline_html(self._documents[slug])
        return record_html(self._records[slug]) if slug in self._records else ""

    def matrix(self, slug: str) -> str:
        """The table of a document as HTML; empty if there is none."""
        return self._matrices[slug]() if slug in self._matrices else ""

    def map(self, slug: str) -> str:
        """The map of a document's region as HTML; empty if there is none."""
        return self._maps[slug]() if slug in self._maps else ""


class ShownNow:
    """What is shown of the index of the moment."""

    def __init__(self, assistant: Answering) -> None:
        self._assistant = assistant
        self._shown = Shown(assistant.index)

    def __call__(self) -> Shown:
        """Made anew when the assistant has another index than the last time."""
        index, shown = self._assistant.index, self._shown
        if shown.index is not index:
            shown = self._shown = Shown(index)
        return shown
