"""From answered cases to figures: shares that are right, by check, by kind and by route, and the failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bot.ask import Assistant
from bot.evaluation.cases import Case
from bot.evaluation.checks import Check, Fault, checks
from bot.evaluation.retrieval import mrr, ranking_figures
from bot.json_form import Json


@dataclass(frozen=True, slots=True)
class Score:
    """A share of cases that came out right, and the questions that did not."""

    name: str
    right: int
    total: int
    failures: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Between 0 and 1; 1 where there was nothing to get wrong."""
        return self.right / self.total if self.total else 1.0

    def to_json(self) -> Json:
        """Share and counts, without the failures."""
        return {"share": round(self.share, 4), "right": self.right, "total": self.total}


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """A case that a check finds fault with."""

    check: str
    case: Case
    fault: Fault

    def to_json(self) -> Json:
        """With the question and what was expected and got; `why` in Chinese and English."""
        return {
            "id": self.case.asked.id,
            "question": self.case.asked.text,
            "kind": self.case.expected.kind,
            "check": self.check,
            "expected": self.fault.expected,
            "got": self.fault.got,
            "why": list(self.fault.why),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All scores, and milliseconds a question by step (medians).

    `ranking` are recall, MRR and nDCG (empty without the library). `kinds` are by the kind of question that
    was expected, `routes` by the way it was answered: a case is right there if no check of the answer itself
    (not of the ranking) finds fault; `whole` is that over all.
    """

    scores: tuple[Score, ...]
    mrr: float
    encode_ms: float
    rest_ms: float
    cases: tuple[Case, ...] = field(default=(), repr=False)
    ranking: Mapping[str, float] = field(default_factory=dict)
    kinds: tuple[Score, ...] = ()
    routes: tuple[Score, ...] = ()
    whole: Score = Score("right", 0, 0)
    failures: tuple[Failure, ...] = field(default=(), repr=False)

    def to_json(self) -> Json:
        """As one JSON object; failures by score."""
        return {
            "scores": {s.name: {**s.to_json(), "failures": list(s.failures)} for s in self.scores},
            "right": self.whole.to_json(),
            "mrr": round(self.mrr, 4),
            "retrieval": {name: round(value, 4) for name, value in self.ranking.items()},
            "kinds": {group.name: group.to_json() for group in self.kinds},
            "routes": {group.name: group.to_json() for group in self.routes},
            "encode_ms": round(self.encode_ms, 2),
            "rest_ms": round(self.rest_ms, 2),
            "failures": [failure.to_json() for failure in self.failures],
        }

    def share(self, name: str) -> float:
        """The share of the score `name`; KeyError if it was not measured."""
        return {score.name: score.share for score in self.scores}[name]


def score(cases: Sequence[Case], assistant: Assistant) -> Report:
    """The figures of answered cases."""
    used = checks(cases, assistant)
    failures = tuple(
        Failure(check.name, case, fault)
        for check in used
        for case in cases
        if check.concerns(case) and (fault := check.fault(case)) is not None
    )
    whole = {check.name for check in used if check.whole}
    wrong = {id(failure.case) for failure in failures if failure.check in whole}
    timings = [case.answer.timing for case in cases if case.answer.timing]
    return Report(
        tuple(_score(check, cases, failures) for check in used),
        mrr(cases),
        median([t.encode for t in timings if t.encode] or [0.0]),
        median([t.search + t.compose for t in timings] or [0.0]),
        tuple(cases),
        ranking_figures(cases),
        _groups(cases, wrong, lambda case: case.expected.kind),
        _groups(cases, wrong, lambda case: case.answer.route),
        _group("right", cases, wrong),
        failures,
    )


def _score(check: Check, cases: Sequence[Case], failures: Sequence[Failure]) -> Score:
    total = sum(map(check.concerns, cases))
    wrong = tuple(failure.case.asked.text for failure in failures if failure.check == check.name)
    return Score(check.name, total - len(wrong), total, wrong)


def _groups(cases: Sequence[Case], wrong: set[int], name_of: Callable[[Case], str]) -> tuple[Score, ...]:
    names = sorted({name_of(case) for case in cases})
    return tuple(_group(name, [case for case in cases if name_of(case) == name], wrong) for name in names)


def _group(name: str, cases: Sequence[Case], wrong: set[int]) -> Score:
    failures = tuple(case.asked.text for case in cases if id(case) in wrong)
    return Score(name, len(cases) - len(failures), len(cases), failures)
