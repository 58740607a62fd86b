"""A document that has been read → Guideline, with its places counted as its format has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from corpus.formats.document import Document
from corpus.formats.markdown import JOINT
from corpus.formats.reading import read_document
from corpus.lines import Lines, is_blank
from corpus.matter import reads_like_title
from corpus.measure import Dropped, Guideline, Measure, Meta, Section, Sentence, Span
from corpus.parse import parse

MARK_UP = "mark-up sign"


def load_file(path: Path, slug: str, meta: Meta | None = None) -> Guideline:
    """One file of any accepted format, parsed; CorpusError as for `read_document` and `parse`."""
    return parse_document(read_document(path), slug, meta=meta, file=str(path))


def parse_document(document: Document, slug: str, *, meta: Meta | None = None, file: str = "") -> Guideline:
    """Take a document apart. The title in the file's properties is used if the text shows none.

    CorpusError as for `corpus.parse.parse`.
    """
    guideline = parse(document.reading or document.text, slug, meta=meta, file=file)
    if document.reading:
        guideline = _verbatim(guideline, document.text)
    title = guideline.meta.title
    if not (meta and meta.title) and reads_like_title(document.title) and not reads_like_title(title):
        title = document.title
    return replace(
        guideline, meta=replace(guideline.meta, title=title), unit=document.unit, pages=document.pages
    )


def _verbatim(guideline: Guideline, source: str) -> Guideline:
    """The same guideline over the source itself: what was parsed had blanks in the place of mark-up."""
    meta = guideline.meta
    whole = replace(
        guideline,
        source=source,
        meta=replace(meta, title=_bare(meta.title), issuer=_bare(meta.issuer), doc_no=_bare(meta.doc_no)),
        sections=tuple(replace(s, title=_bare(s.title)) for s in guideline.sections),
        measures=tuple(_verbatim_measure(measure, source) for measure in guideline.measures),
    )
    signs = [Dropped(span, MARK_UP) for span in _left_over(whole)]
    return replace(whole, dropped=tuple(sorted([*whole.dropped, *signs], key=lambda d: d.span.start)))


def _verbatim_measure(measure: Measure, source: str) -> Measure:
    sentences = tuple(Sentence(source[s.span.start : s.span.end], s.span) for s in measure.sentences)
    return replace(
        measure,
        title=_bare(measure.title),
        path=tuple(map(_bare, measure.path)),
        text=source[measure.span.start : measure.span.end],
        sentences=sentences,
    )


def _bare(text: str) -> str:
    return text.replace(JOINT, "")


def _left_over(guideline: Guideline) -> Iterable[Span]:
    """The stretches of the source that are in no piece and are not blank."""
    lines = Lines.of(guideline.source)
    pieces: list[Section | Measure | Dropped] = [*guideline.sections, *guideline.measures, *guideline.dropped]
    spans = [piece.span for piece in pieces]
    spans += [span for span in (guideline.preamble, guideline.closing) if span is not None]
    position = 0
    for span in [
        *sorted(spans, key=lambda s: s.start),
        Span(len(guideline.source), len(guideline.source), 0),
    ]:
        if not all(map(is_blank, guideline.source[position : span.start])):
            left = lines.trimmed(position, span.start)
            if left is not None:
                yield left
        position = max(position, span.end)
