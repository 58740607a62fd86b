"""Answers from several documents as one: each under its document's title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answer import Answer
from bot.answers.quoting import escape
from corpus.measure import Guideline


def merge(parts: Sequence[tuple[Guideline, Answer]]) -> Answer:
    """One answer out of one per document.

    Documents that have nothing are left out, unless all have nothing.
    """
    telling = [part for part in parts if part[1].refusal is None] or list(parts[:1])
    checked = sum(answer.checked for _, answer in parts)
    if len(telling) == 1:
        return replace(telling[0][1], checked=checked)
    answers = [answer for _, answer in telling]
    titled = (f"### {escape(g.meta.title or g.slug)}\n\n{answer.text}" for g, answer in telling)
    return replace(
        answers[0],
        text="\n\n".join(titled),
        citations=tuple(citation for answer in answers for citation in answer.citations),
        completeness="complete" if all(a.completeness == "complete" for a in answers) else "partial",
        checked=checked,
        notes=tuple(dict.fromkeys(note for answer in answers for note in answer.notes)),
    )
