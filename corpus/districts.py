"""The nouns of a gazetteer: a region's districts, groups of districts and zones, as a file describes them.

The fields are those of the file (docs/gazetteer.md); `corpus.gazetteer` reads and checks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import ConfigDict

_STRICT = ConfigDict(extra="forbid", str_min_length=1)


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that a district bore up to a date (YYYY, YYYY-MM or YYYY-MM-DD)."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    name: str
    until: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class District:
    """One of today's districts (counties, cities). In the words of `unless` it is not named."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    name: str
    code: str | None = None
    short: str = ""
    pinyin: str = ""
    group: str | None = None
    aliases: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    misspelt: tuple[str, ...] = ()
    former: tuple[FormerName, ...] = ()
    since: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Successor:
    """The district that took over an abolished one, whole or (`part`) some towns of it."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    name: str
    part: str | None = None


@dataclass(frozen=True, slots=True)
class FormerDistrict:
    """A district that is no more. Its name reaches the successors that took it over as a whole."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    name: str
    until: str
    successors: tuple[Successor, ...]
    code: str | None = None
    short: str = ""
    pinyin: str = ""
    aliases: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    misspelt: tuple[str, ...] = ()
    note: str | None = None

    @property
    def heirs(self) -> tuple[str, ...]:
        """Names of the districts that its name reaches today."""
        whole = tuple(successor.name for successor in self.successors if successor.part is None)
        return whole or tuple(successor.name for successor in self.successors)


@dataclass(frozen=True, slots=True)
class Town:
    """A town or street that a text may name; `before` is the district it belonged to up to `until`."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    name: str
    district: str
    aliases: tuple[str, ...] = ()
    before: str | None = None
    until: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """An area: districts that say so in their entry, `members`, and the districts of `groups`."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    name: str
    aliases: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone that is no district. `places` lie within it and are taken for it where a text names them."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    name: str
    lies_in: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """Names of the whole region, and what its districts are called in general beside 区县 and the like."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


Entry = District | FormerDistrict | Town | Group | Zone


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """All that is known of a region's districts. Names in it are unique; references lead somewhere.

    Compared and hashed by identity: what is worked out of a gazetteer is cached under it, at every question.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    region: str
    as_of: str
    source: str
    district: tuple[District, ...]
    former_district: tuple[FormerDistrict, ...] = ()
    town: tuple[Town, ...] = ()
    group: tuple[Group, ...] = ()
    zone: tuple[Zone, ...] = ()
    whole: Whole = field(default_factory=Whole)

    @property
    def names(self) -> tuple[str, ...]:
        """Full names of today's districts, in the order of the file."""
        return tuple(district.name for district in self.district)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry of the file: districts, former districts, towns, groups, zones."""
        return (*self.district, *self.former_district, *self.town, *self.group, *self.zone)

    def entry(self, name: str) -> Entry:
        """The entry of that full name; KeyError if there is none."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise KeyError(name)

    def members(self, group: str) -> tuple[str, ...]:
        """Full names of the districts of a group, in the order of the file; KeyError for no group."""
        inside = set(_members(self, group, ()))
        return tuple(name for name in self.names if name in inside)

    def group_of(self, district: str) -> str:
        """The group a district's own entry names, else the first that has it; "" if none has."""
        entry = self.entry(district)
        if isinstance(entry, District) and entry.group:
            return entry.group
        return next((g.name for g in self.group if district in self.members(g.name)), "")


def spellings(entry: Entry) -> tuple[str, ...]:
    """Every way in which the file spells an entry's present name."""
    short = (entry.short,) if isinstance(entry, District | FormerDistrict) else ()
    places = entry.places if isinstance(entry, Zone) else ()
    return tuple(dict.fromkeys((entry.name, *short, *entry.aliases, *places)))


def _members(gazetteer: Gazetteer, name: str, above: tuple[str, ...]) -> Iterator[str]:
    group = next((group for group in gazetteer.group if group.name == name), None)
    if group is None or name in above:
        raise KeyError(name)
    yield from group.members
    yield from (district.name for district in gazetteer.district if district.group == name)
    for inner in group.groups:
        yield from _members(gazetteer, inner, (*above, name))
