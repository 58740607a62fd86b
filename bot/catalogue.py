"""The documents by what people call them: titles in full and in short, numbers, issuers, years, versions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property

from bot.reading.documents import kind_of, strip_generic
from corpus.measure import Guideline
from corpus.normal import normalize
from corpus.versions import Standing, dated_at, number_key, standings, title_key, years_of

_REGION = re.compile(r"^(?:中华人民共和国|[\u4e00-\u9fff]{2,8}?(?:自治区|自治州|省|市|区|县|州))(?=.{3})")
_ABOUT = re.compile(
    r"^(?P<issuer>.*?)关于(?P<matter>.+?)的?(?P<kind>(?:若干|指导|实施|具体)?[\u4e00-\u9fff]{2,4})$"
)
_BOOK = re.compile("(?<=法典).{1,8}编$")
_SHORTEST = 4
"""A name found without quotation marks has at least so many characters, that of a law two."""


class Catalogue:
    """The documents of a library. All names are normalised."""

    def __init__(self, documents: Sequence[Guideline], today: Callable[[], date] = date.today) -> None:
        self.documents = tuple(documents)
        self.by_slug = {g.slug: g for g in documents}
        self._today = today
        self._standings: tuple[date, dict[str, Standing]] | None = None

    @property
    def today(self) -> date:
        """The day by which is judged what is in force."""
        return self._today()

    def standing(self, slug: str) -> Standing:
        """Whether a document is in force today; records always are."""
        return self._all_standings().get(slug, Standing())

    def _all_standings(self) -> dict[str, Standing]:
        today, known = self.today, self._standings
        if known is None or known[0] != today:
            known = (today, standings(self.documents, today))
            self._standings = known
        return known[1]

    def left_out(self) -> frozenset[str]:
        """The slugs of what is searched only when it is asked for: older versions and repealed documents.

        Nothing is left out where nothing else would remain.
        """
        found = frozenset(slug for slug, one in self._all_standings().items() if not one.searched)
        return frozenset() if len(found) == len(self.documents) else found

    def head(self, slug: str) -> str:
        """The newest version in force of a document: itself where nothing took its place."""
        seen = {slug}
        while (newer := self.standing(slug).newer) and newer not in seen:
            slug = newer
            seen.add(slug)
        return slug

    def older(self, slug: str) -> tuple[str, ...]:
        """The versions that a document took the place of, newest first, all the way back."""
        found: list[str] = []
        for old in self.standing(slug).older:
            found += [one for one in (old, *self.older(old)) if one not in found]
        return tuple(sorted(found, key=lambda one: dated_at(self.by_slug[one]), reverse=True))

    def of_years(self, slugs: Iterable[str], years: Iterable[str]) -> list[str]:
        """Those of the documents that one of the years names."""
        wanted = set(years)
        return [slug for slug in slugs if wanted & self.years[slug]]

    @cached_property
    def years(self) -> dict[str, frozenset[str]]:
        """By slug, the years by which a document may be called."""
        return {g.slug: years_of(g) for g in self.documents}

    @cached_property
    def keys(self) -> dict[str, str]:
        """By slug, the title as versions share it."""
        return {g.slug: title_key(g.meta.title) for g in self.documents}

    @cached_property
    def cores(self) -> dict[str, str]:
        """By slug, what tells the title from others, without the region that it begins with."""
        return {slug: strip_generic(_REGION.sub("", key)) for slug, key in self.keys.items()}

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Every name by which a document is called in full, longest first, and whose it is."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for document in self.documents:
            for name in names_of(document):
                found[name][document.slug] = None
        return {name: tuple(found[name]) for name in sorted(found, key=len, reverse=True)}

    @cached_property
    def _numbers(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """By year and number, the names of series and the slugs."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for document in self.documents:
            name, year, number = number_key(document.meta.doc_no)
            if number:
                found[year, number].append((name, document.slug))
        return found

    @property
    def has_numbers(self) -> bool:
        """Whether any document's number is known: else none can be said to be missing."""
        return bool(self._numbers) or len(self.documents) > 1

    @cached_property
    def issuers(self) -> dict[str, tuple[str, ...]]:
        """Every issuer in full, and the slugs of its documents."""
        found: dict[str, list[str]] = defaultdict(list)
        for document in self.documents:
            for issuer in re.split(r"[\s、,]+", normalize(document.meta.issuer)):
                if issuer:
                    found[issuer].append(document.slug)
        return {issuer: tuple(slugs) for issuer, slugs in found.items()}

    def numbered(self, name: str, year: str, number: str) -> list[str]:
        """The documents of a number; `name` is the series with whatever words stand before it, or empty."""
        found = self._numbers.get((year, number.lstrip("0")), [])
        exact = [slug for series, slug in found if name.endswith(series)]
        return exact or [slug for series, slug in found if len(name) != 1 and series.endswith(name)]

    def of_number(self, number: str) -> list[str]:
        """The documents with this number, in whatever year and series."""
        return [slug for (_, n), found in self._numbers.items() if n == number for _, slug in found]

    def titled(self, title: str) -> list[str]:
        """The documents that a title in quotation marks may mean: of that name, holding it, or short.

        `title` is a `title_key`.
        """
        exact = self.names.get(title, ())
        if exact:
            return list(exact)
        core = strip_generic(title)
        held = [slug for slug, key in self.keys.items() if len(core) > 1 and title in key]
        if held:
            return held
        longer = [
            slug for slug, key in self.keys.items() if len(strip_generic(key)) >= _SHORTEST and key in title
        ]
        return longer or self.abbreviated(title)

    def abbreviated(self, name: str) -> list[str]:
        """The documents of whose title a name is a short form: same kind, its characters there in order."""
        kind, core = kind_of(name), strip_generic(name)
        if not kind or len(core) < 2:
            return []
        return [slug for slug, key in self._by_kind.get(kind, ()) if is_within(core, key)]

    @cached_property
    def _by_kind(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for slug, key in self.keys.items():
            found[kind_of(key)].append((slug, key))
        return found

    def issued_by(self, words: str) -> list[str]:
        """The documents of an issuer named in full or in short (市科技局 for 重庆市科学技术局)."""
        return list(
            dict.fromkeys(
                s for issuer, slugs in self.issuers.items() if is_body(words, issuer) for s in slugs
            )
        )

    def nearest(self, title: str, count: int) -> list[str]:
        """The documents whose titles are most like a title, best first; none where nothing is alike."""
        from rapidfuzz import fuzz, process, utils

        core = strip_generic(title) or title
        choices = {slug: strip_generic(key) for slug, key in self.keys.items() if key}
        found = process.extract(
            core, choices, scorer=fuzz.partial_ratio, processor=utils.default_process, limit=count
        )
        return [slug for _, score, slug in found if score >= 50]


def left_out(guidelines: Sequence[Guideline]) -> frozenset[str]:
    """The slugs of what is neither searched nor tabulated today unless it is asked for by name."""
    return Catalogue([g for g in guidelines if not g.records]).left_out()


def names_of(document: Guideline) -> Iterable[str]:
    """What a document is called in full: its title, without issuer, without region, without 关于."""
    full = re.sub(r"[\s《》〈〉<>“”\"']", "", normalize(document.meta.title))
    key = title_key(document.meta.title)
    found = {full: None, key: None}
    issuers = [i for i in re.split(r"[\s、,]+", normalize(document.meta.issuer)) if i]
    for name in (full, key):
        rest = name
        for issuer in issuers:
            rest = rest.removeprefix(issuer).lstrip("、")
        found[rest] = None
        found[rest.removeprefix("关于")] = None
        found[_REGION.sub("", rest)] = None
        found[_BOOK.sub("", _REGION.sub("", rest))] = None
        about = _ABOUT.match(name)
        if about:
            found[about["matter"] + about["kind"]] = None
            found[about["matter"] + "的" + about["kind"]] = None
    return [name for name in found if _tells(name)]


def _tells(name: str) -> bool:
    kind = kind_of(name)
    shortest = 2 if kind in ("法", "法典") else _SHORTEST
    return len(name) >= shortest and bool(strip_generic(name))


def is_within(short: str, text: str) -> bool:
    """Whether the characters of `short` stand in `text` in this order."""
    rest = iter(text)
    return all(char in rest for char in short)


def _short_body(name: str) -> str:
    """An issuer with the short forms that all use: 人大常委会, 政府, 委."""
    name = name.replace("人民代表大会", "人大").replace("常务委员会", "常委会")
    return re.sub("委员会$", "委", re.sub("人民政府$", "政府", name))


def is_body(words: str, issuer: str) -> bool:
    """Whether `words` name an issuer: the same last character, and its characters there in order."""
    short, whole = _short_body(words), _short_body(issuer)
    return len(short) > 1 and whole.endswith(short[-1]) and is_within(short, whole)
