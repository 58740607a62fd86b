"""From a ranking to what may be quoted: which sentences, and whether they state the asked fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.question import Question
from bot.reading.asked import states
from corpus.measure import Measure
from corpus.normal import normalize
from index.hits import Query, Ranking, SentenceHit
from index.store import Index

MEASURES = 5
"""Sentences are ranked in so many of the best measures."""
QUOTED = 4
"""At most so many sentences of a measure are quoted in a topic answer."""
NEAR = 2.0
"""A sentence is quoted beside the best one if its score is at least best - NEAR (scores are z-normalised)."""
SHORT = 260
"""A measure of up to so many characters is quoted whole."""
CLOSE = 0.5
"""Two measures this near in fused score are both quoted."""
FACT_MEASURES = 10
"""A stated fact is looked for in so many of the best measures."""
FACT_OVERLAP_FIRST = 0.04
"""In the first measure a sentence that states a fact counts if it shares this much of the question."""
FACT_OVERLAP = 0.12
"""In other measures it must share so much, and not much less than the best sentence of all."""
_WHOLE = 2 / 3


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A measure and those of its sentences that are quoted, in the order of the text."""

    measure: Measure
    sentences: tuple[SentenceHit, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a question: its ranking, sentences best first, those that state an asked fact."""

    query: Query
    ranking: Ranking
    sentences: tuple[SentenceHit, ...]
    stating: tuple[SentenceHit, ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures found, best first."""
        return tuple(hit.measure for hit in self.ranking.hits)

    @property
    def leading(self) -> tuple[Measure, ...]:
        """The measures in the order of an answer: those that state the asked fact first."""
        first = (hit.measure for hit in self.stating)
        return tuple({measure.id: measure for measure in (*first, *self.measures)}.values())

    @property
    def margin(self) -> float:
        """How far the first hit's score is ahead of the second's."""
        scores = [hit.score for hit in self.ranking.hits[:2]]
        return scores[0] - scores[1] if len(scores) == 2 else 1.0

    @property
    def near(self) -> int:
        """How many measures are quoted: 1, or 2 where the second is hardly behind the first."""
        return 2 if self.margin < CLOSE and len(self.ranking.hits) > 1 else 1

    def excerpt(self, measure: Measure) -> Excerpt:
        """The sentences of one measure worth quoting: the best and those near it, stated facts before all.

        A short measure is quoted whole.
        """
        own = [hit for hit in self.sentences if hit.measure.id == measure.id]
        if sum(len(hit.sentence.text) for hit in own) <= SHORT:
            return Excerpt(measure, tuple(sorted(own, key=lambda hit: hit.sentence.span.start)))
        facts = [hit for hit in self.stating if hit.measure.id == measure.id]
        near = [hit for hit in own if hit.score >= own[0].score - NEAR]
        chosen = list(dict.fromkeys([*facts, *near]))[:QUOTED]
        return Excerpt(measure, tuple(sorted(chosen, key=lambda hit: hit.sentence.span.start)))


def gather(index: Index, query: Query, ranking: Ranking, question: Question) -> Evidence:
    """Rank the sentences of the best measures and pick out those that state a fact of an asked kind."""
    hits = ranking.hits[: FACT_MEASURES if question.facts else MEASURES]
    sentences = tuple(index.rank_sentences(query, [index.row(hit.measure.id) for hit in hits]))
    first = hits[0].measure.id if hits else ""
    return Evidence(query, ranking, sentences, tuple(_stating(question.facts, sentences, first)))


def blended(whole: Ranking, bare: Ranking) -> Ranking:
    """The ranking of a question about a district from that of the whole question and that without the name.

    By the mean of both scores, `whole` weighing `_WHOLE`: the name counts where the text says something of
    the district, and does not by itself carry a measure to the front. Signals are those of `whole`.
    """
    scores = [{hit.measure.id: hit.score for hit in ranking.hits} for ranking in (whole, bare)]
    lowest = [min(each.values(), default=0.0) for each in scores]
    hits = {hit.measure.id: hit for ranking in (bare, whole) for hit in ranking.hits}
    both = {i: [s.get(i, low) for s, low in zip(scores, lowest, strict=True)] for i in hits}
    means = {i: _WHOLE * first + (1 - _WHOLE) * second for i, (first, second) in both.items()}
    order = sorted(hits, key=lambda i: -means[i])
    ranked = (replace(hits[i], score=means[i], rank=n) for n, i in enumerate(order, 1))
    return Ranking(tuple(ranked)[: len(whole.hits)], whole.signals)


def _stating(kinds: Sequence[str], sentences: Sequence[SentenceHit], first: str) -> list[SentenceHit]:
    """Sentences that state a fact of one of the kinds.

    In the first measure those that speak of the matter at all; only where there are none, those of
    other measures that speak of much of what was asked.
    """
    telling = [hit for hit in sentences if any(states(kind, normalize(hit.sentence.text)) for kind in kinds)]
    near = [hit for hit in telling if hit.measure.id == first and hit.overlap >= FACT_OVERLAP_FIRST]
    best = max((hit.overlap for hit in sentences), default=0.0)
    return near or [hit for hit in telling if hit.overlap >= max(FACT_OVERLAP, 0.6 * best)]
