"""Which facts about the document itself a question asks for: its issuer, title, date, size, outline."""

from __future__ import annotations

from bot.reading.patterns import document_patterns


def document_aspects(text: str) -> tuple[str, ...]:
    """The facts about the document that a normalised question asks for, out of title, issuer, doc_no,
    published, valid_until, size, outline; empty when it asks for none.
    """
    return tuple(name for name, pattern in document_patterns().items() if pattern.search(text))
