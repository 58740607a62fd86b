"""Some models write their thoughts before the answer, between <think> and </think>; nobody is shown them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_BEGIN, _END = "<think>", "</think>"


def without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces after a leading block of thoughts; empty pieces (signs of life) come through as such."""
    held, answering = "", False
    for piece in pieces:
        if answering:
            yield piece
            continue
        held += piece
        start = held.lstrip()
        if start.startswith(_BEGIN):
            _, closed, held_after = start.partition(_END)
            answering = bool(closed)
            yield held_after.lstrip()
        elif start and not _BEGIN.startswith(start):
            answering = True
            yield held
        else:
            yield ""
    if not answering and held.strip() and not held.lstrip().startswith(_BEGIN):
        yield held
