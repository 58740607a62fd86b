"""Names of districts as people mistype them in questions, and places that nobody knows.

Only for questions: what a guideline writes is taken as it stands. A word counts as a mistyped name where
it sounds the same (荣畅, 合穿区), sounds alike (荣仓区), is one the gazetteer lists as a misspelling
(壁山), or misses or swaps a character of a long name; never where it is an ordinary word (奖金, 育种) or
a place elsewhere. Latin words are compared with the pinyin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import contains, eq

from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.phrases_dict import phrases_dict
from rapidfuzz.distance import OSA

from corpus.districts import District, FormerDistrict, Gazetteer
from corpus.find import Kind, Mention, Read, find_names
from corpus.normal import CJK, Normalized, normalize, normalize_with_offsets
from corpus.places import find_places

_RUN = re.compile(f"[{CJK}]{{2,}}")
_LATIN = re.compile(r"(?<![a-z])[a-z]+(?:[ '’-][a-z]+)?(?![a-z])")
_UNITS = "区县市"
_BEGINS = re.compile(
    r"(?:^|[\s,。、?!:;“”(]|在|我在|来自|位于|住|到|去|从|和|与|跟|及|或|是|属于|比|请问|咨询|问|那|那么|如果|若|我们|我|咱们?|对|给|像|说)$"
)
_ENDS = re.compile(
    r"$|[\s,。、?!:;“”)]|的|能|可|有|享|适|在|怎|如|和|与|及|跟|或|呢|吗|企|公|属|符|支|科|政|这|那|是|算|也|人|园|高新|这边|做|办|开|什|哪|申|行|比|本地|呀|啊"
)
_COMMON = re.compile(
    r"(?:[的各我们咱贵本该此全几两哪每某这那同郊市城山社地园景校厂街片老新特灾库牧林矿学小军战禁盲误时商住工农]|开发|示范|试验|高新|经开|自贸|保税|产业|"
    r"功能|核心|先行|合作|协同|创新|生态|旅游|度假|行政|直辖|管理|聚集|集聚|集中|主城|中心|工业|农业|科技|乡村|边远|贫困|脱贫|哪些|什么|"
    r"哪个|所有|有的|其他|别的|一个|相关|有关|大|强|小|股|超|上|都|门|夜|集|楼|车|菜|花|城|省|地级|县级|区|县|每个|多个|几个|部分|条件|"
    r"示范|先进|重点|试点|整个|当地|本|外|示|辖|属)$"
)
_FUZZY = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"), ("l", "n"))
_LEAST_LATIN = 6
"""Shorter pinyin is compared exactly only: one letter makes another name of it."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A district's name for comparison: without 区 or 县, its sound, and the mention that it leads to."""

    base: str
    sounds: tuple[str, ...]
    full: str
    kind: Kind
    districts: tuple[str, ...]
    note: str


def names_asked(text: str, gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """All names in a question: those found as they stand, and those read as mistyped, in order."""
    return tuple(
        sorted((*find_names(text, gazetteer), *read_as(text, gazetteer)), key=lambda name: name.start)
    )


def read_as(text: str, gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """Words of a question that are no names but were probably meant as one; none overlap.

    `read` of a mention says why: ``homophone`` or ``typing error``. Offsets are into `text` as given.
    """
    normal = normalize_with_offsets(text)
    taken = [(name.start, name.end) for name in find_names(normal.text, gazetteer)]
    places = [(place.start, place.start + len(place.text)) for place in find_places(normal.text)]
    found: list[Mention] = []
    for start, end, name, how in _guesses(normal.text, gazetteer):
        # 沙平坝区 holds 平坝区, which is a place elsewhere: the longer reading is meant.
        other = [
            place for place in places if not (start <= place[0] and place[1] <= end and place != (start, end))
        ]
        if not any(start < right and left < end for left, right in (*taken, *other)):
            taken.append((start, end))
            found.append(_mention(text, normal, (start, end), name, how))
    return tuple(sorted(found, key=lambda mention: mention.start))


def unknown_places(
    text: str, gazetteer: Gazetteer, names: Iterable[Mention] | None = None
) -> tuple[str, ...]:
    """Words of a question that look like a district or county and are none that is known (万达区, 天府县).

    Known are the gazetteer's names, mistyped or not, and every place of China. `names` are those of
    `names_asked` for the same text where it is normalised already.
    """
    normal = normalize(text)
    known = names_asked(normal, gazetteer) if names is None or normal != text else names
    taken = [(name.start, name.end) for name in known]
    taken += [(place.start, place.start + len(place.text)) for place in find_places(normal)]
    found = []
    for start, end in _unit_words(normal):
        if not any(start < right and left < end for left, right in taken):
            found.append(normal[start:end])
            taken.append((start, end))
    return tuple(found)


def _unit_words(text: str) -> Iterator[tuple[int, int]]:
    """Spans of two to five characters that end in 区, 县 or 市 and stand where a place's name would."""
    for end in (match.end() for match in re.finditer(f"[{_UNITS}]", text)):
        if not _ENDS.match(text, end):
            continue
        for start in range(end - 3, max(0, end - 5) - 1, -1):
            base = text[start : end - 1]
            if _BEGINS.search(text[:start]) and _is_invented(base):
                yield start, end
                break


def _is_invented(base: str) -> bool:
    return re.fullmatch(f"[{CJK}]{{2,4}}", base) is not None and not _COMMON.search(base)


def _guesses(text: str, gazetteer: Gazetteer) -> Iterator[tuple[int, int, _Name, Read]]:
    """Every reading, the surest first: listed misspellings, then sound, then letters."""
    listed, names = _listed(gazetteer), _names(gazetteer)
    for match in re.finditer("|".join(map(re.escape, listed)) or r"(?!)", text):
        end = match.end() + (text[match.end() : match.end() + 1] in tuple(_UNITS))
        yield match.start(), end, listed[match[0]], "typing error"
    for run in _RUN.finditer(text):
        yield from _sound_alike(run, text, gazetteer)
        yield from _look_alike(run, text, names)
    for match in _LATIN.finditer(text):
        name = _nearest_pinyin(re.sub("[^a-z]", "", match[0]), gazetteer, names)
        if name:
            yield match.start(), match.end(), name, "typing error"


def _sound_alike(
    run: re.Match[str], text: str, gazetteer: Gazetteer
) -> Iterator[tuple[int, int, _Name, Read]]:
    # Each character alone first, which is quick: in most questions nothing sounds like a name at all.
    if not any(_same_sound(run[0], list(map(_blurred_sounds, run[0])), gazetteer)):
        return
    sounds = [frozenset(char) for char in pinyin(run[0], style=Style.NORMAL, heteronym=True)]
    if len(sounds) != len(run[0]):
        return
    blurred = [frozenset(map(_blurred, heard)) for heard in sounds]
    for at, name in _same_sound(run[0], blurred, gazetteer):
        word, start = run[0][at : at + len(name.base)], run.start() + at
        end = start + len(word) + _has_unit(text, start + len(word), name)
        exact = all(want in heard for want, heard in zip(name.sounds, sounds[at:], strict=False))
        if _is_plausible(word, text, start, end, name, exact):
            yield start, end, name, "homophone"


@lru_cache(maxsize=1 << 15)
def _blurred_sounds(char: str) -> frozenset[str]:
    """All sounds of one character."""
    return frozenset(
        _blurred(sound) for heard in pinyin(char, style=Style.NORMAL, heteronym=True) for sound in heard
    )


def _same_sound(run: str, heard: list[frozenset[str]], gazetteer: Gazetteer) -> Iterator[tuple[int, _Name]]:
    """Where a name sounds like the characters of a run there; sounds that are often mixed up are equal.

    Only where one of several characters is the same, or the unit follows: nothing else is plausible.
    """
    by_first = _by_first_sound(gazetteer)
    for at, first in enumerate(heard):
        for sounds, name in chain.from_iterable(by_first.get(sound, ()) for sound in first):
            end = at + len(sounds)
            if end > len(heard) or not all(map(contains, heard[at:end], sounds)):
                continue
            shared = len(sounds) > 1 and any(map(eq, run[at:end], name.base))
            if shared or run[end : end + 1] == name.full[-1]:
                yield at, name


@lru_cache(maxsize=16)
def _by_first_sound(gazetteer: Gazetteer) -> dict[str, list[tuple[tuple[str, ...], _Name]]]:
    """By its first sound, each name with all its sounds, those that are often mixed up made equal."""
    found: dict[str, list[tuple[tuple[str, ...], _Name]]] = {}
    for name in _names(gazetteer):
        sounds = tuple(map(_blurred, name.sounds))
        found.setdefault(sounds[0], []).append((sounds, name))
    return found


def _is_plausible(word: str, text: str, start: int, end: int, name: _Name, exact: bool) -> bool:
    """Whether a word that sounds like a name was meant as it, from the characters and what is round it."""
    shared = sum(one == other for one, other in zip(word, name.base, strict=True))
    typed = end > start + len(word)
    alone = _BEGINS.search(text[:start]) is not None and _ENDS.match(text, end) is not None
    if (word in phrases_dict or not exact) and not (shared and typed):
        return False
    if len(name.base) == 1:
        return typed and alone
    return (shared > 0 and (typed or alone)) or (typed and alone)


def _has_unit(text: str, at: int, name: _Name) -> int:
    """1 where the unit that the name ends in follows (区, 县), else 0."""
    return int(text[at : at + 1] == name.full[-1])


@lru_cache(maxsize=4096)
def _blurred(sound: str) -> str:
    for distinct, blurred in _FUZZY:
        sound = sound.replace(distinct, blurred)
    return sound


def _look_alike(
    run: re.Match[str], text: str, names: tuple[_Name, ...]
) -> Iterator[tuple[int, int, _Name, Read]]:
    """Names of three characters and more with one wrong or missing, and two characters swapped before 区."""
    for name in names:
        if name.full[-1] not in run[0]:
            continue
        for match in _mistyped(name).finditer(run[0]):
            start, end = run.start() + match.start(1), run.start() + match.end(1)
            if _BEGINS.search(text[:start]) and _ENDS.match(text, end):
                yield start, end, name, "typing error"


@lru_cache(maxsize=256)
def _mistyped(name: _Name) -> re.Pattern[str]:
    """A name mistyped, with its unit behind it, wherever it begins."""
    base = name.base
    variants = [base[:i] + base[i + 1] + base[i] + base[i + 2 :] for i in range(len(base) - 1)]
    if len(base) > 2:
        variants += [base[:i] + "." + base[i + 1 :] for i in range(len(base))]
        variants += [base[:i] + base[i + 1 :] for i in range(len(base))]
    wrong = "|".join(word for word in variants if word != base)
    return re.compile(f"(?=((?:{wrong or '(?!)'}){name.full[-1]}))")


def _nearest_pinyin(word: str, gazetteer: Gazetteer, names: Iterable[_Name]) -> _Name | None:
    """The one name whose pinyin is a letter (a swap) away; None if there is none or more than one."""
    bare = re.sub("(?:qu|xian|district|county)$", "", word)
    if len(bare) < _LEAST_LATIN:
        return None
    spelt = {"".join(name.sounds) + ("" if len(name.base) > 1 else "xian"): name for name in names}
    near = [
        name for sound, name in spelt.items() if len(sound) >= _LEAST_LATIN and OSA.distance(bare, sound) == 1
    ]
    return near[0] if len(near) == 1 else None


@lru_cache(maxsize=16)
def _names(gazetteer: Gazetteer) -> tuple[_Name, ...]:
    named: tuple[District | FormerDistrict, ...] = (*gazetteer.district, *gazetteer.former_district)
    return tuple(map(_name, named))


@lru_cache(maxsize=16)
def _listed(gazetteer: Gazetteer) -> dict[str, _Name]:
    named: tuple[District | FormerDistrict, ...] = (*gazetteer.district, *gazetteer.former_district)
    return {normalize(word): _name(entry) for entry in named for word in entry.misspelt}


def _name(entry: District | FormerDistrict) -> _Name:
    base = entry.short if entry.short != entry.name else entry.name[:-1]
    districts = (entry.name,) if isinstance(entry, District) else entry.heirs
    kind: Kind = "district" if isinstance(entry, District) else "former"
    return _Name(base, tuple(lazy_pinyin(base)), entry.name, kind, districts, entry.note or "")


def _mention(text: str, normal: Normalized, at: tuple[int, int], name: _Name, how: Read) -> Mention:
    start, end = normal.source_span(*at)
    return Mention(text[start:end], start, end, name.kind, name.full, name.districts, how, name.note)
