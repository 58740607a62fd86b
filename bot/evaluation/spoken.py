"""What came of asking a language model, over many answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, get_args

from bot.answer import SpokenOutcome
from bot.evaluation.cases import Case
from bot.evaluation.checks import missing_facts
from bot.json_form import Json

OUTCOMES: Final[tuple[str, ...]] = get_args(SpokenOutcome)


@dataclass(frozen=True, slots=True)
class Figures:
    """How often the model was asked and with what outcome; its sentences that passed, gave way to a quote, or
    were taken out; the median of milliseconds that an answer waited for it.

    `with_facts` of the answers where it spoke were to state facts, `own_facts` do so in its own words.
    """

    name: str
    asked: int
    outcomes: Mapping[str, int]
    kept: int
    replaced: int
    removed: int
    with_facts: int
    own_facts: int
    ms: float

    @property
    def grounded(self) -> float | None:
        """The share of the model's sentences that passed; None if it said nothing."""
        said = self.kept + self.replaced + self.removed
        return self.kept / said if said else None

    @property
    def facts(self) -> float | None:
        """The share that states all facts in the model's own words; None where none were to be stated."""
        return self.own_facts / self.with_facts if self.with_facts else None

    def share(self, outcome: str) -> float | None:
        """The share of the answers it was asked for that ended so; None if it was never asked."""
        return self.outcomes[outcome] / self.asked if self.asked else None

    def to_json(self) -> Json:
        """All figures; shares that could not be measured are null."""
        grounded = self.grounded
        return {
            "model": self.name,
            "asked": self.asked,
            **self.outcomes,
            "kept": self.kept,
            "replaced": self.replaced,
            "removed": self.removed,
            "grounded": None if grounded is None else round(grounded, 4),
            "with_facts": self.with_facts,
            "own_facts": self.own_facts,
            "ms": round(self.ms, 1),
        }


def figures_of(cases: Sequence[Case], extracts: Sequence[Case]) -> Figures:
    """The figures over all answers for which a model was asked; `extracts` are the same cases without it."""
    answers = [case.answer for case in cases]
    spoke = [
        (case, extract)
        for case, extract in zip(cases, extracts, strict=True)
        if case.answer.spoken and case.answer.spoken.outcome == "spoken" and case.expected.must_contain
    ]
    said = [answer.spoken for answer in answers if answer.spoken]
    counted = Counter(spoken.outcome for spoken in said)
    waited = [answer.timing.speak for answer in answers if answer.spoken and answer.timing]
    return Figures(
        said[0].model if said else "",
        len(said),
        {outcome: counted[outcome] for outcome in get_args(SpokenOutcome)},
        sum(spoken.kept for spoken in said),
        sum(spoken.replaced for spoken in said),
        sum(spoken.removed for spoken in said),
        len(spoke),
        sum(not missing_facts(case, own_words(case, extract)) for case, extract in spoke),
        median(waited or [0.0]),
    )


def own_words(case: Case, extract: Case) -> str:
    """What stands above the extract in an answer with a model's words."""
    return case.answer.text.removesuffix(extract.answer.text)
