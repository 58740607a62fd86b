"""Answers, hits and documents as text for a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from bot.answer import Answer
from corpus.formats.parsing import MARK_UP
from corpus.measure import Guideline
from index.hits import Hit

_LINK = re.compile(r"\[([^\]]*)\]\(#cite-[^)]*\)")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>~|&])")
_TAG = re.compile(r"`([^`]*)`")
_RULE = re.compile(r"^\|(?:-+\|)+\n", re.MULTILINE)
_ROW = re.compile(r"^\| (.*) \|$", re.MULTILINE)
_MARKS = re.compile(r"\*\*|^> ?|^### |  $", re.MULTILINE)
_NOTE = re.compile(r"^\*(?!\*)(.*[^\\])\*$", re.MULTILINE)
"""A line that is all in italics."""


def answer_text(answer: Answer, *, colour: bool) -> str:
    """An answer for reading: links to the source become their words; on a terminal set in colour by rich."""
    text = _LINK.sub(r"\1", answer.text)
    if not colour:
        flat = _RULE.sub("", _TAG.sub(r"[\1]", _NOTE.sub(r"\1", text)))
        flat = _ROW.sub(lambda row: row[1].replace(" | ", "\t"), flat)
        return _ESCAPED.sub(r"\1", _MARKS.sub("", flat))
    from rich.console import Console
    from rich.markdown import Markdown

    buffer = io.StringIO()
    Console(file=buffer, force_terminal=True).print(Markdown(text))
    return buffer.getvalue().rstrip()


def hits_text(hits: Sequence[Hit]) -> str:
    """A ranking, one line a hit: rank, score, id, label and title, best sentence."""
    lines = [
        f"{hit.rank:>3}  {hit.score:6.3f}  {hit.measure.id}  {hit.measure.label}{hit.measure.title}"
        + (f"\n       {hit.sentence.text}" if hit.sentence else "")
        for hit in hits
    ]
    return "\n".join(lines) or "没有结果 / no hits"


def outline_text(guideline: Guideline) -> str:
    """A document's sections and measures, one a line, with line numbers and what was dropped.

    Signs of mark-up, of which there may be one on each line, are left out.
    """
    sections = [
        (s.span.start, f"{s.span.line:>6}  {'  ' * (s.level - 1)}{s.heading}") for s in guideline.sections
    ]
    items = [
        (m.span.start, f"{m.span.line:>6}    {m.label}{m.title or m.text[:30].splitlines()[0]}")
        for m in guideline.measures
    ]
    dropped = [f"{d.span.line:>6}  ({d.reason})" for d in guideline.dropped if d.reason != MARK_UP]
    head = f"{guideline.meta.title or guideline.slug}: {len(guideline.sections)} + {len(guideline.measures)}"
    return "\n".join([head, *(line for _, line in sorted(sections + items)), *dropped])
