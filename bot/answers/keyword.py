"""Keyword route: every measure in which given words stand, found exactly and completely."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.answer import Answer
from bot.answers.clause import measures_under
from bot.answers.quoting import basis, cite, escape, measure_name, names, notes_of, quotes
from bot.library import Library
from bot.phrases import Lang, say
from corpus.measure import Guideline, Measure, Section, Sentence
from corpus.normal import normalize

_PASSED_OVER = re.compile(r"[\s“”‘’「」『』\"']+")


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where a keyword stands: per measure the sentences that hold it, and how often in all."""

    word: str
    sentences: dict[str, tuple[Sentence, ...]]
    times: int


def occurs(guideline: Guideline, word: str) -> bool:
    """Whether `word` stands in any measure of a guideline."""
    plain = _squeezed(word)
    return bool(plain) and any(plain in _squeezed(measure.text) for measure in guideline.measures)


def find_occurrences(guideline: Guideline, word: str) -> Occurrences:
    """Every measure whose heading or body holds `word` (normalised), with the sentences that hold it.

    The heading counts as part of the measure, section headings do not.
    """
    places: dict[str, tuple[Sentence, ...]] = {}
    times = 0
    for measure in guideline.measures:
        count = _squeezed(measure.text).count(word)
        if count:
            times += count
            parts = (measure.heading, *measure.sentences)
            places[measure.id] = tuple(part for part in parts if word in _squeezed(part.text))
    return Occurrences(word, places, times)


def keyword_answer(
    text: str,
    lang: Lang,
    library: Library,
    guideline: Guideline,
    words: Sequence[str],
    *,
    together: bool,
    nearest: Sequence[Measure] = (),
) -> Answer:
    """All measures that hold the words: each word by itself, or, when `together`, those that hold them all.

    With no occurrence at all it is a `not_in_text` refusal that names the `nearest` measures in meaning.
    """
    found = [find_occurrences(guideline, _squeezed(word)) for word in words]
    held = [set(occurrences.sentences) for occurrences in found]
    hit_ids = set.intersection(*held) if together else set.union(*held)
    if not hit_ids:
        return _nothing(text, lang, library, guideline, words, together=together, nearest=nearest)
    measures = [m for m in guideline.measures if m.id in hit_ids]
    blocks = _together(guideline, found, measures, lang) if together else _each(guideline, found, lang)
    notes = notes_of(library, measures, lang)
    citations = tuple(cite(m, s) for m in measures for s in _sentences(m, found))
    return Answer(
        text,
        "keyword",
        "\n\n".join([*blocks, *notes, basis([guideline], lang)]),
        tuple(dict.fromkeys(citations)),
        completeness="complete",
        checked=len(guideline.measures),
        notes=notes,
        lang=lang,
    )


@lru_cache(maxsize=1 << 17)
def _squeezed(text: str) -> str:
    """Normalised, without white space and quotation marks: 创新“关键变量” is found without them as well."""
    return _PASSED_OVER.sub("", normalize(text))


def _sentences(measure: Measure, found: Sequence[Occurrences]) -> list[Sentence]:
    """The parts of a measure that hold a keyword, heading first.

    A word that runs across two parts cites the measure's heading.
    """
    chosen = {s.span.start: s for o in found for s in o.sentences.get(measure.id, ())}
    return [chosen[start] for start in sorted(chosen)] or [measure.heading]


def _each(guideline: Guideline, found: Sequence[Occurrences], lang: Lang) -> list[str]:
    blocks: list[str] = []
    checked = len(guideline.measures)
    for one in found:
        measures = [m for m in guideline.measures if m.id in one.sentences]
        if not measures:
            blocks.append(say(lang, "keyword.found_none", checked=checked, word=escape(one.word)))
            continue
        blocks.append(
            say(
                lang,
                "keyword.found",
                checked=checked,
                count=len(measures),
                word=escape(one.word),
                times=one.times,
            )
        )
        blocks += [_entry(m, [one], lang) for m in measures]
        blocks += _elsewhere(guideline, one.word, lang)
    return blocks


def _together(
    guideline: Guideline, found: Sequence[Occurrences], measures: Sequence[Measure], lang: Lang
) -> list[str]:
    words = "、".join(f"“{escape(one.word)}”" for one in found)
    head = say(lang, "keyword.found_all", checked=len(guideline.measures), count=len(measures), words=words)
    return [head, *(_entry(m, found, lang) for m in measures)]


def _entry(measure: Measure, found: Sequence[Occurrences], lang: Lang) -> str:
    citations = [cite(measure, sentence) for sentence in _sentences(measure, found)]
    return say(lang, "keyword.entry", name=measure_name(measure)) + "\n\n" + quotes(citations, lang)


def _elsewhere(guideline: Guideline, word: str, lang: Lang) -> list[str]:
    """Section headings and preamble lines with the word: said, but not counted as measures."""
    blocks = [
        say(
            lang,
            "keyword.in_heading",
            heading=escape(section.heading),
            word=escape(word),
            names=_range(guideline, section),
        )
        for section in guideline.sections
        if word in _squeezed(section.heading)
    ]
    lines = _preamble_lines(guideline, word)
    if lines:
        listed = "、".join(map(str, lines))
        blocks.append(say(lang, "keyword.in_preamble", word=escape(word), lines=listed))
    return blocks


def _range(guideline: Guideline, section: Section) -> str:
    return "".join(escape(m.label) for m in measures_under(guideline, section))


def _preamble_lines(guideline: Guideline, word: str) -> list[int]:
    if guideline.preamble is None:
        return []
    start, end, first = guideline.preamble.start, guideline.preamble.end, guideline.preamble.line
    lines = guideline.source[start:end].split("\n")
    return [first + i for i, line in enumerate(lines) if word in _squeezed(line)]


def _nothing(
    text: str,
    lang: Lang,
    library: Library,
    guideline: Guideline,
    words: Sequence[str],
    *,
    together: bool,
    nearest: Sequence[Measure],
) -> Answer:
    checked = library.checked
    if together:
        listed = "、".join(f"“{escape(word)}”" for word in words)
        blocks = [say(lang, "keyword.found_none_all", checked=checked, words=listed)]
    else:
        blocks = [say(lang, "keyword.found_none", checked=checked, word=escape(word)) for word in words]
        blocks += [line for word in words for line in _elsewhere(guideline, _squeezed(word), lang)]
    if nearest:
        blocks.append(say(lang, "keyword.nearest", names=names(nearest, library)))
    return Answer(
        text,
        "keyword",
        "\n\n".join(blocks),
        completeness="complete",
        refusal="not_in_text",
        checked=checked,
        lang=lang,
    )
