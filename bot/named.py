"""Where a question names documents by title or number, and which documents these are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.reading import documents as read
from bot.reading.clauses import clause_refs
from corpus.matter import reads_like_title
from corpus.versions import title_key

MANY = 8
"""A short form that means more documents than this names none: the question is about a matter."""
_REGION_ENDS = ("省", "市", "区", "县", "自治州")
_LONGEST = 30
"""The longest run of characters before a kind word that is looked at for a title without quotation marks."""


@dataclass(frozen=True, slots=True)
class Found:
    """A place of the question that names documents, and which."""

    start: int
    end: int
    words: str
    slugs: tuple[str, ...]
    exact: bool = False


def find_names(text: str, catalogue: Catalogue) -> tuple[list[Found], list[str]]:
    """Every title and number in the question that names a document, and those that name none."""
    found: list[Found] = []
    missing: list[str] = []
    absent: list[Found] = []
    for mention in read.quoted_titles(text):
        key = title_key(mention.title)
        if not read.strip_generic(key):
            continue  # 《指导意见》 says of what kind it is, not which
        slugs = catalogue.titled(key)
        if slugs:
            found.append(
                Found(mention.start, mention.end, text[mention.start : mention.end], tuple(slugs), True)
            )
        elif text[mention.start] == "《" and (reads_like_title(key) or read.kind_of(key)):
            missing.append(text[mention.start : mention.end])
            absent.append(Found(mention.start, mention.end, missing[-1], ()))
    for mention in read.document_numbers(text):
        if _overlaps(mention.start, mention.end, found):
            continue
        name, year, number = mention.number
        slugs = catalogue.numbered(name, year, number) if year or name else _any_year(catalogue, number)
        if slugs:
            found.append(
                Found(mention.start, mention.end, text[mention.start : mention.end], tuple(slugs), True)
            )
        elif catalogue.has_numbers and (year or name) and (name or mention.end - mention.start > 8):
            missing.append(text[mention.start : mention.end])
    found = _with_numbers(text, found)
    found += _unquoted(text, catalogue, [*found, *absent])
    if not found and not missing:
        missing += _unknown_law(text, catalogue)
    return sorted(found, key=lambda one: one.start), missing


def _with_numbers(text: str, found: Sequence[Found]) -> list[Found]:
    """《甲》(甲府发〔2019〕21号): a number right behind a title says which version of it is meant."""
    joined: list[Found] = []
    for one in sorted(found, key=lambda each: each.start):
        last = joined[-1] if joined else None
        if last and text[last.end : one.start] in ("(", "") and text[last.end - 1] == "》":
            end = one.end + (text[one.end : one.end + 1] == ")")
            one = Found(last.start, end, text[last.start : end], one.slugs, True)
            joined.pop()
        joined.append(one)
    return joined


def _any_year(catalogue: Catalogue, number: str) -> list[str]:
    found = catalogue.of_number(number)
    return found if len(found) <= MANY else []


def _overlaps(start: int, end: int, found: Sequence[Found]) -> bool:
    return any(one.start < end and start < one.end for one in found)


def _unquoted(text: str, catalogue: Catalogue, taken: Sequence[Found]) -> list[Found]:
    """Names without quotation marks: whole ones first, then parts of titles before a word for their kind."""
    if not read.has_kind(text):
        return []
    ends = list(read.kinds_in(text))
    found: list[Found] = []
    for name, slugs in catalogue.names.items():
        at = text.find(name)
        if (
            at >= 0
            and not read.goes_on(text, at + len(name))
            and not _overlaps(at, at + len(name), [*taken, *found])
        ):
            found.append(Found(at, at + len(name), name, slugs, True))
    for end, kind in ends:
        if not _overlaps(end - len(kind), end, [*taken, *found]):
            part = _part(text, end, kind, catalogue)
            found += [part] if part and not _overlaps(part.start, part.end, [*taken, *found]) else []
    return found


def _part(text: str, end: int, kind: str, catalogue: Catalogue) -> Found | None:
    """The longest run of characters up to `end` that is a short form of some title."""
    run = read.own_run(text[max(0, end - len(kind) - _LONGEST) : end - len(kind)])
    for start in range(len(run)):
        words = run[start:] + kind
        slugs = _short_for(words, catalogue)
        if slugs and len({catalogue.head(slug) for slug in slugs}) <= MANY:
            return Found(end - len(words), end, words, tuple(slugs))
    return None


def _short_for(words: str, catalogue: Catalogue) -> list[str]:
    """The documents that a short form means; one of two characters (科创条例) only if it can mean but one."""
    core = read.strip_generic(words)
    if core.endswith(_REGION_ENDS):
        return []  # 重庆市的条例 says where it is from, not which it is
    slugs = catalogue.abbreviated(words)
    whole = [slug for slug in slugs if core in catalogue.keys[slug]]
    if whole or len(core) > 2:
        return whole or slugs
    telling = [slug for slug in slugs if catalogue.cores[slug][:1] == core[:1]]
    return telling if len({catalogue.head(slug) for slug in telling}) == 1 else []


def _unknown_law(text: str, catalogue: Catalogue) -> list[str]:
    """A law or regulation named without quotation marks that is not there."""
    if len(catalogue.documents) < 2:
        return []
    name = read.law_named(text)
    if name:
        return [name]
    for end, kind in read.kinds_in(text) if clause_refs(text) else ():
        run = read.own_run(text[max(0, end - len(kind) - _LONGEST) : end - len(kind)])
        if text[end:].lstrip().startswith("第") and len(read.strip_generic(run + kind)) > (kind != "法"):
            return [run + kind]
    return []
