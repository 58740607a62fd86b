"""Clause route: the measures and sections that a question names by number, whole and verbatim."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Answer
from bot.answers.quoting import basis, cite, escape, measure_name, notes_of, quotes
from bot.library import Library
from bot.phrases import Lang, say
from bot.reading.clauses import ClauseRef
from corpus.measure import Guideline, Measure, Section


def find_measures(guideline: Guideline, ref: ClauseRef) -> list[Measure]:
    """The measures that `ref` points at: one, or several where numbering restarts in each section."""
    if ref.unit == "section":
        section = find_section(guideline, ref)
        return list(measures_under(guideline, section)) if section else []
    outer = find_section(guideline, ref.under) if ref.under else None
    if ref.under and outer is None:
        return []
    return _numbered(measures_under(guideline, outer) if outer else guideline.measures, ref)


def _numbered(measures: Sequence[Measure], ref: ClauseRef) -> list[Measure]:
    if ref.number < 0:
        return [measures[ref.number]] if -ref.number <= len(measures) else []
    wanted = f"-{ref.sub}" if ref.sub else ""
    return [m for m in measures if m.number == ref.number and _sub(m) == wanted]


def find_section(guideline: Guideline, ref: ClauseRef) -> Section | None:
    """The section that `ref` points at, by the word used (章, 节) or else among the top level."""
    within = _sections_within(guideline, ref)
    sections = [s for s in within if ref.level_word and s.label.endswith(ref.level_word)]
    if not sections and within:
        top = min(s.level for s in within)
        sections = [s for s in within if s.level == top]
    if ref.number < 0:
        return sections[ref.number] if -ref.number <= len(sections) else None
    return next((s for s in sections if s.number == ref.number), None)


def _sections_within(guideline: Guideline, ref: ClauseRef) -> Sequence[Section]:
    """All sections, or those below the section that the reference says it stands in."""
    if ref.under is None:
        return guideline.sections
    outer = find_section(guideline, ref.under)
    if outer is None:
        return ()
    end = _end_of(guideline, outer)
    return [s for s in guideline.sections if outer.span.start < s.span.start < end]


def measures_under(guideline: Guideline, section: Section) -> tuple[Measure, ...]:
    """The measures between a section's heading and the next heading of its level or above."""
    end = _end_of(guideline, section)
    return tuple(m for m in guideline.measures if section.span.start <= m.span.start < end)


def _end_of(guideline: Guideline, section: Section) -> int:
    """Where a section ends: at the next heading of its level or above."""
    start, level = section.span.start, section.level
    ends = [s.span.start for s in guideline.sections if s.span.start > start and s.level <= level]
    return min(ends, default=len(guideline.source))


def names_a_clause(guideline: Guideline, refs: Sequence[ClauseRef]) -> bool:
    """Whether at least one of the numbers exists in this guideline."""
    return any(find_measures(guideline, ref) for ref in refs)


def clause_answer(
    text: str, lang: Lang, library: Library, guideline: Guideline, refs: Sequence[ClauseRef]
) -> Answer:
    """The named measures whole; says which of the named numbers do not exist.

    A question whose every number is missing is a `not_in_text` refusal on the clause route.
    """
    found = {ref: find_measures(guideline, ref) for ref in refs}
    missing = [ref for ref in refs if not found[ref]]
    measures = list(dict.fromkeys(m for ref in refs for m in found[ref]))
    if not measures:
        body = "\n\n".join(_missing(guideline, ref, lang) for ref in missing)
        return Answer(
            text,
            "clause",
            body,
            completeness="none",
            refusal="not_in_text",
            checked=len(guideline.measures),
            lang=lang,
        )
    citations = tuple(cite(m, s) for m in measures for s in m.sentences)
    blocks = _blocks(guideline, refs, found, lang)
    if missing:
        what = "、".join(what_clause(ref, lang) for ref in missing)
        blocks.append(say(lang, "clause.some_missing", what=what, count=len(guideline.measures)))
    notes = notes_of(library, measures, lang)
    blocks += [*notes, basis([guideline], lang)]
    return Answer(
        text,
        "clause",
        "\n\n".join(blocks),
        citations,
        completeness="partial" if missing else "complete",
        checked=len(guideline.measures),
        notes=notes,
        lang=lang,
    )


def _sub(measure: Measure) -> str:
    """The part of an id that tells 第十二条之一 from 第十二条: ``-1`` or an empty string."""
    ordinal = measure.id.rpartition("#")[2].rpartition(".")[2]
    return ordinal[len(str(measure.number)) :]


def _blocks(
    guideline: Guideline, refs: Sequence[ClauseRef], found: dict[ClauseRef, list[Measure]], lang: Lang
) -> list[str]:
    blocks: list[str] = []
    shown: set[str] = set()
    for ref in refs:
        fresh = [m for m in found[ref] if m.id not in shown]
        section = find_section(guideline, ref) if ref.unit == "section" else None
        if section and fresh:
            blocks.append(
                say(lang, "clause.section_heading", heading=escape(section.heading), count=len(found[ref]))
            )
        blocks += [whole_measure(guideline, m, lang, alone=len(found) == len(found[ref]) == 1) for m in fresh]
        shown.update(m.id for m in fresh)
    return blocks


def whole_measure(guideline: Guideline, measure: Measure, lang: Lang, *, alone: bool = True) -> str:
    """A measure whole: name, place in the document, every sentence quoted; its neighbours when `alone`."""
    parts = [say(lang, "clause.heading", name=measure_name(measure))]
    if measure.path:
        parts.append(say(lang, "clause.place", path=escape(" / ".join(measure.path))))
    parts.append(quotes([cite(measure, s) for s in measure.sentences], lang))
    if alone:
        at = guideline.measures.index(measure)
        before = guideline.measures[at - 1] if at else None
        after = guideline.measures[at + 1] if at + 1 < len(guideline.measures) else None
        parts.append(say(lang, "clause.neighbours", before=_name(before, lang), after=_name(after, lang)))
    return "\n\n".join(parts)


def _name(measure: Measure | None, lang: Lang) -> str:
    return measure_name(measure) if measure else say(lang, "clause.none")


def what_clause(ref: ClauseRef, lang: Lang) -> str:
    """A clause in words: 第 18 条, 第 2 部分中的第 3 条."""
    kind = "clause.section_number" if ref.unit == "section" else "clause.measure_number"
    what = say(lang, f"{kind}_from_end" if ref.number < 0 else kind, number=abs(ref.number))
    what = say(lang, "clause.sub", what=what, sub=ref.sub) if ref.sub else what
    return say(lang, "clause.inside", outer=what_clause(ref.under, lang), what=what) if ref.under else what


def _missing(guideline: Guideline, ref: ClauseRef, lang: Lang) -> str:
    if ref.unit == "section":
        return say(lang, "clause.missing_section", what=what_clause(ref, lang), count=len(guideline.sections))
    labels = [escape(m.label) for m in guideline.measures]
    return say(
        lang,
        "clause.missing",
        what=what_clause(ref, lang),
        count=len(labels),
        first=labels[0],
        last=labels[-1],
    )
