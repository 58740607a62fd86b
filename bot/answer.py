"""The nouns of an answer: what every surface (command line, chat, JSON) shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Route = Literal["district", "list", "clause", "compare", "keyword", "topic", "document", "clarify", "refusal"]
Completeness = Literal["complete", "partial", "none"]
Refusal = Literal["out_of_scope", "other_place", "not_in_text", "unclear"]
Confidence = Literal["high", "medium", "low"]
SpokenOutcome = Literal["spoken", "no_evidence", "too_little", "unavailable"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands: ``source[start:end] == quote``.

    `guideline` and `document` are the slug and the title of the document it is from; `page` (pdf) or
    `paragraph` (html, docx) is the place in the unit of its format, None where that is the line.
    """

    measure_id: str
    number: int
    label: str
    title: str
    quote: str
    start: int
    end: int
    line: int
    guideline: str = ""
    document: str = ""
    page: int | None = None
    paragraph: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A document that was searched."""

    slug: str
    title: str
    doc_no: str
    published: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a measure reaches a district: a route, and the verbatim words that prove it, with their place."""

    route: str
    quote: str
    start: int
    end: int
    line: int
    note: str = ""
    page: int | None = None
    paragraph: int | None = None


@dataclass(frozen=True, slots=True)
class Applies:
    """A measure that reaches a district, by which routes (named, zone, area, all, conditional, citywide)."""

    measure_id: str
    number: int
    label: str
    title: str
    routes: tuple[str, ...]
    evidence: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds spent: encoding (a batch's share of it), searching, all the rest; a language model."""

    encode: float = 0.0
    search: float = 0.0
    compose: float = 0.0
    speak: float = 0.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came of asking a language model: its name, the prompt, and what the check did to its sentences.

    Only ``spoken`` shows anything of it: ``no_evidence`` is its own word that the measures hold no answer,
    ``too_little`` that no sentence passed.
    """

    model: str
    prompt: str
    outcome: SpokenOutcome
    kept: int = 0
    replaced: int = 0
    removed: int = 0

    @property
    def changed(self) -> int:
        """How many sentences did not pass."""
        return self.replaced + self.removed

    @property
    def grounded(self) -> float:
        """The share of sentences that passed; 0 where there was none."""
        return self.kept / max(1, self.kept + self.changed)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `text` is markdown.

    A quote links to its place as ``[原文第 63 行](#cite-<slug>-<start>-<end>)``.
    `checked` is how many measures were looked at, `confidence` is None where nothing was guessed.
    `searched` are the documents that were looked at (of very many only those used), `searched_count` is how
    many these were, `listed` the slugs of the documents that a list of documents holds. `model` has words of
    its own in `text`, above the quotes; `spoken` is None where no language model was asked.
    """

    question: str
    route: Route
    text: str
    citations: tuple[Citation, ...] = ()
    completeness: Completeness = "partial"
    refusal: Refusal | None = None
    districts: tuple[str, ...] = ()
    applicability: tuple[Applies, ...] = ()
    checked: int = 0
    confidence: Confidence | None = None
    notes: tuple[str, ...] = ()
    searched: tuple[Source, ...] = ()
    searched_count: int = 0
    listed: tuple[str, ...] = ()
    lang: Literal["zh", "en"] = "zh"
    model: str | None = None
    spoken: Spoken | None = None
    timing: Timing | None = None
