"""A gazetteer file → checked `Gazetteer`; and which gazetteer is for which guideline.

A region's own file is looked for beside the guidelines (`find_gazetteers`), then among those that come
with Wence (`packaged_gazetteers`). The format is described in docs/gazetteer.md.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pypinyin import lazy_pinyin

from corpus.districts import District, Entry, FormerDistrict, Gazetteer, Group, Town, Zone, spellings
from corpus.errors import CorpusError
from corpus.measure import Guideline
from corpus.places import region_of
from corpus.read import read_text

FILE_NAME = "districts.toml"
_Named = TypeVar("_Named", District, FormerDistrict)
_CODE = re.compile(r"\d{6}")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_PINYIN = re.compile(r"[a-z]+")
_SUFFIX = re.compile(
    r"(?:(?<=..)(?:[\u4e00-\u9fff]{1,3}族)+自治[县州旗]|自治[县州旗]|新区|林区|特区|[区县市旗州盟])$"
)


@dataclass(frozen=True, slots=True)
class LocatedGazetteer:
    """A gazetteer and whose it is: of one guideline (`slug`), or of all that are for its region (None)."""

    gazetteer: Gazetteer
    slug: str | None = None


def load_gazetteer(path: Path) -> Gazetteer:
    """Read and check a gazetteer file; short names and pinyin that it leaves out are derived.

    CorpusError names the file, the entry and what is wrong with it.
    """
    try:
        data = tomllib.loads(read_text(path).removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise _broken(path, f"不是有效的 TOML：{error}", f"not valid TOML: {error}") from error
    try:
        gazetteer = TypeAdapter(Gazetteer).validate_python(data)
    except ValidationError as error:
        raise _invalid(path, error, data) from error
    gazetteer = _completed(gazetteer)
    for zh, en in _faults(gazetteer):
        raise _broken(path, zh, en)
    return gazetteer


@cache
def packaged_gazetteers() -> tuple[LocatedGazetteer, ...]:
    """The gazetteers that come with Wence."""
    return (LocatedGazetteer(load_gazetteer(Path(str(files("corpus") / FILE_NAME)))),)


def find_gazetteers(folder: Path, without: Collection[str] = ()) -> tuple[LocatedGazetteer, ...]:
    """A corpus folder's own gazetteers (DIR/<slug>/districts.toml, DIR/districts.toml), then the packaged.

    Those of the slugs `without` are left out.
    """
    beside = sorted(
        path
        for path in folder.glob(f"*/{FILE_NAME}")
        if path.parent.name[0] not in "._" and path.parent.name not in without
    )
    own = [LocatedGazetteer(load_gazetteer(path), path.parent.name) for path in beside]
    if (folder / FILE_NAME).is_file():
        own.append(LocatedGazetteer(load_gazetteer(folder / FILE_NAME)))
    return (*own, *packaged_gazetteers())


def gazetteer_of(guideline: Guideline, gazetteers: Sequence[LocatedGazetteer]) -> Gazetteer | None:
    """The gazetteer for a guideline: the one beside it, else the first for its region; None if none is.

    The region is what its meta.toml says, else what its issuer or title begins with.
    """
    for located in gazetteers:
        if located.slug == guideline.slug:
            return located.gazetteer
    shared = [located.gazetteer for located in gazetteers]
    return next((gazetteer for gazetteer in shared if _is_for(guideline, gazetteer)), None)


def _is_for(guideline: Guideline, gazetteer: Gazetteer) -> bool:
    meta = guideline.meta
    if meta.region:
        return meta.region in (gazetteer.region, *gazetteer.whole.names)
    heads = (meta.issuer, meta.title)
    return any(head.startswith(gazetteer.region) for head in heads) or region_of(heads) == gazetteer.region


def short_name(name: str) -> str:
    """A district's name without 区, 县 and the like; the whole where one character would be left (忠县)."""
    short = _SUFFIX.sub("", name)
    return short if len(short) > 1 else name


def _completed(gazetteer: Gazetteer) -> Gazetteer:
    return replace(
        gazetteer,
        district=tuple(_spelt(entry) for entry in gazetteer.district),
        former_district=tuple(_spelt(entry) for entry in gazetteer.former_district),
    )


def _spelt(entry: _Named) -> _Named:
    short = short_name(entry.name) if not entry.short else entry.short
    pinyin = "".join(lazy_pinyin(short)) if not entry.pinyin else entry.pinyin
    return replace(entry, short=short, pinyin=pinyin)


def _faults(gazetteer: Gazetteer) -> Iterator[tuple[str, str]]:
    """What is wrong with a file whose fields are all of the right type, in Chinese and English."""
    yield from _bad_formats(gazetteer)
    yield from _repeated(gazetteer)
    yield from _dangling(gazetteer)
    for group in gazetteer.group:
        try:
            empty = not gazetteer.members(group.name)
        except KeyError as error:
            yield f"片区“{group.name}”经 {error} 包含自身", f"group {group.name} contains itself by {error}"
            continue
        if empty:
            yield f"片区“{group.name}”没有区县", f"group {group.name} has no district"


def _bad_formats(gazetteer: Gazetteer) -> Iterator[tuple[str, str]]:
    named: tuple[District | FormerDistrict, ...] = (*gazetteer.district, *gazetteer.former_district)
    for entry in named:
        if entry.code is not None and not _CODE.fullmatch(entry.code):
            yield _fault(
                entry, f"代码 {entry.code} 应为六位数字", f"the code {entry.code} should be six digits"
            )
        if not _PINYIN.fullmatch(entry.pinyin):
            yield _fault(
                entry, f"拼音 {entry.pinyin} 应为小写字母", f"the pinyin {entry.pinyin} should be a-z"
            )
        for date in (date for date in _dates(entry) if not _DATE.fullmatch(date)):
            yield _fault(
                entry, f"日期 {date} 应为 YYYY 或 YYYY-MM", f"the date {date} should be YYYY or YYYY-MM"
            )


def _dates(entry: District | FormerDistrict) -> list[str]:
    if isinstance(entry, FormerDistrict):
        return [entry.until]
    return [former.until for former in entry.former] + ([entry.since] if entry.since else [])


def _repeated(gazetteer: Gazetteer) -> Iterator[tuple[str, str]]:
    former = [former.name for district in gazetteer.district for former in district.former]
    names = Counter([name for entry in gazetteer.entries for name in spellings(entry)] + former)
    for name in (name for name, times in names.items() if times > 1):
        yield f"名称“{name}”出现不止一次", f"the name {name} is used more than once"
    named: tuple[District | FormerDistrict, ...] = (*gazetteer.district, *gazetteer.former_district)
    codes = Counter(entry.code for entry in named if entry.code)
    for code in (code for code, times in codes.items() if times > 1):
        yield f"代码 {code} 出现不止一次", f"the code {code} is used more than once"


def _dangling(gazetteer: Gazetteer) -> Iterator[tuple[str, str]]:
    """References to a district or group that the file does not have."""
    known = set(gazetteer.names)
    groups = {group.name for group in gazetteer.group}
    for entry in gazetteer.entries:
        for name in _references(entry):
            if name not in known:
                yield _fault(entry, f"所指的区县“{name}”不在文件中", f"refers to an unknown district {name}")
        inner = entry.groups if isinstance(entry, Group) else ()
        outer = (entry.group,) if isinstance(entry, District) and entry.group else ()
        for name in (*inner, *outer):
            if name not in groups:
                yield _fault(entry, f"所指的片区“{name}”不在文件中", f"refers to an unknown group {name}")


def _references(entry: Entry) -> tuple[str, ...]:
    match entry:
        case FormerDistrict():
            return tuple(successor.name for successor in entry.successors)
        case Town():
            return (entry.district,)
        case Group():
            return entry.members
        case Zone():
            return entry.lies_in
    return ()


def _fault(entry: Entry, zh: str, en: str) -> tuple[str, str]:
    return f"“{entry.name}”的{zh}", f"{entry.name}: {en}"


def _invalid(path: Path, error: ValidationError, data: dict[str, object]) -> CorpusError:
    """The first thing that pydantic found, with the place in the file in words."""
    first = error.errors(include_url=False)[0]
    where = " ".join(f"[{part}]" if isinstance(part, int) else part for part in first["loc"])
    named = _entry_name(data, first["loc"])
    return _broken(path, f"{where}{named}：类型或键不对（{first['msg']}）", f"{where}{named}: {first['msg']}")


def _entry_name(data: dict[str, object], loc: tuple[int | str, ...]) -> str:
    table = data.get(str(loc[0])) if loc else None
    if len(loc) > 1 and isinstance(table, list) and isinstance(loc[1], int) and loc[1] < len(table):
        entry = table[loc[1]]
        return f" “{entry['name']}”" if isinstance(entry, dict) and "name" in entry else ""
    return ""


def _broken(path: Path, zh: str, en: str) -> CorpusError:
    return CorpusError(
        f"地名表 {path} 有误：{zh}。请按 docs/gazetteer.md 改正。",
        f"The gazetteer {path} is wrong: {en}. Correct it as docs/gazetteer.md says.",
    )
