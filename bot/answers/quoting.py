"""Verbatim quotes and how they are shown: the only place where guideline text enters an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.answer import Citation
from bot.phrases import Lang, say
from corpus.measure import Guideline, Measure, Sentence

# Characters that mean something in markdown or HTML; a guideline is data and must stay inert.
_SPECIAL = re.compile(r"([\\`*_\[\]<>~|])")
_ENTITY = re.compile(r"&(?=[#\w]+;)")


def escape(text: str) -> str:
    """`text` as markdown that shows exactly these characters."""
    return _ENTITY.sub(r"\\&", _SPECIAL.sub(r"\\\1", text)).replace("\n", " ")


def cite(measure: Measure, sentence: Sentence) -> Citation:
    """The citation of a sentence, whole and verbatim."""
    span = sentence.span
    return Citation(
        measure.id, measure.number, measure.label, measure.title, sentence.text, span.start, span.end, span.line
    )


def anchor(citation: Citation) -> str:
    """The fragment that the chat's guideline pane listens to: ``cite-<guideline>-<start>-<end>``."""
    return f"cite-{citation.measure_id.split('#', 1)[0]}-{citation.start}-{citation.end}"


def quoted(citation: Citation, lang: Lang) -> str:
    """A quote block of one citation with the link to its place in the source."""
    link = say(lang, "cite.link", line=citation.line, anchor=anchor(citation))
    return "> " + say(lang, "cite.quote", quote=escape(citation.quote)) + " " + link


def quotes(citations: Iterable[Citation], lang: Lang) -> str:
    """Quote blocks, one paragraph a citation."""
    return "\n>\n".join(quoted(citation, lang) for citation in citations)


def measure_name(measure: Measure) -> str:
    """How a measure is called in an answer: label and title, such as ``(七)打造特色科技平台``."""
    if not measure.title:
        return escape(measure.label or measure.id)
    joint = " " if measure.label.endswith("条") else ""
    return escape(f"{measure.label}{joint}{measure.title}")


def names(measures: Iterable[Measure]) -> str:
    """Several measures by name, in one line."""
    return "、".join(f"**{measure_name(measure)}**" for measure in measures)


def notes_of(guideline: Guideline, measures: Iterable[Measure], lang: Lang) -> tuple[str, ...]:
    """The editor's notes on these measures, each marked as a note, with its measure's label."""
    labels = {measure.number: measure.label for measure in measures}
    return tuple(
        say(lang, "cite.note", label=labels[note.measure], text=escape(note.text))
        for note in guideline.meta.notes
        if note.measure in labels
    )


def basis(guideline: Guideline, lang: Lang) -> str:
    """Where an answer comes from: issuer, title and date as far as they are known."""
    meta = guideline.meta
    title = f"《{meta.title}》" if meta.title else guideline.slug
    date = f"({meta.published})" if meta.published else ""
    issuer = "" if meta.title.startswith(meta.issuer) else meta.issuer
    return say(lang, "topic.basis", basis=escape(f"{issuer}{title}{date}"))
