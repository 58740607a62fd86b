"""Answers on the documents themselves: which there are, which one is meant, which one is not there."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Answer
from bot.answers.quoting import escape
from bot.answers.sources import document_name
from bot.library import Library
from bot.phrases import Lang, say
from corpus.measure import Guideline
from corpus.versions import dated_at

_NEAREST = 3
_CHOICES = 10
_NEWEST = 10
_OVER = ("superseded", "repealed", "expired")


def list_of_documents(
    text: str, lang: Lang, library: Library, documents: Sequence[Guideline], what: str, state: str = ""
) -> Answer:
    """All of `documents`, newest first, each with number, issuer, dates and whether it is in force.

    `state`: "over" lists those that no longer hold, "in_force" those that do, "newest" the latest ones.
    """
    chosen = sorted(documents, key=lambda g: (dated_at(g) or "", g.slug), reverse=True)
    states = {g.slug: library.catalogue.standing(g.slug).state for g in chosen}
    if state == "over":
        chosen = [g for g in chosen if states[g.slug] in _OVER]
    elif state == "in_force":
        chosen = [g for g in chosen if states[g.slug] not in (*_OVER, "draft", "future")]
    elif state == "newest":
        chosen = [g for g in chosen if states[g.slug] not in _OVER and dated_at(g)][:_NEWEST]
    filled = "all" if what else state or "everything"
    name = f"catalogue.{filled}" if chosen else "catalogue.none" if what else "catalogue.none_at_all"
    head = say(lang, name, count=len(chosen), total=len(library.whole.documents), what=escape(what))
    lines = [document_line(guideline, library, lang) for guideline in chosen]
    return Answer(
        text,
        "document",
        "\n\n".join([head, "\n".join(lines)]).rstrip(),
        completeness="complete",
        checked=sum(len(g.measures) for g in documents),
        listed=tuple(g.slug for g in chosen),
        lang=lang,
    )


def document_line(guideline: Guideline, library: Library, lang: Lang) -> str:
    """One document: title, number, issuer, dates, whether in force, how many measures."""
    meta = guideline.meta
    dates = [
        say(lang, f"catalogue.{name}", date=value)
        for name, value in (
            ("published", meta.published),
            ("passed", "" if meta.published else meta.passed),
            ("amended", meta.amended),
            ("effective", meta.effective),
            ("valid_until", meta.valid_until),
        )
        if value
    ]
    standing = library.catalogue.standing(guideline.slug)
    newer = library.catalogue.by_slug.get(library.catalogue.head(guideline.slug)) if standing.newer else None
    state = say(lang, f"catalogue.is_{standing.state}")
    if newer is not None:
        state += say(lang, "catalogue.newer", name=document_name(newer, lang))
    count = say(lang, "catalogue.measures", count=len(guideline.measures))
    parts = [f"**{document_name(guideline, lang)}**", escape(meta.issuer), *dates, count, f"**{state}**"]
    return "- " + " · ".join(part for part in parts if part)


def missing_document(
    text: str, lang: Lang, library: Library, names: Sequence[str], titles: Sequence[str]
) -> Answer:
    """A document that is named and is not there: said so, with the nearest titles; nothing else is answered.

    `titles` are the names without quotation marks, for finding what is near.
    """
    near = [slug for title in titles for slug in library.catalogue.nearest(title, _NEAREST)]
    documents = [library.catalogue.by_slug[slug] for slug in dict.fromkeys(near)][:_NEAREST]
    blocks = [
        say(lang, "naming.missing", names="、".join(map(escape, names)), count=len(library.whole.guidelines))
    ]
    if documents:
        lines = "\n".join(f"- {document_name(document, lang)}" for document in documents)
        blocks += [say(lang, "naming.nearest"), lines]
    return Answer(text, "refusal", "\n\n".join(blocks), completeness="none", refusal="not_in_text", lang=lang)


def which_document(
    text: str, lang: Lang, library: Library, slugs: Sequence[str], words: Sequence[str], clause: str = ""
) -> Answer:
    """Asks which of several documents is meant; `clause` is the clause that they all have."""
    documents = [library.catalogue.by_slug[slug] for slug in slugs]
    if clause:
        head = say(lang, "naming.which_clause", clause=clause, count=len(documents))
    else:
        head = say(lang, "naming.which", words=escape("、".join(words)), count=len(documents))
    lines = [f"- {document_name(document, lang)}" for document in documents[:_CHOICES]]
    if len(documents) > _CHOICES:
        lines.append(say(lang, "naming.more", count=len(documents) - _CHOICES))
    example = say(lang, "naming.example", title=escape(documents[0].meta.title or documents[0].slug))
    return Answer(
        text,
        "clarify",
        "\n\n".join([head, "\n".join(lines), example]),
        completeness="partial",
        checked=sum(len(document.measures) for document in documents),
        lang=lang,
    )
