"""Which documents are versions of one another, and which of them is in force on a day.

Two documents are versions of the same when their titles agree but for （试行）, （2021年修正）, 2019年版
and the like and they come from the same issuer or region, or when the later one says that it replaces the
earlier (《…办法》（渝府发〔2018〕5号）同时废止, `replaces` in meta.toml). Nothing is concluded from titles
that merely resemble each other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from corpus.measure import Guideline
from corpus.normal import normalize
from corpus.places import region_of

State = Literal["in_force", "future", "draft", "expired", "superseded", "repealed"]

_MARKS = re.compile(
    r"[(\[【](?:试行|暂行|草案|修订|修正|修改|征求意见稿|送审稿|讨论稿|已?废止|已?失效|现行有效|第[一二三四五六七八九十]+次|"
    r"最新|\d{4})[^()\[\]【】]{0,20}[)\]】]|(?:19|20)\d{2}年?(?:修订|修正|版|本)+|(?<=.)(?:修订版|修正版|修订本|新版|旧版)$"
)
_ISSUED = re.compile(
    r"^.{0,60}?关于(?:印发|发布|公布|转发|颁布|修订印发|重新印发|批转)(?:实施)?(?P<inner>.{4,}?)的(?:通知|公告|通告|决定|函)$"
)
_DOC_NO = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{1,14})\s*[〔\[(【<]?\s*(?P<year>(?:19|20)\d{2})\s*年?\s*[〕\])】>]?\s*第?\s*(?P<number>\d{1,5})\s*号?"
)
_ORDER = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,20}?)(?:令|公告)?\s*第?\s*(?P<number>[\d〇零一二三四五六七八九十百]+)\s*号令?"
)
_DRAFT = re.compile(r"[(（\[【](?:征求意见稿|草案|送审稿|讨论稿)")
_YEAR = re.compile(r"(?:19|20)\d{2}")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a document holds on a day; `newer` is the slug of what took its place.

    `older` are those it replaced, newest first; `repealed_by` is the slug of a decision that repeals it
    and puts nothing in its place; `coming` is the slug of a version that is not in force yet.
    """

    state: State = "in_force"
    newer: str = ""
    older: tuple[str, ...] = ()
    coming: str = ""
    repealed_by: str = ""

    @property
    def searched(self) -> bool:
        """Whether a question that names no version is answered from it."""
        return self.state not in ("superseded", "repealed")


@lru_cache(maxsize=1 << 12)
def title_key(title: str) -> str:
    """A title as versions share it: normalised, without marks of version, quotation marks and blanks."""
    plain = re.sub(r"[\s《》〈〉<>“”\"']", "", normalize(title))
    return inner_title(_MARKS.sub("", plain))


def inner_title(title: str) -> str:
    """What a notice issues (关于印发X的通知 → X); any other title as it is."""
    found = _ISSUED.match(title)
    return found["inner"] if found else title


@lru_cache(maxsize=1 << 12)
def number_key(number: str) -> tuple[str, str, str]:
    """A document number in parts (渝府发, 2025, 15), whatever its brackets; empty strings for no number."""
    plain = normalize(number)
    found = _DOC_NO.fullmatch(plain)
    if found:
        return found["name"], found["year"], found["number"].lstrip("0")
    order = _ORDER.fullmatch(plain)
    return (order["name"].removesuffix("令"), "", order["number"]) if order else ("", "", "")


def years_of(guideline: Guideline) -> frozenset[str]:
    """The years by which a document may be called (2019年版): of its dates, number and title."""
    meta = guideline.meta
    dates = (meta.published, meta.passed, meta.amended, meta.effective)
    marked = "".join(found[0] for found in _MARKS.finditer(normalize(meta.title)))
    return frozenset(_YEAR.findall(" ".join((*dates, number_key(meta.doc_no)[1], marked))))


def dated_at(guideline: Guideline) -> str:
    """The date that orders versions: of the last change, else of publication, passing or force; or ""."""
    meta = guideline.meta
    known = max(meta.amended, meta.published or meta.passed or meta.effective)
    return known or max(years_of(guideline), default="")


def standings(guidelines: Sequence[Guideline], today: date) -> dict[str, Standing]:
    """The standing of every document (by slug) on a day. Records have none: they always hold."""
    documents = [g for g in guidelines if not g.records]
    newer: dict[str, str] = {}
    coming: dict[str, str] = {}
    for family in _families(documents):
        _link(family, newer, coming, today)
    repealed: dict[str, str] = {}
    for document in documents:
        into = repealed if "废止" in document.meta.title else newer
        for former in _named(document, documents) if _holds(document, today) else ():
            into.setdefault(former.slug, document.slug)
    older: dict[str, list[str]] = defaultdict(list)
    when = {g.slug: dated_at(g) for g in documents}
    for old in sorted(newer, key=lambda slug: when[slug], reverse=True):
        older[newer[old]].append(old)
    return {
        g.slug: Standing(
            "repealed" if g.slug in repealed and g.slug not in newer else _state(g, newer, today),
            newer.get(g.slug, ""),
            tuple(older[g.slug]),
            coming.get(g.slug, ""),
            repealed.get(g.slug, ""),
        )
        for g in documents
    }


def _state(document: Guideline, newer: dict[str, str], today: date) -> State:
    meta, now = document.meta, today.isoformat()
    if meta.status == "in_force":
        return "in_force"
    if meta.status == "repealed" or (meta.repealed and meta.repealed <= now):
        return "repealed"
    if document.slug in newer:
        return "superseded"
    if is_draft(document):
        return "draft"
    if meta.effective > now:
        return "future"
    return "expired" if meta.valid_until and _last_day(meta.valid_until) < now else "in_force"


def _last_day(stated: str) -> str:
    return stated + "-99"[: 3 if len(stated) < 10 else 0]


def is_draft(document: Guideline) -> bool:
    """Whether a document is put up for comment and not issued yet."""
    return document.meta.status == "draft" or bool(_DRAFT.search(document.meta.title))


def _holds(document: Guideline, today: date) -> bool:
    """Whether a document, new as it may be, is in force by its own dates."""
    return not is_draft(document) and document.meta.effective <= today.isoformat()


def _families(documents: Sequence[Guideline]) -> Iterable[list[Guideline]]:
    """Documents of the same title from the same source, where there are several."""
    by_title: dict[str, list[Guideline]] = defaultdict(list)
    for document in documents:
        if document.meta.title:
            by_title[title_key(document.meta.title)].append(document)
    for same in by_title.values():
        families: list[list[Guideline]] = []
        for document in same if len(same) > 1 else ():
            home = next((f for f in families if all(_same_source(document, one) for one in f)), None)
            families.append([document]) if home is None else home.append(document)
        yield from (family for family in families if len(family) > 1)


def _same_source(one: Guideline, other: Guideline) -> bool:
    first, second = one.meta.issuer, other.meta.issuer
    if not first or not second or first in second or second in first:
        return True
    regions = {region_of((g.meta.region, g.meta.issuer, g.meta.title)) for g in (one, other)}
    return len(regions) == 1 and regions != {""}


def _link(family: Sequence[Guideline], newer: dict[str, str], coming: dict[str, str], today: date) -> None:
    """Note for all versions but the newest in force which one that is, and for it which one is coming."""
    holding = [g for g in family if _holds(g, today) and g.meta.status != "repealed"]
    if not holding:
        return
    current = max(holding, key=_age)
    for document in family:
        if _age(document) < _age(current) and dated_at(document):
            newer[document.slug] = current.slug
        elif document is not current and not _holds(document, today) and not is_draft(document):
            coming[current.slug] = document.slug
        elif is_draft(document) and document is not current:
            newer.setdefault(document.slug, current.slug)


def _age(document: Guideline) -> tuple[str, str]:
    return dated_at(document), document.meta.effective


def _named(document: Guideline, documents: Sequence[Guideline]) -> Iterable[Guideline]:
    """The documents that this one says it replaces: by number, or by title if they are older."""
    for name in document.meta.replaces:
        key, number = title_key(name), number_key(name)
        for other in documents:
            if other is document or (dated_at(other) and dated_at(other) > dated_at(document) > ""):
                continue
            by_number = any(number) and number_key(other.meta.doc_no) == number
            if by_number or (other.meta.title and title_key(other.meta.title) == key):
                yield other
