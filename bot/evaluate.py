"""Measure answers against questions with known answers.

Retrieval, facts, exact sets of measures, refusals, verbatim quotes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from bot.answer import Answer, Citation
from bot.answers.document import preamble_id
from bot.ask import Assistant
from bot.json_form import Json
from bot.questions_file import Asked, read_questions
from corpus.errors import WenceError
from corpus.measure import Span
from index.hits import Hit

_EXACT = ("clause", "keyword")
_SEARCHED = ("topic", "english", "traditional")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a right answer shows: measure numbers, strings of the text, or a kind of refusal."""

    kind: str
    gold: frozenset[int]
    must_contain: tuple[str, ...]
    refuse: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what was expected and what came."""

    asked: Asked
    expected: Expected
    answer: Answer
    hits: tuple[Hit, ...]

    @property
    def cited(self) -> frozenset[int]:
        """The measure numbers that the answer cites."""
        return frozenset(citation.number for citation in self.answer.citations)


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


@dataclass(frozen=True, slots=True)
class Report:
    """All scores, and milliseconds a question by step (medians)."""

    scores: tuple[Score, ...]
    mrr: float
    encode_ms: float
    rest_ms: float
    cases: tuple[Case, ...] = field(default=(), repr=False)

    def to_json(self) -> Json:
        """As one JSON object; failures by score."""
        return {
            "scores": {
                s.name: {
                    "share": round(s.share, 4),
                    "right": s.right,
                    "total": s.total,
                    "failures": list(s.failures),
                }
                for s in self.scores
            },
            "mrr": round(self.mrr, 4),
            "encode_ms": round(self.encode_ms, 2),
            "rest_ms": round(self.rest_ms, 2),
        }

    def share(self, name: str) -> float:
        """The share of the score `name`; KeyError if it was not measured."""
        return {score.name: score.share for score in self.scores}[name]


def evaluate_file(assistant: Assistant, file: Path, split: str | None = None) -> Report:
    """Ask every question of a `.jsonl` file and score the answers.

    The file has the fields gold, must_contain, refuse, kind and split. Raises WenceError for bad lines.
    """
    asked, expected = _read(file, split)
    answers = assistant.ask_many(asked)
    queries = assistant.index.encode_many([each.text for each in asked])
    hits = [assistant.index.rank(query, k=10).hits for query in queries]
    return score([Case(*row) for row in zip(asked, expected, answers, hits, strict=True)], assistant)


def score(cases: Sequence[Case], assistant: Assistant) -> Report:
    """The scores of answered cases."""
    searched = [c for c in cases if c.expected.kind in _SEARCHED and c.expected.gold]
    answerable = [c for c in cases if c.expected.refuse is None]
    timings = [c.answer.timing for c in cases if c.answer.timing]
    return Report(
        (
            *_scores_found(searched),
            *_scores_said(answerable),
            *_scores_refused(cases),
            _score("verbatim", cases, lambda c: _is_verbatim(c.answer, assistant)),
        ),
        mean([1 / _first(c) if _first(c) <= 10 else 0.0 for c in searched] or [0.0]),
        median([t.encode for t in timings if t.encode] or [0.0]),
        median([t.search + t.compose for t in timings] or [0.0]),
        tuple(cases),
    )


def _scores_found(searched: Sequence[Case]) -> list[Score]:
    """Of questions in free words: is a right measure ranked first, among the first three, quoted first?"""
    return [
        _score("hit@1", searched, lambda c: _first(c) <= 1),
        _score("hit@3", searched, lambda c: _first(c) <= 3),
        _score("lead", searched, _leads),
    ]


def _scores_said(answerable: Sequence[Case]) -> list[Score]:
    """Of questions with an answer: stated facts, exact sets of measures, route, and no refusal."""
    by_kind = {kind: [c for c in answerable if c.expected.kind == kind] for kind in (*_EXACT, "document")}
    factual = [c for c in answerable if c.expected.must_contain]
    return [
        _score("facts", factual, _states_all),
        *(_score(kind, by_kind[kind], lambda c: c.cited == c.expected.gold) for kind in _EXACT),
        _score("document", by_kind["document"], lambda c: c.answer.route == "document"),
        _score("not refused", answerable, lambda c: c.answer.refusal is None),
    ]


def _scores_refused(cases: Sequence[Case]) -> list[Score]:
    """Of questions without an answer, by kind: refused at all, and refused as that kind."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.expected.refuse:
            groups[case.expected.refuse].append(case)
    return [
        *(_score(f"refused: {kind}", groups[kind], _refuses) for kind in sorted(groups)),
        *(_score(f"kind: {kind}", groups[kind], _refuses_rightly) for kind in sorted(groups)),
    ]


def _refuses(case: Case) -> bool:
    return case.answer.refusal is not None


def _refuses_rightly(case: Case) -> bool:
    return case.answer.refusal == case.expected.refuse


def _leads(case: Case) -> bool:
    citations = case.answer.citations
    return bool(citations) and citations[0].number in case.expected.gold


def _states_all(case: Case) -> bool:
    """Whether every expected string stands in the answer, markdown escapes aside."""
    text = case.answer.text.replace("\\", "")
    return all(fact in text for fact in case.expected.must_contain)


def report_text(report: Report) -> str:
    """The report as a table for a terminal, with up to five failures a line."""
    lines = [f"{s.name:<24}{s.share:7.3f}  {s.right:>4}/{s.total}" for s in report.scores if s.total]
    lines.append(f"{'MRR':<24}{report.mrr:7.3f}")
    lines.append(f"{'ms: encode':<24}{report.encode_ms:7.1f}")
    lines.append(f"{'ms: all the rest':<24}{report.rest_ms:7.1f}")
    for s in report.scores:
        lines += [f"  ✗ {s.name}: {failure}" for failure in s.failures[:5]]
    return "\n".join(lines)


def _score(name: str, cases: Sequence[Case], is_right: Callable[[Case], bool]) -> Score:
    wrong = [case for case in cases if not is_right(case)]
    return Score(name, len(cases) - len(wrong), len(cases), tuple(case.asked.text for case in wrong))


def _first(case: Case) -> int:
    """The rank of the first right measure; 1000 if it was not found."""
    return next((hit.rank for hit in case.hits if hit.measure.number in case.expected.gold), 1000)


def _is_verbatim(answer: Answer, assistant: Assistant) -> bool:
    """Whether every quote stands at its offsets and inside its own place (so never in page furniture)."""
    return all(_stands(citation, assistant) for citation in answer.citations)


def _stands(citation: Citation, assistant: Assistant) -> bool:
    source, span = _place(citation, assistant)
    inside = span.start <= citation.start < citation.end <= span.end
    return inside and source[citation.start : citation.end] == citation.quote


def _place(citation: Citation, assistant: Assistant) -> tuple[str, Span]:
    """The text that a citation's offsets count in, and where it may stand: in its measure, or a preamble."""
    for guideline in assistant.library.guidelines:
        if guideline.preamble and citation.measure_id == preamble_id(guideline):
            return guideline.source, guideline.preamble
    measure = assistant.index.measures[assistant.index.row(citation.measure_id)]
    return assistant.library.of(measure).source or measure.text, measure.span


def _read(file: Path, split: str | None) -> tuple[list[Asked], list[Expected]]:
    asked = read_questions(file)
    if asked.bad_lines:
        raise WenceError(
            "问题文件有误:\n" + "\n".join(asked.bad_lines),
            "The question file has bad lines; correct them first.",
        )
    records = [json.loads(line) for line in file.read_bytes().splitlines() if line.strip()]
    chosen = [
        (a, r) for a, r in zip(asked.questions, records, strict=True) if split in (None, r.get("split"))
    ]
    return [a for a, _ in chosen], [_expected(r) for _, r in chosen]


def _expected(record: dict[str, object]) -> Expected:
    gold, facts = record.get("gold") or [], record.get("must_contain") or []
    refuse = record.get("refuse")
    if not isinstance(gold, list) or not isinstance(facts, list):
        raise WenceError(
            f"问题 {record.get('id')} 的 gold 或 must_contain 不是列表。",
            f"gold or must_contain of question {record.get('id')} is not a list.",
        )
    kind = str(record.get("kind") or "topic")
    return Expected(kind, frozenset(gold), tuple(facts), str(refuse) if refuse else None)
