"""Which documents an answer rests on: named in citations, told beneath it, and whether they still hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.answer import Answer, Citation, Source
from bot.answers.quoting import escape
from bot.library import Library
from bot.naming import Naming
from bot.phrases import Lang, say
from corpus.measure import Guideline
from corpus.versions import Standing, dated_at

ALL_NAMED = 50
"""Of more documents than this the JSON form names those used alone, with the number of all."""
_HEADED = ("clause", "list", "keyword", "district")
"""Routes whose answers name measures alone: among several documents, the document stands above."""
_SHOWN = 3
"""The line under an answer names up to so many documents."""


def source_of(guideline: Guideline) -> Source:
    """A document as an answer names it."""
    meta = guideline.meta
    published = meta.published or meta.passed
    return Source(guideline.slug, meta.title or guideline.slug, meta.doc_no, published, meta.issuer)


def with_sources(answer: Answer, library: Library, naming: Naming) -> Answer:
    """The answer with its documents: in each citation, in `searched`, and in words where that matters.

    `library` is what was searched. Nothing is said of a lone document that is in force.
    """
    citations = tuple(_placed(citation, library) for citation in answer.citations)
    used = _used(citations, answer, library)
    named = library.guidelines if len(library.guidelines) <= ALL_NAMED else used
    lines = _standing_lines(used, library, answer.lang)
    if naming.no_older and naming.slugs:
        title = escape(library.guidelines[0].meta.title)
        lines.append(say(answer.lang, "naming.no_older", title=title))
    if (
        library.whole.several
        and not answer.listed
        and not naming.missing
        and answer.refusal not in ("out_of_scope", "unclear", "other_place")
    ):
        lines.append(_searched_line(used, library, answer.lang))
    headed = answer.route in _HEADED and not answer.refusal and len(used) == 1 and library.whole.several
    head = [f"### {document_name(used[0], answer.lang)}"] if headed and "### " not in answer.text else []
    notes = tuple(line for line in lines if line.startswith("*"))
    return replace(
        answer,
        text="\n\n".join([*head, answer.text, *lines]),
        citations=citations,
        searched=tuple(map(source_of, named)),
        searched_count=len(library.guidelines),
        notes=tuple(dict.fromkeys((*answer.notes, *notes))),
    )


def _placed(citation: Citation, library: Library) -> Citation:
    guideline = library.guideline_of(citation.measure_id)
    if guideline is None:
        return citation
    return replace(citation, guideline=guideline.slug, document=guideline.meta.title or guideline.slug)


def _used(citations: Iterable[Citation], answer: Answer, library: Library) -> tuple[Guideline, ...]:
    """The documents that are quoted or said to apply, in order of appearance."""
    slugs = dict.fromkeys(citation.guideline for citation in citations if citation.guideline)
    slugs |= dict.fromkeys(one.measure_id.split("#", 1)[0] for one in answer.applicability)
    found = {slug: library.whole.by_slug[slug] for slug in slugs if slug in library.whole.by_slug}
    if not found and not answer.refusal and library.documents and len(library.documents) == 1:
        return library.documents
    return tuple(found.values())


def _standing_lines(used: Sequence[Guideline], library: Library, lang: Lang) -> list[str]:
    """For each document used that is not simply in force: what it is, and what took its place."""
    plain = Standing()
    told = [g for g in used if library.catalogue.standing(g.slug) != plain]
    lines = [line for guideline in told for line in standing_of(guideline, library, lang)]
    return [f"*{line}*" for line in dict.fromkeys(lines)]


def standing_of(guideline: Guideline, library: Library, lang: Lang) -> list[str]:
    """Sentences on a document that is old, repealed, over or to come, and on a version that is coming."""
    catalogue = library.catalogue
    standing, meta = catalogue.standing(guideline.slug), guideline.meta
    title, lines = escape(meta.title or guideline.slug), []
    newer = catalogue.by_slug.get(catalogue.head(guideline.slug)) if standing.newer else None
    if newer is not None:
        lines.append(
            say(
                lang,
                "versions.superseded",
                title=title,
                date=version_name(guideline, lang),
                newer=escape(newer.meta.title or newer.slug),
                newer_date=version_name(newer, lang),
            )
        )
    elif standing.state == "repealed":
        by = catalogue.by_slug.get(standing.repealed_by)
        what = document_name(by, lang) if by is not None else meta.repealed
        phrase = "versions.repealed_by" if what else "versions.repealed"
        lines.append(say(lang, phrase, title=title, what=what))
    elif standing.state == "expired":
        lines.append(say(lang, "versions.expired", title=title, date=meta.valid_until))
    elif standing.state == "future":
        lines.append(say(lang, "versions.future", title=title, date=meta.effective))
    elif standing.state == "draft":
        lines.append(say(lang, "versions.draft", title=title))
    coming = catalogue.by_slug.get(standing.coming)
    if coming is not None:
        lines.append(
            say(lang, "versions.coming", title=escape(coming.meta.title), date=coming.meta.effective)
        )
    return lines


def version_name(guideline: Guideline, lang: Lang) -> str:
    """What tells a version from others: its number and the date it is of."""
    parts = [escape(guideline.meta.doc_no), dated_at(guideline)]
    return say(lang, "many.joint").join(part for part in parts if part) or say(lang, "versions.undated")


def _searched_line(used: Sequence[Guideline], library: Library, lang: Lang) -> str:
    """One line: what was searched, what of it is used, and what was left out."""
    count = len(library.guidelines)
    if count <= _SHOWN:
        line = say(lang, "many.searched", names=titles(library.guidelines, lang))
    elif used:
        names = titles(used[:_SHOWN], lang)
        more = say(lang, "many.and_more", count=len(used)) if len(used) > _SHOWN else ""
        line = say(lang, "many.searched_used", count=count, names=names + more)
    else:
        line = say(lang, "many.searched_count", count=count)
    out = library.catalogue.left_out()
    if out and count == len(library.whole.guidelines) - len(out):
        line += say(lang, "many.left_out", count=len(out))
    return line


def titles(guidelines: Iterable[Guideline], lang: Lang) -> str:
    """Documents by title and number, in one line."""
    return "、".join(document_name(guideline, lang) for guideline in guidelines)


def document_name(guideline: Guideline, lang: Lang) -> str:
    """A document by title and number: 《…办法》(渝府发〔2025〕15号)."""
    meta = guideline.meta
    number = say(lang, "many.number", number=escape(meta.doc_no)) if meta.doc_no else ""
    return f"《{escape(meta.title or guideline.slug)}》{number}"
