"""Which facets a question asks for: 全部金融支持 → the kinds money, credit, insurance, listing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus.facet_words import Found, acts_pattern, asked_scan


@dataclass(frozen=True, slots=True)
class AskedFacets:
    """Names of `facets.toml` that a question asks for; empty where it does not ask.

    `actors` are bodies of which the question asks what they have to do (区县政府要做什么).
    """

    kinds: frozenset[str] = frozenset()
    beneficiaries: frozenset[str] = frozenset()
    strengths: frozenset[str] = frozenset()
    natures: frozenset[str] = frozenset()
    reaches: frozenset[str] = frozenset()
    actors: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """True if the question asks for any facet."""
        groups = (self.kinds, self.beneficiaries, self.strengths, self.natures, self.reaches, self.actors)
        return any(groups)


def asked_facets(question: str) -> AskedFacets:
    """The facets that a question, normalised by `corpus.normal.normalize_question`, asks for.

    The 区县 of 面向所有区县 tells the reach and of 区县政府要做什么 who acts; neither is a beneficiary.
    """
    actors = [hit for hit in asked_scan("actor").find(question) if acts_pattern().match(question, hit.end)]
    reaches = list(asked_scan("reach").find(question))
    return AskedFacets(
        _names(asked_scan("kind").find(question)),
        _names(_outside(asked_scan("beneficiary").find(question), [*actors, *reaches])),
        _names(asked_scan("strength").find(question)),
        _names(asked_scan("nature").find(question)),
        _names(reaches),
        _names(actors),
    )


def _names(hits: Iterable[Found]) -> frozenset[str]:
    return frozenset(name for hit in hits for name in hit.names)


def _outside(hits: Iterable[Found], taken: list[Found]) -> Iterator[Found]:
    """The hits that share no character with one of `taken`."""
    for hit in hits:
        if all(hit.end <= other.start or other.end <= hit.start for other in taken):
            yield hit
