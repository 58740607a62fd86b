"""Which Chinese sentence of the measures an English one repeats: by terms and numbers, the rarer the more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.grounding.bilingual import find_terms, stands
from bot.grounding.english_numbers import Quantity, find_quantities, same
from bot.grounding.evidence import Ground, Piece
from bot.grounding.numbers import find_numbers

_LEAST = 1.0
"""Of a sentence that is taken for the source: as much as a term that stands nowhere else."""
_NEAR = 0.75


@dataclass(frozen=True, slots=True)
class Source:
    """The sentences that an English one may be of, and in them the pieces. `sure`: not just all there are."""

    sentences: tuple[str, ...]
    pieces: tuple[Piece, ...]
    sure: bool

    @property
    def text(self) -> str:
        """The sentences as one text."""
        return "。".join(self.sentences)

    @property
    def classes(self) -> frozenset[str]:
        """Every class of strength in them."""
        return frozenset().union(*(piece.allowed for piece in self.pieces))


def source_of(text: str, grounds: Sequence[Ground]) -> Source:
    """The likeliest sentences for normalised English `text`; all of them where none stands out."""
    places = [(ground, at) for ground in grounds for at in range(len(ground.texts))]
    scores = _scores(_signs(text), [ground.texts[at] for ground, at in places])
    best = max(scores, default=0.0)
    sure = best >= _LEAST
    near = [place for place, score in zip(places, scores, strict=True) if not sure or score >= _NEAR * best]
    pieces = tuple(piece for ground, at in near for piece in ground.pieces if piece.sentence == at)
    return Source(tuple(ground.texts[at] for ground, at in near), pieces, sure)


def likeliest_pieces(text: str, source: Source) -> tuple[Piece, ...]:
    """The pieces of the source that have most of what an English sentence says; none where it is unsure."""
    scores = _scores(_signs(text), [piece.text for piece in source.pieces])
    best = max(scores, default=0.0)
    if not source.sure or best < _LEAST:
        return ()
    return tuple(piece for piece, score in zip(source.pieces, scores, strict=True) if score >= _NEAR * best)


def _signs(text: str) -> list[Callable[[str], bool]]:
    """For each term and number of an English text, whether a Chinese one has it."""
    return [*map(_term, find_terms(text)), *(_number(one) for one in find_quantities(text))]


def _term(term: str) -> Callable[[str], bool]:
    return lambda there: stands(term, there)


def _number(one: Quantity) -> Callable[[str], bool]:
    return lambda there: any(same(one, number) for number in find_numbers(there))


def _scores(signs: Sequence[Callable[[str], bool]], texts: Sequence[str]) -> list[float]:
    scores = [0.0] * len(texts)
    for sign in signs:
        having = [at for at, there in enumerate(texts) if sign(there)]
        for at in having:
            scores[at] += 1 / len(having)
    return scores


def misplaced(text: str, source: Source) -> Iterator[str]:
    """Numbers that the source has not, but others of their unit."""
    numbers = [number for sentence in source.sentences for number in find_numbers(sentence)]
    for one in find_quantities(text) if source.sure else ():
        there = any(same(one, number) for number in numbers)
        alike = ("年", "月") if one.unit in ("年", "月") else (one.unit,)
        if one.unit and not there and any(number.unit in alike for number in numbers):
            yield one.words
