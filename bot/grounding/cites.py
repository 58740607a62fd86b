"""How a sentence cites: [2] or 【1、3】 by the order of the evidence, （十八） or 第十八条 by label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.grounding.evidence import plain
from corpus.measure import Measure

_MARKS = re.compile(
    r"[\[【［]\s*(?:\^|证据|来源|evidence )?\s*(\d+(?:\s*[,、,，;-]\s*\d+)*)\s*[\]】］]", re.IGNORECASE
)
_BRACKETS = re.compile(r"\s*[\[【［][^\]】］\n]{1,24}[\]】］]")
"""What looks like a citation; square brackets of a guideline reach a model as other ones."""
_HAN = "〇零一二三四五六七八九十百"
_LABELS = re.compile(rf"(?:\(([{_HAN}]+|\d+)\)|第([{_HAN}]+|\d+)条)(?:条|项)?")


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence without its citations, the measures cited (in order), and the citations of nothing given."""

    text: str
    measures: tuple[Measure, ...]
    unknown: tuple[str, ...]


def read_citations(sentence: str, evidence: Sequence[Measure]) -> Cited:
    """Take the citations out of a sentence. `text` is normalised."""
    text = plain(sentence.replace("【", "[").replace("】", "]"))
    found: dict[str, Measure] = {}
    unknown: list[str] = []

    def numbered(match: re.Match[str]) -> str:
        for digits in _expanded(match[1]):
            if 1 <= digits <= len(evidence):
                found[evidence[digits - 1].id] = evidence[digits - 1]
            else:
                unknown.append(f"[{digits}]")
        return " "

    text = _MARKS.sub(numbered, text)
    labels = {label: measure for measure in evidence for label in _spelt(measure)}
    quoted = "".join(measure.text for measure in evidence)

    def labelled(match: re.Match[str]) -> str:
        if match[0] in labels:
            found[labels[match[0]].id] = labels[match[0]]
            return " "
        if match[0] not in plain(quoted):
            unknown.append(match[0])
            return " "
        return match[0]

    text = _LABELS.sub(labelled, text)
    return Cited(re.sub(r" +", " ", text).strip(), tuple(found.values()), tuple(unknown))


def without_marks(sentence: str) -> str:
    """A sentence as it was written, without its citations in square brackets."""
    return _BRACKETS.sub("", sentence)


def _expanded(marks: str) -> Iterable[int]:
    """1,3 and 2-4 as numbers; a range is at most 20 long."""
    for part in re.split(r"[,、，;]", marks):
        first, _, last = part.partition("-")
        start, end = int(first), int(last or first)
        yield from range(start, min(end, start + 20) + 1)


def _spelt(measure: Measure) -> tuple[str, ...]:
    label = plain(measure.label)
    bare = label.strip("()第条、.")
    return (label, f"({bare})", f"第{bare}条", f"第{measure.number}条", f"({bare})条")
