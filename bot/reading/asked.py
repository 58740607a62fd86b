"""What kind of fact a question asks for (an amount, a rate, a telephone, …), and whether a text states one.

A question about an amount is answered only by a sentence that states one; without such a sentence the
honest answer is "not in the text". Works on normalised text (`corpus.normal.normalize`).
"""

from __future__ import annotations

from bot.reading.patterns import bare_pattern, fact_patterns

PROCEDURAL = frozenset({"phone", "web", "address", "deadline", "materials", "person"})
"""Facts about applying. A question for one of them (最晚什么时候交申请?) may name no matter at all."""


def fact_kinds(text: str) -> tuple[str, ...]:
    """The kinds of fact that a normalised question asks for (names of `[fact.*]` in patterns.toml).

    A number as such counts only where no kind of number is named.
    """
    kinds = tuple(name for name, (question, _) in fact_patterns().items() if question.search(text))
    return tuple(kind for kind in kinds if kind != "count") or kinds


def is_bare(text: str) -> bool:
    """Whether a normalised question asks for a fact about applying and names no matter (咨询电话是多少?)."""
    rest = text
    for kind in sorted(PROCEDURAL):  # in a fixed order: what one wording takes away another may need
        rest = fact_patterns()[kind][0].sub("", rest)
    return rest != text and not bare_pattern().sub("", rest)


def states(kind: str, text: str) -> bool:
    """Whether a normalised text states a fact of this kind."""
    return bool(fact_patterns()[kind][1].search(text))
