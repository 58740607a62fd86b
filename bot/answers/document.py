"""Document route: what is known of the documents themselves (title, issuer, number, dates, size, outline)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Answer
from bot.answers.clause import measures_under
from bot.answers.quoting import escape, measure_name
from bot.phrases import Lang, say
from corpus.measure import Guideline

_FACTS = ("issuer", "doc_no", "published", "valid_until")
_OUTLINE_LIMIT = 60
"""Up to so many measures an outline names each measure; beyond it, sections alone."""


def document_answer(text: str, lang: Lang, guidelines: Sequence[Guideline], aspects: Sequence[str]) -> Answer:
    """The asked facts about each document, title first; complete, since they are read and not searched."""
    blocks = [say(lang, "document.several", count=len(guidelines))] if len(guidelines) > 1 else []
    for guideline in guidelines:
        blocks.append("\n\n".join(_facts(guideline, aspects, lang)))
    return Answer(
        text,
        "document",
        "\n\n".join(blocks),
        completeness="complete",
        checked=sum(len(g.measures) for g in guidelines),
        lang=lang,
    )


def _facts(guideline: Guideline, aspects: Sequence[str], lang: Lang) -> list[str]:
    facts = [_title(guideline, lang)]
    facts += [_fact(guideline, name, lang) for name in _FACTS if name in aspects]
    if "outline" in aspects or "size" in aspects:
        facts.append(_size(guideline, lang))
    if "outline" in aspects:
        facts += [say(lang, "document.outline"), "\n".join(_outline(guideline, lang))]
    if guideline.meta.source and {"issuer", "published", "title"} & set(aspects):
        facts.append(say(lang, "document.source", source=escape(guideline.meta.source)))
    return facts


def _title(guideline: Guideline, lang: Lang) -> str:
    if not guideline.meta.title:
        return say(lang, "document.no_title")
    return say(lang, "document.title", title=escape(guideline.meta.title))


def _fact(guideline: Guideline, name: str, lang: Lang) -> str:
    value: str = getattr(guideline.meta, name)
    if not value:
        return say(lang, f"document.no_{name}")
    return say(lang, f"document.{name}", **{name: escape(value)})


def _size(guideline: Guideline, lang: Lang) -> str:
    top = _top_sections(guideline)
    if not top:
        return say(lang, "document.size_flat", measures=len(guideline.measures))
    return say(lang, "document.size", sections=len(top), measures=len(guideline.measures))


def _top_sections(guideline: Guideline) -> list[int]:
    top = min((s.level for s in guideline.sections), default=0)
    return [i for i, s in enumerate(guideline.sections) if s.level == top]


def _outline(guideline: Guideline, lang: Lang) -> list[str]:
    """One line a section, and under it, in a document of moderate size, one line a measure."""
    lines: list[str] = []
    for index in _top_sections(guideline):
        section = guideline.sections[index]
        under = measures_under(guideline, section)
        if not under:
            continue
        reach = say(lang, "document.range", first=escape(under[0].label), last=escape(under[-1].label))
        lines.append(
            say(lang, "document.section", heading=f"**{escape(section.heading)}**", range=reach, count=len(under))
        )
        if len(guideline.measures) <= _OUTLINE_LIMIT:
            lines += ["  " + say(lang, "document.measure", name=measure_name(m)) for m in under if m.title]
    return lines or [say(lang, "document.measure", name=measure_name(m)) for m in guideline.measures]
