"""Asks the questions: as extracts, and beside that with the language model where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.answer import Answer
from bot.ask import Assistant
from bot.evaluation.cases import Case, Known, read_known
from bot.evaluation.report import Report, score
from bot.evaluation.spoken import Figures, figures_of
from bot.json_form import Json
from index.hits import Hit

Tick = Callable[[int], object]
"""Told how many more questions have been answered."""

_AT_A_TIME = 16
"""So many questions are put to a language model before the next progress is told."""


@dataclass(frozen=True, slots=True)
class Side:
    """The figures of the answers with a language model: the same ones, and those of the model itself."""

    report: Report
    figures: Figures

    def to_json(self) -> Json:
        """The report with the model's own figures under ``figures``."""
        return {**self.report.to_json(), "figures": self.figures.to_json()}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured: extracts, and the same questions with a language model or None."""

    extract: Report
    model: Side | None = None

    def to_json(self) -> Json:
        """The report of the extracts, with that of the model under ``model``."""
        return {**self.extract.to_json(), "model": self.model.to_json() if self.model else None}

    def changed(self) -> tuple[list[str], list[str]]:
        """Questions that only the extract, and that only the model answers rightly."""
        if self.model is None:
            return [], []
        extract, model = self.extract.whole.failures, self.model.report.whole.failures
        return [q for q in model if q not in extract], [q for q in extract if q not in model]


def evaluate_file(assistant: Assistant, file: Path, split: str | None = None) -> Report:
    """Ask every question of a `.jsonl` file and score the answers. Raises WenceError for bad lines."""
    return evaluate(assistant, [one for one in read_known(file) if split in (None, one.split)]).extract


def evaluate(
    assistant: Assistant,
    known: Sequence[Known],
    speaking: Assistant | None = None,
    tick: Tick = lambda _: None,
) -> Evaluation:
    """Ask every question and score the answers.

    `speaking` is an assistant over the same index with a language model; it is asked the same questions.
    """
    asked = [one.asked for one in known]
    queries = assistant.index.encode_many([one.text for one in asked])
    hits = [assistant.index.rank(query, k=10).hits for query in queries]
    extracts = _cases(known, assistant.ask_many(asked), hits)
    extract = score(extracts, assistant)
    tick(len(asked))
    if speaking is None:
        return Evaluation(extract)
    answers: list[Answer] = []
    for start in range(0, len(asked), _AT_A_TIME):
        answers += speaking.ask_many(asked[start : start + _AT_A_TIME])
        tick(len(answers[start:]))
    cases = _cases(known, answers, hits)
    return Evaluation(extract, Side(score(cases, speaking), figures_of(cases, extracts)))


def _cases(known: Sequence[Known], answers: Sequence[Answer], hits: Sequence[tuple[Hit, ...]]) -> list[Case]:
    rows = zip(known, answers, hits, strict=True)
    return [Case(one.asked, one.expected, answer, found) for one, answer, found in rows]
