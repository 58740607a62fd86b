"""Topic route: the sentences that answer a question in free words, then the related measures."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Answer, Confidence
from bot.answers.quoting import basis, cite, cited_name, escape, names, notes_of, quotes
from bot.evidence import Excerpt
from bot.library import Library
from bot.phrases import Lang, say
from corpus.measure import Measure


def topic_answer(
    text: str,
    lang: Lang,
    library: Library,
    excerpts: Sequence[Excerpt],
    related: Sequence[Measure],
    *,
    confidence: Confidence,
    factual: bool,
) -> Answer:
    """Quotes of the best measures, best first, and the names of related ones; says how sure it is.

    `factual`: the question asks for a number, date or the like, and the first excerpt states one.
    """
    blocks: list[str] = []
    for place, excerpt in enumerate(excerpts):
        citations = [cite(excerpt.measure, hit.sentence) for hit in excerpt.sentences]
        blocks += [_lead(library, excerpt.measure, place, factual, lang), quotes(citations, lang)]
    if related:
        blocks.append(say(lang, "topic.related", names=names(related, library)))
    measures = [excerpt.measure for excerpt in excerpts]
    notes = notes_of(library, measures, lang)
    blocks += [*notes, f"{say(lang, f'topic.sure_{confidence}')} {basis(library.those_of(measures), lang)}"]
    return Answer(
        text,
        "topic",
        "\n\n".join(blocks),
        tuple(cite(e.measure, hit.sentence) for e in excerpts for hit in e.sentences),
        completeness="partial",
        checked=library.checked,
        confidence=confidence,
        notes=notes,
        lang=lang,
    )


def _lead(library: Library, measure: Measure, place: int, factual: bool, lang: Lang) -> str:
    name = cited_name(measure, library)
    if place:
        return say(lang, "topic.also", name=name)
    section = f"({escape(measure.section)})" if measure.section else ""
    return say(lang, "topic.lead_fact" if factual else "topic.lead", name=name, section=section)
