"""What kind of fact a question asks for (an amount, a rate, a telephone number, …), and whether a text states one.

A question about an amount is answered only by a sentence that states one; without such a sentence the
honest answer is "not in the text". Works on normalised text (`corpus.normal.normalize`).
"""

from __future__ import annotations

from bot.reading.patterns import fact_patterns


def fact_kinds(text: str) -> tuple[str, ...]:
    """The kinds of fact that a normalised question asks for (names of `[fact.*]` in patterns.toml)."""
    return tuple(name for name, (question, _) in fact_patterns().items() if question.search(text))


def states(kind: str, text: str) -> bool:
    """Whether a normalised text states a fact of this kind."""
    return bool(fact_patterns()[kind][1].search(text))
