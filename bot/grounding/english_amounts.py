"""Which of several numbers of a measure an English sentence gives whom: 博士、硕士分别3000元、1500元."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.grounding.bilingual import find_terms, stands
from bot.grounding.english_aligned import Source
from bot.grounding.english_numbers import Quantity, find_quantities, same
from bot.grounding.numbers import Number, find_numbers

_UNITS = ("元", "%", "分之")
_LISTED = re.compile("[^,;:。、]{1,14}(?:[、和及或][^,;:。、和及]{1,14})+")
_BETWEEN = re.compile("[、和及,]?(?:每[人家户个月年]{1,2})?")


def given_others(text: str, source: Source) -> Iterator[str]:
    """Amounts that the source gives another than whom normalised `text` tells of."""
    quantities = [one for one in find_quantities(text) if one.unit in _UNITS]
    told = find_terms(text)
    for sentence in source.sentences:
        for one in quantities:
            if len([other for other in quantities if other.unit == one.unit]) == 1:
                yield from _given_another(one, sentence, told)


def _given_another(one: Quantity, sentence: str, told: Sequence[str]) -> Iterator[str]:
    numbers = [number for number in find_numbers(sentence) if number.unit == one.unit]
    mine = [at for at, number in enumerate(numbers) if same(one, number)]
    if len(numbers) < 2 or len(mine) != 1:
        return
    contexts = _contexts(sentence, numbers)
    having = {term: [at for at, words in enumerate(contexts) if stands(term, words)] for term in told}
    apart = [places[0] for places in having.values() if len(places) == 1]
    enough = 1 if ";对" in contexts[mine[0]] else 2
    if apart and mine[0] not in apart and (apart.count(0) >= enough or set(apart) - {0}):
        yield one.words  # what stands before all of them may be said of all: one word of it is no sign


def _contexts(sentence: str, numbers: Sequence[Number]) -> list[str]:
    """What is told of each number: what stands before it, or its part of a list before all of them."""
    ends = [0, *(number.end for number in numbers[:-1])]
    before = [sentence[end : number.start] for end, number in zip(ends, numbers, strict=True)]
    if all(_BETWEEN.fullmatch(words) for words in before[1:]) and "分别" in before[0]:
        lists = [re.split("[、和及或]", match[0]) for match in _LISTED.finditer(before[0])]
        fitting = [parts for parts in lists if len(parts) == len(numbers)]
        if fitting:
            return fitting[-1]
    return before
