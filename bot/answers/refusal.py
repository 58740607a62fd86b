"""Refusals: not a policy question, another place, not in the text, or not readable as a question.

None carries sources, except that "not in the text" cites the related measures it names.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Answer, Citation, Refusal
from bot.answers.quoting import basis, cited_name, escape, names, quotes
from bot.library import Library
from bot.phrases import Lang, say
from corpus.measure import Guideline, Measure

EXAMPLES = 3


def example_questions(guidelines: Sequence[Guideline], lang: Lang) -> list[str]:
    """Questions that these guidelines answer, made from their own titles and labels."""
    titled = [m for g in guidelines for m in g.measures if m.title] if lang == "zh" else []
    labelled = [m for g in guidelines for m in g.measures if m.label]
    picked = titled[len(titled) // 2 :: max(1, len(titled) // EXAMPLES)][: EXAMPLES - 1]
    questions = [say(lang, "example.about", title=m.title) for m in picked]
    if labelled:
        chosen = labelled[len(labelled) * 2 // 3]
        questions.append(say(lang, "example.clause", label=chosen.label, number=chosen.number))
    return [*questions, say(lang, "example.outline"), say(lang, "example.issuer")][:EXAMPLES]


def out_of_scope(text: str, lang: Lang, guidelines: Sequence[Guideline]) -> Answer:
    """Not a question that these documents are about; says what can be asked instead."""
    title = guidelines[0].meta.title or guidelines[0].slug if guidelines else ""
    name = "refusal.out_of_scope" if len(guidelines) == 1 else "refusal.out_of_scope_many"
    lead = say(lang, name, title=escape(title), count=len(guidelines))
    return _with_examples(text, lang, "out_of_scope", lead, guidelines)


def unclear(
    text: str, lang: Lang, guidelines: Sequence[Guideline], why: str, *, length: int = 0, limit: int = 0
) -> Answer:
    """Not readable as a question; `why` is empty, greeting, gibberish or too_long (phrases of `refusal`).

    `length` and `limit` are characters, for a question that is too long.
    """
    lead = say(lang, f"refusal.{why}", length=length, limit=limit)
    return _with_examples(text, lang, "unclear", lead, guidelines if why != "too_long" else ())


def other_place(text: str, lang: Lang, regions: Sequence[str], places: Sequence[str]) -> Answer:
    """A question for a place that no document covers."""
    lead = say(lang, "refusal.other_place", region="、".join(regions), place=escape("、".join(places)))
    return _refused(text, lang, "other_place", lead)


def unknown_place(text: str, lang: Lang, region: str, place: str) -> Answer:
    """A question for a district that does not exist (万达区)."""
    return _refused(
        text, lang, "other_place", say(lang, "district.unknown", place=escape(place), region=region)
    )


def not_in_text(
    text: str,
    lang: Lang,
    library: Library,
    *,
    facts: Sequence[str] = (),
    words: Sequence[str] = (),
    quoted: Sequence[Citation] = (),
    related: Sequence[Measure] = (),
) -> Answer:
    """In the field, but not in the text: names the kind of fact or the words that are missing, and related
    measures.

    `quoted` are sentences that show what the nearest measure does say; they alone are cited.
    """
    used = library.those_of(related) or library.guidelines[:1]
    what = "、".join(say(lang, f"fact.{fact}") for fact in facts)
    blocks = [say(lang, "refusal.not_in_text", what=what) if what else say(lang, "refusal.not_in_text_any")]
    if words:
        blocks = [say(lang, "refusal.no_mention", words="、".join(f"“{escape(word)}”" for word in words))]
    if quoted and related:
        blocks += [
            say(lang, "refusal.related_fact", name=cited_name(related[0], library)),
            quotes(quoted, lang),
        ]
        related = related[1:]
    if related:
        blocks.append(say(lang, "refusal.related", names=names(related, library)))
    blocks += [say(lang, "refusal.ask_office"), basis(used, lang)]
    return _refused(text, lang, "not_in_text", "\n\n".join(blocks), tuple(quoted))


def _with_examples(
    text: str, lang: Lang, refusal: Refusal, lead: str, guidelines: Sequence[Guideline]
) -> Answer:
    examples = [say(lang, "refusal.example", question=escape(q)) for q in example_questions(guidelines, lang)]
    return _refused(text, lang, refusal, "\n\n".join([lead, "\n".join(examples)] if guidelines else [lead]))


def _refused(
    text: str, lang: Lang, refusal: Refusal, body: str, citations: tuple[Citation, ...] = ()
) -> Answer:
    return Answer(text, "refusal", body, citations, completeness="none", refusal=refusal, lang=lang)
