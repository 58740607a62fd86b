"""A piece laid letter by letter beside the piece that it repeats: what is replaced, what is swapped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import Match, SequenceMatcher
from itertools import pairwise

from bot.grounding.numbers import find_numbers
from bot.grounding.words import fillers, frames, listed, pattern, reworded, same, same_words

_EDGE = 2
_LONGEST = 8
_LIGHT = (
    "的了在是应将可须需要会能时后前所其由被把对向为于以从同跟让使又也还均都"
    "并且而仍则就各已再先按予取接想限额者好完掉过到用您你我请就"
)
_REFERS = re.compile("(?:本|该|此|这|上述|前款|前述)(?:一?[项类条笔种个])?|\\([一二三四五六七八九十\\d]+\\)")
_AROUND = re.compile("对|向|给|成为|是|为")


def substituted(text: str, there: str, sentence: str, around: str, segment: str = "") -> Iterator[str]:
    """Words between the same words as in `there`, instead of others that the sentence does not have.

    A topic (申报时间为) may be of the whole measure (`around`), words of its segment may change places."""
    blocks = [
        block
        for block in SequenceMatcher(None, there, text, False).get_matching_blocks()
        if block.size >= _EDGE
    ]
    blocks.append(Match(len(there.rstrip()), len(text.rstrip()), 0))
    blocks.insert(0, Match(0, 0, 0))
    for first, second in pairwise(blocks):
        instead = there[first.a + first.size : second.a]
        said = text[first.b + first.size : second.b]
        if there.endswith("最", 0, first.a + first.size):  # 最多获 and 最高
            instead, said = instead.lstrip("多高长"), said.lstrip("多高长")
        if _REFERS.match(instead) or not (0 < len(said) <= _LONGEST and 0 < len(instead) <= _LONGEST):
            continue
        core, lost = _core(said), _core(instead)
        if (said.endswith(("为", "是")) and core in around) or (len(core) > 2 and core in segment):
            continue
        here = core in re.sub("[、和与及]", "", there) or sentence.count(lost) >= there.count(lost)
        if re.search("[的了]", said) or pattern("sums_up").search(said) or _short_for(core, around):
            continue
        if not core or not lost or here or _alike(core, lost) or _alike(said, instead):
            continue
        start = second.b - len(said.lstrip(_LIGHT + "要来"))
        if not reworded(text, start, start + len(said.strip(_LIGHT + "要来")), there):
            yield said


def _core(words: str) -> str:
    """What words say that no other check looks at; empty for a list, a number, a negation."""
    if re.search("[,、;]", words) or find_numbers(words) or pattern("negation").search(words):
        return ""
    if pattern("upper").fullmatch(words) or pattern("lower").fullmatch(words):
        return ""
    words = re.sub("务必|必须|应当|应该", "", pattern("upper").sub("", words))
    rest = pattern("loose_modifier").sub("", fillers().without(frames().without(words)))
    return "".join(letter for letter in rest if "\u4e00" <= letter <= "\u9fff" and letter not in _LIGHT)


def _short_for(core: str, around: str) -> bool:
    """Whether two letters are short for a word of four: 校招 for 校园招聘."""
    return (
        len(core) == 2 and re.search(f"{core[0]}[\u4e00-\u9fff]{core[1]}[\u4e00-\u9fff]", around) is not None
    )


def _alike(said: str, instead: str) -> bool:
    if len(said) == len(instead) == 1:
        return not any(said in letters and instead in letters for letters in listed("opposites"))
    if set(said) & set(instead):
        return True
    return any(other in instead for _, word in same_words().find(said) for other in same()[word])


def swapped(text: str, there: str, around: str) -> Iterator[str]:
    """A对B where the measure (`around`) has B对A, and the piece repeated not A对B."""
    for match in _AROUND.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        for left in (3, 2, 1):
            for right in (4, 3, 2, 1):
                turned = after[:right] + match[0] + before[-left:]
                straight = before[-left:] + match[0] + after[:right]
                whole = left + right >= 3 and len(turned) == left + right + len(match[0])
                if whole and turned in around and straight not in there:
                    yield turned
                    return
