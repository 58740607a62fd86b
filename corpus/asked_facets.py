"""Which facets a question asks for: 全部金融支持 → the kinds money, credit, insurance, listing."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.facet_words import acts_pattern, asked_scan


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
    """The facets that a question, normalised by `corpus.normal.normalize_question`, asks for."""
    actors = _actors(question)
    return AskedFacets(
        _names("kind", question),
        _names("beneficiary", question) - actors,
        _names("strength", question),
        _names("nature", question),
        _names("reach", question),
        actors,
    )


def _names(group: str, question: str) -> frozenset[str]:
    return frozenset(name for hit in asked_scan(group).find(question) for name in hit.names)


def _actors(question: str) -> frozenset[str]:
    hits = asked_scan("actor").find(question)
    return frozenset(name for hit in hits if acts_pattern().match(question, hit.end) for name in hit.names)
