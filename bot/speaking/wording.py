"""Checked sentences as markdown: the words inert, each with the measure and the line that it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Citation
from bot.answers.quoting import anchor, cite, escape
from bot.grounding import Judged
from bot.grounding.cites import without_marks
from bot.grounding.evidence import most_like
from bot.phrases import Lang, say
from corpus.measure import Measure


def places_of(judged: Judged, evidence: Sequence[Measure]) -> tuple[Citation, ...]:
    """For each measure that a sentence cites, the citation of its sentence that is most like it."""
    if judged.quote is not None:
        measure = next(one for one in evidence if one.id == judged.measure_id)
        return (cite(measure, judged.quote),)
    cited = (measure for measure in evidence if measure.id in judged.verdict.cited)
    found = ((measure, most_like(judged.text, measure.sentences)) for measure in cited)
    return tuple(cite(measure, like[1]) for measure, like in found if like is not None)


def sentence_text(judged: Judged, places: Sequence[Citation], lang: Lang) -> str:
    """A sentence that may be shown, as markdown with its places; one that was replaced is a quote."""
    if judged.quote is not None:
        words = say(lang, "cite.quote", quote=escape(judged.quote.text))
    else:
        words = escape(without_marks(judged.text))
    gap = "" if lang == "zh" else " "
    return words + "".join(gap + _place(place, lang) for place in places)


def paragraph(sentences: Sequence[str]) -> str:
    """Sentences, each on a line of its own."""
    return "  \n".join(sentences)


def note(model: str, changed: int, lang: Lang) -> str:
    """Who said this, that it was checked, and how many sentences did not pass."""
    parts = [say(lang, "spoken.by", model=escape(model))]
    if changed:
        parts.append(say(lang, "spoken.changed", count=changed))
    return "".join([*parts, say(lang, "spoken.quotes")])


def _place(citation: Citation, lang: Lang) -> str:
    link = say(lang, "cite.link", line=citation.line, anchor=anchor(citation))
    return escape(citation.label) + link
