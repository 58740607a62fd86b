"""A guideline as HTML for the pane beside the chat, each stretch of text with its place in the source.

Every character of a section, a measure, the preamble or the closing stands in exactly one element
with ``data-start`` and ``data-end``, the character offsets that citations use; the script marks any
``[start, end)`` among them. Page furniture is left out. All text is escaped: a guideline is data.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from bot.markup import both, inert
from corpus.lines import Lines
from corpus.measure import Guideline, Measure, Meta, Note, Section, Span, Unit


def title_of(guideline: Guideline) -> str:
    """What a guideline is called: its title, or its slug if none is known."""
    return guideline.meta.title or guideline.slug


def guideline_html(guideline: Guideline) -> str:
    """A parsed guideline in the order of its source: preamble, sections, measures with notes, closing."""
    text = _Text(guideline.source, guideline.pages)
    parts = [(span.start, _aside(text, span, kind)) for span, kind in _around(guideline)]
    parts += [(section.span.start, _section(text, section)) for section in guideline.sections]
    parts += [
        (measure.span.start, _measure(text, measure, _notes(guideline, measure)))
        for measure in guideline.measures
    ]
    body = "".join(part for _, part in sorted(parts))
    return _article(
        guideline.slug,
        title_of(guideline),
        _facts(guideline.meta, len(guideline.measures)),
        body,
        guideline.unit,
    )


def record_html(measure: Measure) -> str:
    """A record that came already split: its offsets count from the start of its own text."""
    body = _measure(_Text(measure.text), measure, "")
    return _article(measure.guideline, measure.title or measure.id, "", body)


class _Text:
    """A source with its lines and, as HTML, any stretch of it."""

    def __init__(self, source: str, pages: Sequence[int] = ()) -> None:
        self.source = source
        self._pages = pages
        self.starts = [start for start, _ in Lines.of(source).bounds]

    def line(self, offset: int) -> int:
        """The 1-based line that holds an offset."""
        return bisect_right(self.starts, offset)

    def piece(self, start: int, end: int) -> str:
        """A stretch as one element that knows its offsets."""
        return f'<span data-start="{start}" data-end="{end}">{inert(self.source[start:end])}</span>'

    def block(self, span: Span, tag: str, cuts: Iterable[int] = ()) -> str:
        """A span line by line, each a `tag` with its number, cut at `cuts` too; blank lines stand bare."""
        first, last = self.line(span.start), self.line(max(span.start, span.end - 1))
        inner = {cut for cut in cuts if span.start < cut < span.end}
        edges = [span.start, *self.starts[first:last], span.end]
        return "".join(
            self._line(start, end, tag, sorted(inner)) for start, end in pairwise(edges) if start < end
        )

    def _line(self, start: int, end: int, tag: str, cuts: Sequence[int]) -> str:
        edges = [start, *(cut for cut in cuts if start < cut < end), end]
        pieces = "".join(self.piece(left, right) for left, right in pairwise(edges))
        if not self.source[start:end].strip():
            return pieces
        page = f' data-page="{bisect_right(self._pages, start)}"' if self._pages else ""
        return f'<{tag} class="wence-line" data-line="{self.line(start)}"{page}>{pieces}</{tag}>'


def _around(guideline: Guideline) -> Iterator[tuple[Span, str]]:
    if guideline.preamble:
        yield guideline.preamble, "preamble"
    if guideline.closing:
        yield guideline.closing, "closing"


def _article(slug: str, title: str, facts: str, body: str, unit: Unit = "line") -> str:
    opening = f'<article class="wence-text" lang="zh-CN" data-slug="{inert(slug)}" data-unit="{unit}">'
    return f"{opening}<h2>{inert(title)}</h2>{facts}{body}</article>"


def _facts(meta: Meta, count: int) -> str:
    known = "".join(
        f"<span>{inert(fact)}</span>" for fact in (meta.issuer, meta.doc_no, meta.published) if fact
    )
    return f'<p class="wence-facts">{known}<span>{both("ui.count", count=count)}</span></p>'


def _section(text: _Text, section: Section) -> str:
    level = min(max(section.level, 1), 3)
    return f'<div class="wence-section" data-level="{level}">{text.block(section.span, "h3")}</div>'


def _measure(text: _Text, measure: Measure, notes: str) -> str:
    """A measure: its heading, then its sentences line by line, then the editor's notes."""
    heading = Span(measure.span.start, max(measure.span.start, measure.body.start), measure.span.line)
    rest = Span(heading.end, measure.span.end, text.line(heading.end))
    cuts = [edge for sentence in measure.sentences for edge in (sentence.span.start, sentence.span.end)]
    shown = text.block(heading, "h4") + text.block(rest, "p", cuts)
    return f'<section class="wence-measure" data-measure="{inert(measure.id)}">{shown}{notes}</section>'


def _aside(text: _Text, span: Span, kind: str) -> str:
    return f'<div class="wence-{kind}">{text.block(span, "p")}</div>'


def _notes(guideline: Guideline, measure: Measure) -> str:
    return "".join(_note(note) for note in guideline.meta.notes if note.measure == measure.number)


def _note(note: Note) -> str:
    source = f" <small>{both('ui.note_source')}{inert(note.source)}</small>" if note.source else ""
    return f'<aside class="wence-note"><b>{both("ui.note")}</b> {inert(note.text)}{source}</aside>'
