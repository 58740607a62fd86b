"""Answers from several documents as one: each under its document's title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answer import Answer
from bot.answers.sources import document_name
from bot.phrases import say
from corpus.measure import Guideline


def merge(parts: Sequence[tuple[Guideline, Answer]], documents: int = 0, checked: int = 0) -> Answer:
    """One answer out of one per document; `documents` and `checked` count all that were looked at.

    Documents that have nothing to tell are left out, unless all have nothing.
    """
    documents = documents or len(parts)
    checked = checked or sum(answer.checked for _, answer in parts)
    telling = [part for part in parts if _tells(part[1])] or list(parts[:1])
    if documents == 1 or telling[0][1].refusal:
        return replace(telling[0][1], checked=checked)
    answers = [answer for _, answer in telling]
    lead = _lead(answers, documents, checked)
    titled = [
        f"### {document_name(guideline, answer.lang)}\n\n{answer.text}" for guideline, answer in telling
    ]
    return replace(
        answers[0],
        text="\n\n".join([lead, *titled]),
        citations=tuple(citation for answer in answers for citation in answer.citations),
        completeness="complete" if all(a.completeness == "complete" for a in answers) else "partial",
        districts=tuple(dict.fromkeys(name for answer in answers for name in answer.districts)),
        applicability=tuple(applies for answer in answers for applies in answer.applicability),
        checked=checked,
        notes=tuple(dict.fromkeys(note for answer in answers for note in answer.notes)),
    )


def _tells(answer: Answer) -> bool:
    return answer.refusal is None and bool(answer.citations or answer.applicability)


def _lead(answers: Sequence[Answer], documents: int, checked: int) -> str:
    first = answers[0]
    count = len(answers) if any(map(_tells, answers)) else 0
    applies = sum(len(answer.applicability) for answer in answers)
    phrase = "many.lead_none" if not count else "many.lead_applies" if applies else "many.lead"
    return say(first.lang, phrase, documents=documents, checked=checked, count=count, applies=applies)
