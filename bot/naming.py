"""Which documents a question is about: those it names by title, number, issuer or year, in which version.

What is read by `bot.reading.documents` is looked up in the `Catalogue`; the question is then asked without
the names, so that every route works on the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.catalogue import Catalogue, is_within
from bot.named import MANY, Found, find_names
from bot.reading import documents as read
from bot.reading.clauses import clause_refs

THIS_DOCUMENT = "这份文件"
"""What stands in the place of a name in `Naming.rest`."""
_YEAR = re.compile(r"(?:19|20)\d{2}")


@dataclass(frozen=True, slots=True)
class Naming:
    """What a question says of documents.

    `slugs` are those it is about, in the order named (empty: all that are in force); `missing` names that no
    document has, `choices` the documents that an ambiguous name may mean. `by_filter`: an issuer or a year
    names them, not a title. `spoken` are the words that named, `rest` the question without them. `clauses`
    holds, where each of several names is followed by clauses of its own, its slug and these words.
    """

    slugs: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    by_filter: bool = False
    older: bool = False
    no_older: bool = False
    years: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    rest: str = ""
    compares: bool = False
    clauses: tuple[tuple[str, str], ...] = ()

    @property
    def named(self) -> bool:
        """Whether a title or a number names one document or more."""
        return bool(self.slugs) and not self.by_filter


@dataclass(frozen=True, slots=True)
class _Wording:
    """What a question says of versions: years with their places, words for older ones, changes asked for."""

    years: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    older: tuple[int, int] | None
    changes: bool


def read_naming(text: str, catalogue: Catalogue) -> Naming:
    """The documents that a normalised question names. With one document only a title can be missing."""
    if not catalogue.documents:
        return Naming()
    found, missing = find_names(text, catalogue)
    if len(catalogue.documents) == 1:
        return Naming(missing=tuple(missing)) if missing and not found else Naming()
    if not found:
        text = read.relative_years(text, catalogue.today.year)
    wording = _wording(text, found)
    naming = _chosen(text, found, wording, catalogue)
    if wording.changes:
        naming = _both_versions(naming, catalogue)
    if missing:
        return replace(naming, missing=tuple(missing))
    if not found:
        return _filtered(text, naming, wording, catalogue)
    spans = [(one.start, one.end) for one in found]
    older = [wording.older] if wording.older and not wording.changes else []
    rest = _without(text, spans, [*wording.spans, *older])
    own = _own_clauses(text, found, naming)
    return replace(naming, rest=rest, clauses=own, no_older=_lacks_older(naming, catalogue))


def _own_clauses(text: str, found: Sequence[Found], naming: Naming) -> tuple[tuple[str, str], ...]:
    """《甲》第三条和《乙》第五条: by slug, the words after each name, if each of them points at a clause."""
    if len(found) < 2 or len(found) != len(naming.slugs):
        return ()
    ends = [one.start for one in found[1:]] + [len(text)]
    parts = [text[one.end : end] for one, end in zip(found, ends, strict=True)]
    if not all(clause_refs(part) for part in parts):
        return ()
    return tuple(zip(naming.slugs, parts, strict=True))


def _wording(text: str, found: Sequence[Found]) -> _Wording:
    """The words on versions that are no part of a name."""

    def free(span: tuple[int, int]) -> bool:
        return not any(one.start <= span[0] < one.end for one in found)

    years, spans = read.years_named(text)
    outside = tuple(span for span in spans if free(span))
    older = read.asks_for_older(text)
    place = older.span() if older and free(older.span()) else None
    return _Wording(years if outside else (), outside, place, read.compares_versions(text))


def _chosen(text: str, found: Sequence[Found], wording: _Wording, catalogue: Catalogue) -> Naming:
    """The documents of the names, each in the version that is meant."""
    older = bool(wording.older) and not wording.changes
    groups = [_version(one, text, catalogue, wording.years, older) for one in found]
    open_ones = (slugs for slugs in groups if len({catalogue.head(slug) for slug in slugs}) > 1)
    slugs = tuple(dict.fromkeys(slug for group in groups for slug in group))
    return Naming(
        slugs,
        tuple(one.words for one in found),
        choices=next(open_ones, ()),
        older=older,
        years=wording.years,
        compares=wording.changes or (len(slugs) > 1 and read.compares_documents(text)),
    )


def _without(text: str, names: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> str:
    """The question with its first name as 这份文件 and without the other ones."""
    ordered = sorted(names)
    spans = [(span, THIS_DOCUMENT if number == 0 else "") for number, span in enumerate(ordered)]
    spans += [(span, "") for span in others if not any(s < span[1] and span[0] < e for s, e in ordered)]
    for (start, end), put in sorted(spans, reverse=True):
        text = text[:start] + put + text[end:]
    return text.strip()


def _version(
    found: Found, text: str, catalogue: Catalogue, years: Sequence[str], older: bool
) -> tuple[str, ...]:
    """The version that is meant: of a year named, an older one, else the one in force; several if open."""
    slugs = found.slugs
    inner = catalogue.of_years(slugs, _YEAR.findall(found.words))  # a number or a year is part of the name
    if found.exact and len(inner or slugs) == 1 and _YEAR.search(found.words):
        only = tuple(inner or slugs)
        return (catalogue.older(only[0]) if older else ()) or only
    family = tuple(dict.fromkeys(one for slug in inner or slugs for one in _family(slug, catalogue)))
    dated = catalogue.of_years(family, years)
    if dated:
        return _narrowed(tuple(dated), text, catalogue)
    heads = _narrowed(tuple(dict.fromkeys(map(catalogue.head, inner or slugs))), text, catalogue)
    if older and len(heads) == 1:
        return catalogue.older(heads[0]) or heads
    return heads


def _family(slug: str, catalogue: Catalogue) -> tuple[str, ...]:
    head = catalogue.head(slug)
    coming = catalogue.standing(head).coming
    return (head, *catalogue.older(head), *((coming,) if coming else ()))


def _narrowed(slugs: tuple[str, ...], text: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Of several documents those whose issuer or region the question names, without drafts."""
    if len(slugs) < 2:
        return slugs
    fitting = [slug for slug in slugs if any(name in text for name in _origins(slug, catalogue))] or slugs
    states = {slug: catalogue.standing(slug).state for slug in fitting}
    holding = [slug for slug in fitting if states[slug] not in ("draft", "repealed", "superseded")]
    return tuple(holding or fitting)


def _origins(slug: str, catalogue: Catalogue) -> set[str]:
    """What a question may say of where a document comes from: the region in full and in short."""
    from corpus.places import region_of

    meta = catalogue.by_slug[slug].meta
    region = meta.region or region_of((meta.issuer, meta.title)) or meta.issuer[:3]
    short = region.rstrip("省市区县") if len(region) > 2 else region
    return {name for name in (region, short) if len(name) > 1}


def _both_versions(naming: Naming, catalogue: Catalogue) -> Naming:
    """For a question on what changed: the version in force and the one before it."""
    heads = {catalogue.head(slug) for slug in naming.slugs}
    if not heads:
        heads = {catalogue.head(slug) for slug in catalogue.by_slug if catalogue.older(catalogue.head(slug))}
    if len(heads) != 1:
        several = tuple(sorted(heads)) if len(heads) <= MANY else ()
        return replace(naming, choices=several or naming.choices, compares=bool(heads))
    head = heads.pop()
    if len(naming.slugs) > 1:
        return replace(naming, compares=True)
    older = catalogue.older(head)
    return replace(naming, slugs=(head, *older[:1]), choices=(), compares=bool(older), no_older=not older)


def _lacks_older(naming: Naming, catalogue: Catalogue) -> bool:
    """Whether a version is asked for, an older one or that of a year, which is not here."""
    if len(naming.slugs) != 1:
        return naming.no_older
    only = naming.slugs[0]
    of_another_year = bool(naming.years) and not catalogue.of_years([only], naming.years)
    return naming.no_older or of_another_year or (naming.older and not catalogue.standing(only).newer)


def _filtered(text: str, naming: Naming, wording: _Wording, catalogue: Catalogue) -> Naming:
    """Documents of an issuer or of a year; older versions where a question asks for those in general."""
    slugs, bodies, spans = _of_issuers(text, catalogue)
    if not bodies:
        unknown = [body for body in read.bodies_of_documents(text) if not catalogue.issued_by(body)]
        if unknown:
            return Naming(missing=tuple(f"{body}的文件" for body in unknown))
    if naming.compares:
        return replace(naming, rest=_without(text, [], [*spans, *wording.spans]))
    if naming.years:
        slugs = catalogue.of_years(slugs, naming.years)
    else:
        old = [slug for slug in slugs if not catalogue.standing(slug).searched] if naming.older else []
        slugs = old or [slug for slug in slugs if catalogue.standing(slug).searched]
        if not bodies and not old:
            return Naming()
        spans = [*spans, wording.older] if old and wording.older else spans
    return replace(
        naming,
        slugs=tuple(slugs),
        bodies=tuple(bodies),
        by_filter=True,
        rest=_without(text, [], read.with_noun(text, [*spans, *wording.spans])) if slugs else "",
    )


def _of_issuers(text: str, catalogue: Catalogue) -> tuple[list[str], list[str], list[tuple[int, int]]]:
    """The documents of the issuers that a question names, the names, and their places in the text."""
    slugs = list(catalogue.by_slug)
    bodies: list[str] = []
    spans: list[tuple[int, int]] = []
    for match in read.issuers_named(text):
        start, end = match.span(match.lastgroup or 0)
        body, issued = _body(text[start:end], catalogue)
        if issued:
            slugs = [slug for slug in slugs if slug in issued]
            spans.append((end - len(body), match.end()))
            bodies.append(body)
    return slugs, bodies, spans


def _body(words: str, catalogue: Catalogue) -> tuple[str, list[str]]:
    """The longest run at the end of `words` that names an issuer, and its documents."""
    for start in range(max(0, len(words) - 1)):
        issued = catalogue.issued_by(words[start:])
        if issued and (len(words) - start > 2 or is_within(words[start:], "国务院")):
            return words[start:], issued
    return "", []
