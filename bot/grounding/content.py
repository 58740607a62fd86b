"""Content words of a piece that a measure does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.grounding.evidence import Ground
from bot.grounding.numbers import find_numbers
from bot.grounding.reach import holds_for
from bot.grounding.words import frames, harmless, listed, pattern, qualifiers, same, same_words
from corpus.find import find_names
from index.expand import expand

_PARTICLES = frozenset(
    "的了在是和与及等也还都就由对把被将会能可让给为以并且其该此这那有于向从到则所各再又或而后前时内中上下里来去做用须需要"
)
_ADDRESS = frozenset("您你我咱他她它们吗呢吧嘛呀哦啊啦谁啥却但很么")  # as good as never part of another word
_PLACES = frozenset("时中上下内里前后")  # 时 of 临时 is no particle
_ALONE = _PARTICLES | _ADDRESS
_CITY = re.compile(
    "(?:(?=[\u4e00-\u9fff]{2}市(?![场民区级值价州属]))"
    "|(?<=来)(?=[\u4e00-\u9fff]{2}(?:求职|就业|创业|工作|找|发展|落户))"
    "|^(?=[\u4e00-\u9fff]{2}(?:鼓励|支持|引导|推动|将|每年|规定|要求|对)))(?P<city>..)"
)
_LIGHT = _PARTICLES | frozenset("人者不未无没非")
_WORD = re.compile(r"[\u3400-\u9fff]+|[a-z0-9.+-]+")


def uncovered(text: str, ground: Ground) -> Iterator[str]:
    """Runs of two or more characters of normalised `text` that are not in the measure and not harmless."""
    covered = [False] * len(text)
    _numbers(text, covered)
    for match in _WORD.finditer(text):
        _by_pairs(text, match.start(), match.end(), covered, ground)
    for at, word in _reworded(text, ground):
        _cover(covered, at, at + len(word))
    for name in find_names(text, ground.known.gazetteer) if ground.known else ():
        if holds_for(name.name, text, ground):
            _cover(covered, name.start, name.end)
    for group in qualifiers():
        if any(word in ground.text for word in group):
            for match in re.finditer("|".join(group), text):
                _cover(covered, match.start(), match.end())
    _harmless(text, covered)
    _own_city(text, covered, ground)
    for words in (pattern("issuer"), *((pattern("sums_up"),) if ground.conditional else ())):
        for match in words.finditer(text):
            _cover(covered, match.start(), match.end())
    yield from _other_step(text, ground)
    for start, end in _gaps(text, covered, ground.text):
        if not _said_otherwise(text[start:end], ground):
            yield text[start:end]


def _reworded(text: str, ground: Ground) -> Iterator[tuple[int, str]]:
    """Words that the measure has otherwise; of a long one that it has not, the short ones inside."""
    for at, word in same_words().find(text):
        if any(other in ground.text for other in same()[word]):
            yield at, word
            continue
        for start in range(len(word) - 1):
            for end in range(start + 2, len(word) + 1):
                inner = word[start:end]
                if inner != word and any(other in ground.text for other in same().get(inner, ())):
                    yield at + start, inner


def _other_step(text: str, ground: Ground) -> Iterator[str]:
    """A step of a ladder (大专, 本科, 硕士) that the measure does not name, where it names another."""
    rest = text.replace("其中", "")  # 其中专科 is no 中专
    for ladder in listed("ladders"):
        steps = ladder.split()
        if any(step in ground.text for step in steps):
            for step in steps:
                if step in rest and not any(word in ground.text for word in (step, *same().get(step, ()))):
                    yield step


def _own_city(text: str, covered: list[bool], ground: Ground) -> None:
    """The city that a measure calls 我市: 澜川市, 澜川 before the verb of the issuer, 来澜川 for 来我市."""
    if re.search("[我本全]市|市级|市政府|来[\u4e00-\u9fff](?=求职|就业|工作)", ground.text):
        for match in _CITY.finditer(text):
            if not any(covered[match.start("city") : match.end("city")]):
                _cover(covered, match.start("city"), match.end("city"))


def _cover(covered: list[bool], start: int, end: int) -> None:
    covered[start:end] = [True] * (end - start)


def _harmless(text: str, covered: list[bool]) -> None:
    """Words of one character are parts of others, but for particles."""
    for words in (harmless(), frames()):
        for at, word in words.find(text):
            part = word not in _ALONE or (word in _PLACES and at and not covered[at - 1])
            if len(word) > 1 or not part:
                _cover(covered, at, at + len(word))


def _numbers(text: str, covered: list[bool]) -> None:
    """Numbers and bounds are compared elsewhere."""
    for number in find_numbers(text):
        _cover(covered, number.start - text.endswith("每", 0, number.start), number.end)
    for name in ("upper", "lower"):
        for match in pattern(name).finditer(text):
            _cover(covered, match.start(), match.end())


def _by_pairs(text: str, start: int, end: int, covered: list[bool], ground: Ground) -> None:
    if text[start].isascii():
        if text[start:end] in ground.text:
            _cover(covered, start, end)
        return
    for at in range(start, end - 1):
        if text[at : at + 2] in ground.bigrams:
            _cover(covered, at, at + 2)


def _gaps(text: str, covered: list[bool], there: str) -> Iterator[tuple[int, int]]:
    for match in _WORD.finditer(text):
        at = match.start()
        while at < match.end():
            end = at
            while end < match.end() and not covered[end]:
                end += 1
            alone = end - at == 1 and (text[at].isascii() or (text[at] not in there and _turns(text[at])))
            if (end - at >= 2 and any(one not in _LIGHT for one in text[at:end])) or (
                alone and (end - at == match.end() - match.start() or not text[at].isascii())
            ):
                yield at, end
            at = end + 1


def _turns(letter: str) -> bool:
    """Whether a letter alone turns a word into another: 弱 of 弱化, 间 of 间接."""
    return any(letter in letters for letters in listed("opposites")) and letter not in harmless().words


def _said_otherwise(run: str, ground: Ground) -> bool:
    """Whether a run is short for words of the measure, or lay words for them."""
    if any(term in ground.text for term in expand(run)):
        return True
    return len(run) <= 3 and re.search(".{0,2}".join(map(re.escape, run)), ground.text) is not None
