"""A model's whole answer, sentence by sentence: kept, replaced by the words of the measure, or removed.

Stream(grounds).feed(chunk)  →  the sentences that are complete and have passed
review(text, grounds)        →  Reviewed
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from bot.grounding.cites import without_marks
from bot.grounding.evidence import most_like
from bot.grounding.sentence import Grounds, Verdict
from corpus.measure import Sentence

Outcome = Literal["kept", "replaced", "removed"]

_CITES = r"(?:\s*(?:[\[【［][^\]】］\n]{1,24}[\]】］]|[（(][一二三四五六七八九十百]+[)）]))*"
_SENTENCE = re.compile(
    rf"[^。！？!?\n]*?(?:[。！？!?]+|(?<=[a-z\])\d])\.(?=\s+[A-Z]|\s*\n))[”’」』）)\"']*{_CITES}[。.]?|[^\n]*\n"
)
_WHOLE = re.compile(r"[。！？!?.\])）】］〕][”’」』）)\"']*\s*$")
_LEAST_LIKE = 0.3
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence as the model wrote it, its verdict, what to show instead (`shown`, empty if removed)."""

    text: str
    verdict: Verdict
    outcome: Outcome
    shown: str
    quote: Sentence | None = None
    measure_id: str = ""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An answer after the check."""

    sentences: tuple[Judged, ...]

    @property
    def text(self) -> str:
        """What may be shown, sentences in order."""
        return "\n".join(one.shown for one in self.sentences if one.shown)

    @property
    def grounded(self) -> float:
        """The share of sentences that passed; 0 where there is none."""
        kept = sum(one.outcome == "kept" for one in self.sentences)
        return kept / len(self.sentences) if self.sentences else 0.0

    @property
    def changed(self) -> int:
        """How many sentences were replaced or removed: what a note to the reader says."""
        return sum(one.outcome != "kept" for one in self.sentences)


@dataclass(slots=True)
class Stream:
    """Chunks in, judged sentences out, each once and as soon as it is complete."""

    grounds: Grounds
    _rest: str = ""
    _quoted: set[str] = field(default_factory=set)

    def feed(self, chunk: str) -> Iterator[Judged]:
        """The sentences that `chunk` completes; each waits for what follows, which may be its citation."""
        self._rest += chunk
        while (match := _SENTENCE.match(self._rest)) and (
            match.end() < len(self._rest) or len(self._rest) > _LONGEST
        ):
            if not match[0]:
                break
            if not match[0].endswith("\n") and _may_go_on(self._rest[match.end() :]):
                break
            self._rest = self._rest[match.end() :]
            yield from self._judge(match[0])

    def close(self) -> Iterator[Judged]:
        """What is left when the model has stopped; a sentence without an end was cut off and is left out."""
        rest, self._rest = self._rest, ""
        while rest:
            match = _SENTENCE.match(rest)
            end = match.end() if match and match[0] else len(rest)
            if _WHOLE.search(rest[:end]):
                yield from self._judge(rest[:end])
            rest = rest[end:]

    def _judge(self, text: str) -> Iterator[Judged]:
        words = re.sub(r"^[\s#>*•·-]+|^\s*\d+[.)、]\s*", "", text).strip()
        if re.search(r"\w", without_marks(words)):
            yield _judged(words, self.grounds, self._quoted)


def _may_go_on(rest: str) -> bool:
    """Whether what follows a full stop is the beginning of a citation."""
    return re.fullmatch(r"\s*[\[【［（(][^\]】］)）]{0,24}|\s*", rest) is not None


def review(text: str, grounds: Grounds) -> Reviewed:
    """Judge every sentence of an answer."""
    stream = Stream(grounds)
    return Reviewed((*stream.feed(text), *stream.close()))


def _judged(text: str, grounds: Grounds, quoted: set[str]) -> Judged:
    verdict = grounds.check(text)
    if verdict.kept:
        return Judged(text, verdict, "kept", text)
    found = _nearest(text, grounds, verdict)
    if found is None or found[1].text in quoted:
        return Judged(text, verdict, "removed", "")
    at, sentence = found
    quoted.add(sentence.text)
    return Judged(
        text, verdict, "replaced", f"“{sentence.text}”[{at}]", sentence, grounds.evidence[at - 1].id
    )


def _nearest(text: str, grounds: Grounds, verdict: Verdict) -> tuple[int, Sentence] | None:
    """The sentence of a cited measure that is most like what was said, with the measure's number."""
    cited = [(at, one) for at, one in enumerate(grounds.evidence, 1) if one.id in verdict.cited]
    found = [(*like, at) for at, one in cited if (like := most_like(text, one.sentences)) is not None]
    share, sentence, at = max(found, key=lambda one: (one[0], -one[2]), default=(0.0, None, 0))
    return (at, sentence) if sentence is not None and share >= _LEAST_LIKE else None
