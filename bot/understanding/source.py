"""What a rewritten question may be made of: the question, the questions before it, and their answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from bot.grounding.numbers import find_numbers
from bot.reading.clauses import ClauseRef, clause_refs
from bot.understanding.known import Known, Place
from corpus.normal import normalize, normalize_question

_LABEL = re.compile(r"第[〇零一二三四五六七八九十百千两]+[条款项章节点]|\([〇零一二三四五六七八九十百千]+\)")
TURNS = 6
TURN_CHARS = 600
"""So much of what came before is shown to the model (`bot.prompts`), and nothing beyond it counts."""


@dataclass(frozen=True)
class Source:
    """The texts, normalised; `known` reads places and documents in them."""

    question: str
    asked: tuple[str, ...]
    answers: tuple[str, ...]
    known: Known

    @cached_property
    def text(self) -> str:
        """All of it; a line between the texts, so that no word grows out of two."""
        return "\n".join((self.question, *self.asked, *self.answers))

    @cached_property
    def spoken(self) -> str:
        """What was asked, now and before."""
        return "\n".join((self.question, *self.asked))

    @cached_property
    def places(self) -> frozenset[str]:
        """The places that may be named: those asked about, and only where there are none, those answered."""
        asked = self._places(self.question, *self.asked)
        return asked or self._places(*self.answers)

    @cached_property
    def clauses(self) -> frozenset[ClauseRef]:
        """The clauses that may be named: those asked about, and only where there are none, those answered."""
        asked = frozenset(ref for text in (self.question, *self.asked) for ref in clause_refs(text))
        return asked or frozenset(ref for text in self.answers for ref in clause_refs(text))

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """The numbers that were asked about, by their values; of answers only those of clauses."""
        return frozenset((*values(self.spoken), *(Decimal(ref.number) for ref in self.clauses)))

    @cached_property
    def documents(self) -> frozenset[str]:
        """The documents that were named."""
        return frozenset(name for text in self._texts for name in self.known.documents_in(text))

    @property
    def _texts(self) -> tuple[str, ...]:
        return (self.question, *self.asked, *self.answers)

    def _places(self, *texts: str) -> frozenset[str]:
        found: list[Place] = [place for text in texts for place in self.known.places_in(text)]
        return frozenset(name for place in found for name in place)


def shown(history: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The end of a conversation that a model is shown."""
    return tuple((asked[:TURN_CHARS], answered[:TURN_CHARS]) for asked, answered in history[-TURNS:])


def source_of(question: str, history: Sequence[tuple[str, str]], known: Known) -> Source:
    """The texts of a question and of what was `shown` before it."""
    asked = tuple(normalize(one) for one, _ in history)
    answers = tuple(normalize(one) for _, one in history)
    return Source(normalize_question(question), asked, answers, known)


def values(text: str) -> list[Decimal]:
    """The values of the numbers in a normalised text, in order; a clause's label is a name, not a number."""
    return [number.value for number in find_numbers(_LABEL.sub(" ", text))]
