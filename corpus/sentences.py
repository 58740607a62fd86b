"""A stretch of text → its sentences, verbatim and with their positions."""

from __future__ import annotations

import re

from corpus.lines import Lines
from corpus.measure import Sentence, Span

_SENTENCE = re.compile(r"[^。！？!?…\r\n]*(?:[。！？!?…]+[”’」』）)】〉》\"']*|(?=[\r\n])|\Z)")
_WORD = re.compile(r"\w")


def split_sentences(lines: Lines, body: Span) -> tuple[Sentence, ...]:
    """The sentences of `body`, cut after 。！？!?… (with closing quotes) and at line breaks.

    Spans are offsets into ``lines.text``; a stretch without a letter or digit is no sentence.
    """
    sentences = []
    for match in _SENTENCE.finditer(lines.text, body.start, body.end):
        span = lines.trimmed(match.start(), match.end())
        if span is not None and _WORD.search(lines.of_span(span)):
            sentences.append(Sentence(lines.of_span(span), span))
    return tuple(sentences)
