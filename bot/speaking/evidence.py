"""What a model is given for an answer: the measures that the extract quotes, in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.answer import Answer
from bot.library import Library
from bot.prompts import Given
from corpus.measure import Measure

MeasureOf = Callable[[str], Measure | None]


def evidence_of(answer: Answer, library: Library, measure_of: MeasureOf) -> tuple[Given, ...]:
    """The measures that an answer in free words quotes; none for lists, tables and refusals.

    `measure_of` finds a measure by its id, None where the id is that of something else (a preamble).
    """
    return () if answer.route != "topic" or answer.refusal else tuple(_quoted(answer, library, measure_of))


def _quoted(answer: Answer, library: Library, measure_of: MeasureOf) -> Iterator[Given]:
    for measure_id in dict.fromkeys(citation.measure_id for citation in answer.citations):
        measure, guideline = measure_of(measure_id), library.guideline_of(measure_id)
        if measure is not None and guideline is not None:
            yield Given(measure, guideline.meta.title)
