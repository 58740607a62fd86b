"""Questions on how two or more named documents differ, where no search is needed."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Answer
from bot.answers.across import outlines_compared, versions_compared
from bot.answers.clause import clause_answer, names_a_clause
from bot.answers.document import document_answer
from bot.answers.merge import merge
from bot.library import Library
from bot.question import Question
from bot.reading.documents import without_version_words
from bot.reading.support import matter


def across_documents(question: Question, library: Library) -> Answer | None:
    """The documents compared: a clause or facts of each, two versions, or as a whole; None for a matter."""
    naming = question.naming
    text, lang, documents = question.text, question.lang, library.documents
    if not naming.compares or naming.choices or len(documents) < 2 or question.where.targets:
        return None
    if question.clauses and not naming.clauses:
        named = [g for g in documents if names_a_clause(g, question.clauses)] or documents[:1]
        parts = [(g, clause_answer(text, lang, library, g, question.clauses)) for g in named]
        answer = merge(parts, len(documents))
        return replace(answer, route="compare" if not answer.refusal else answer.route)
    if question.aspects and question.aspects != ("outline",):
        return replace(document_answer(text, lang, documents, question.aspects, library), route="compare")
    if matter(question.normal) and not _only_changes(question):
        return None
    catalogue = library.catalogue
    if len(documents) == 2 and catalogue.head(documents[0].slug) == catalogue.head(documents[1].slug):
        new, old = sorted(documents, key=lambda g: g.slug in catalogue.older(catalogue.head(g.slug)))
        return versions_compared(text, lang, library, new, old)
    return outlines_compared(text, lang, library, documents)


def _only_changes(question: Question) -> bool:
    """Whether what is left of the question beside the names is about changes as such (改了哪些内容)."""
    return not matter(without_version_words(question.normal))
