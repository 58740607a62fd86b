"""The nouns of the corpus: what a guideline is made of once it has been read.

Everything here is plain frozen data. All positions are character offsets into
`Guideline.source`, the file decoded to text with nothing changed (no newline
translation), so that ``source[span.start:span.end]`` is always verbatim.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["line", "paragraph", "page"]
"""What a place in a document is counted in: txt and md by line, html and docx by paragraph, pdf by page."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the source: half-open character offsets and the 1-based line of its start."""

    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, verbatim: ``source[span.start:span.end] == text``."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Section:
    """A heading that groups measures (编, 章, 节, 一、). `span` covers the heading itself."""

    number: int
    label: str
    title: str
    level: int
    span: Span

    @property
    def heading(self) -> str:
        """The heading as it is printed, such as ``三、打造科技创新平台,提升区县创新能力``."""
        joint = "" if self.label.endswith(("、", ".", "．", ")", "）")) else " "
        return f"{self.label}{joint}{self.title}".strip()


@dataclass(frozen=True, slots=True)
class Measure:
    """One numbered measure (条, (一), or a record that came already split).

    `text` is verbatim and includes the heading: ``source[span.start:span.end] == text``.
    `body` is the part after the heading; `sentences` lie inside `body`.
    """

    id: str
    number: int
    label: str
    title: str
    path: tuple[str, ...]
    text: str
    span: Span
    body: Span
    sentences: tuple[Sentence, ...]

    @property
    def section(self) -> str:
        """The innermost heading the measure stands under, or an empty string."""
        return self.path[-1] if self.path else ""

    @property
    def heading(self) -> Sentence:
        """The heading as it stands in the source, label and title: what a quote of it would show."""
        text = self.text[: self.body.start - self.span.start].rstrip()
        return Sentence(text, Span(self.span.start, self.span.start + len(text), self.span.line))

    @property
    def guideline(self) -> str:
        """The slug of the guideline the measure belongs to."""
        return self.id.split("#", 1)[0]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A stretch of the source that is not guideline text, and why."""

    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """An editor's remark on a measure (by its number), shown beside it and never mixed into quotes."""

    measure: int
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known about a guideline beside its text; empty strings where nothing is known."""

    title: str = ""
    issuer: str = ""
    doc_no: str = ""
    published: str = ""
    source: str = ""
    valid_until: str = ""
    region: str = ""
    passed: str = ""
    amended: str = ""
    effective: str = ""
    repealed: str = ""
    status: str = ""
    """"repealed", "draft" or "in_force" where that is known whatever the dates say."""
    replaces: tuple[str, ...] = ()
    """Titles or document numbers of what this document puts out of force."""
    notes: tuple[Note, ...] = ()
    accept: tuple[str, ...] = ()
    """Labels at which a jump in the numbering is known and wanted (a repealed 条, say)."""


@dataclass(frozen=True, slots=True)
class Guideline:
    """A guideline taken apart: every character of `source` is in exactly one of
    sections, measures, preamble, closing or dropped, or is white space between them.
    """

    slug: str
    source: str
    meta: Meta
    sections: tuple[Section, ...]
    measures: tuple[Measure, ...]
    preamble: Span | None = None
    closing: Span | None = None
    dropped: tuple[Dropped, ...] = ()
    records: bool = field(default=False)
    """True for a ``.jsonl`` of records that were already split; then `source` is empty."""
    unit: Unit = "line"
    pages: tuple[int, ...] = ()
    """Offsets at which the pages start; empty unless `unit` is page."""
