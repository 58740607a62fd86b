"""From guidelines to rows: what is embedded and tokenised."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from corpus.errors import CorpusError
from corpus.measure import Guideline, Measure
from corpus.normal import normalize

_GUIDELINES = TypeAdapter(tuple[Guideline, ...])


def search_text(measure: Measure) -> str:
    """Normalised title and body of a measure: what is searched, never what is quoted.

    Not the section: its heading is the same for all its measures, and draws them together.
    """
    start, end = measure.body.start - measure.span.start, measure.body.end - measure.span.start
    return normalize(f"{measure.title} {measure.text[start:end]}")


def sentence_texts(guidelines: Iterable[Guideline]) -> list[str]:
    """What is embedded of each sentence, in row order; none of a corpus of records.

    Sentences by themselves: with the title before them all of a measure's would look alike.
    """
    return [normalize(s.text) for g in guidelines if not g.records for m in g.measures for s in m.sentences]


def measure_texts(guidelines: Iterable[Guideline]) -> list[str]:
    """What is embedded of each measure, in row order."""
    return [search_text(measure) for guideline in guidelines for measure in guideline.measures]


def sentence_counts(guidelines: Iterable[Guideline]) -> list[int]:
    """How many sentences of each measure have a vector, in row order.

    None in a corpus of records: they are short, and there may be tens of thousands.
    """
    return [0 if g.records else len(m.sentences) for g in guidelines for m in g.measures]


def count_passages(guidelines: Iterable[Guideline]) -> int:
    """How many texts a build embeds: the total for its progress."""
    return sum(count + 1 for count in sentence_counts(guidelines))


def to_json(guidelines: Sequence[Guideline]) -> bytes:
    """Guidelines as JSON, whole; CorpusError for a text that is not valid Unicode."""
    try:
        return _GUIDELINES.dump_json(tuple(guidelines))
    except PydanticSerializationError as error:
        slugs = ", ".join(g.slug for g in guidelines)
        raise CorpusError(
            f"语料 {slugs} 含有不成对的代理字符，无法保存：{error}。请修复该文件的编码后重试。",
            f"The corpus {slugs} holds half a surrogate pair and cannot be saved: {error}. "
            "Repair the file's encoding and try again.",
        ) from error


def from_json(data: bytes) -> list[Guideline]:
    """Guidelines from `to_json`; ValueError if the JSON is of another form."""
    try:
        return list(_GUIDELINES.validate_json(data))
    except ValidationError as error:
        raise ValueError(str(error).split("\n", 1)[0]) from error


def corpus_hash(guidelines: Iterable[Guideline]) -> str:
    """sha256 (hex) of the guidelines and their meta data, whatever their order.

    Another hash than the manifest's means that the corpus, or how it is parsed, has changed.
    """
    return hashlib.sha256(to_json(sorted(guidelines, key=lambda g: g.slug))).hexdigest()
