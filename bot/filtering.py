"""What a search is to be filtered by, as people name it → a filter of the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.catalogue import left_out
from bot.where import target_named
from corpus.errors import UsageError
from corpus.facet_words import terms
from corpus.normal import normalize
from index.filters import Filter
from index.store import Index

_GROUPS = ("kind", "beneficiary", "strength", "nature")


def filter_of(
    index: Index, documents: Iterable[str], districts: Iterable[str], facets: Iterable[str]
) -> Filter | None:
    """A filter from names: slugs, titles or numbers of documents; districts, groups or zones by any name;
    facets as `group:name`, or by the label of one. Where no document is named, older versions and repealed
    documents are left out. None if nothing is named and nothing left out.

    Raises UsageError for a name that the index does not know, with those that it knows.
    """
    found = Filter(
        tuple(slug for name in documents for slug in _documents(index, name)) or _in_force(index),
        tuple(row for name in districts for row in _districts(index, name)),
        tuple(_facet(name) for name in facets),
    )
    return found or None


def _in_force(index: Index) -> tuple[str, ...]:
    """All documents but older versions; none where all are searched anyway."""
    out = left_out(index.guidelines)
    return tuple(g.slug for g in index.guidelines if g.slug not in out) if out else ()


def _documents(index: Index, name: str) -> list[str]:
    asked = normalize(name).strip("《》")
    exact = [g.slug for g in index.guidelines if name == g.slug]
    found = exact or [
        g.slug for g in index.guidelines if asked and asked in normalize(f"{g.meta.title} {g.meta.doc_no}")
    ]
    if not found:
        raise _unknown("文件", "document", name, (g.slug for g in index.guidelines))
    return found


def _districts(index: Index, name: str) -> tuple[str, ...]:
    gazetteers = [each.gazetteer for each in index.applicability.values()]
    for gazetteer in gazetteers:
        target = target_named(name, gazetteer, "zh")
        if target:
            return target.rows
    known = dict.fromkeys(district for gazetteer in gazetteers for district in gazetteer.names)
    raise _unknown("区县", "district", name, known)


def _facet(name: str) -> str:
    known = dict(_facets())
    if name in known:
        return name
    found = [key for key, labels in known.items() if name in labels]
    if len(found) != 1:
        raise _unknown("方面", "facet", name, known)
    return found[0]


def _facets() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each facet as `group:name`, with the other ways to name it."""
    for group in _GROUPS:
        for term in terms(group).values():
            yield f"{group}:{term.name}", (term.name, term.label_zh, term.label_en)


def _unknown(zh: str, en: str, name: str, known: Iterable[str]) -> UsageError:
    listed = list(known)
    shown = ", ".join(listed[:60]) + (" …" if len(listed) > 60 else "")
    return UsageError(
        f"不认识{zh}“{name}”。可用的有：{shown or '无'}。",
        f"There is no {en} {name!r}. Those known are: {shown or 'none'}.",
    )
