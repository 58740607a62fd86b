"""The pieces of a sentence as it is told, each with what it goes with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.grounding.evidence import Ground, Piece, read_pieces
from bot.grounding.numbers import find_numbers
from bot.grounding.words import restated


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of the model's sentence, the sentence, the pieces it goes with, the classes told before."""

    piece: Piece
    sentence: str
    group: str
    before: frozenset[str]


def told_pieces(text: str, grounds: Sequence[Ground]) -> Iterator[Told]:
    """The pieces of a sentence. A piece goes with those before it, back to one with a number."""
    for words, one in restated():
        text = words.sub(one, text)
    group: list[str] = []
    before: frozenset[str] = frozenset()
    segment = 0
    for piece in read_pieces(text, grounds[0].known):
        if piece.segment != segment:
            group, segment = [], piece.segment
        group.append(piece.text)
        yield Told(piece, text, ",".join(group), before)
        before |= piece.own | {piece.strength}
        if find_numbers(piece.text) and not piece.text.endswith("的"):
            group = []
