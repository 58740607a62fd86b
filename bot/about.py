"""Routes about the documents themselves: which are meant, which there are, what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answer import Answer
from bot.answers.catalogue import list_of_documents, missing_document, which_document
from bot.answers.document import document_answer
from bot.answers.keyword import occurs
from bot.answers.quoting import escape
from bot.library import Library
from bot.phrases import say
from bot.question import Question
from bot.reading.documents import asks_for_documents, kind_asked, kind_of, topic_of, wants_state
from bot.reading.support import matter, wants_support
from corpus.measure import Guideline
from corpus.normal import normalize, normalize_question
from corpus.versions import title_key

MANY_DOCUMENTS = 5
"""Facts about so many documents are told of each; of more there is a list."""


def unnamed(question: Question, library: Library) -> Answer | None:
    """A document that is named and not there, or a name that several documents may have."""
    naming = question.naming
    if naming.missing:
        titles = [title_key(name.strip("《》")) for name in naming.missing]
        return missing_document(question.text, question.lang, library.whole, naming.missing, titles)
    if naming.choices:
        return which_document(question.text, question.lang, library, naming.choices, naming.spoken)
    return None


def catalogue(question: Question, library: Library) -> Answer | None:
    """Which documents there are: all, those of an issuer or of a year, new ones, those no longer in force."""
    naming = question.naming
    plain = normalize_question(question.text)
    asked = asks_for_documents(plain)
    if asked is None or naming.named or len(library.whole.documents) < 2:
        return None
    topic = topic_of(asked)
    documents: Sequence[Guideline] = library.documents if naming.slugs else library.whole.documents
    if naming.bodies and not naming.years:  # also those that are no longer in force
        issued = {slug for body in naming.bodies for slug in library.catalogue.issued_by(body)}
        documents = [g for g in library.whole.documents if g.slug in issued]
    kind = kind_asked(plain)
    if topic and not naming.slugs:
        documents = about(documents, topic)
    elif naming.years and not naming.slugs:
        documents = ()
    documents = [g for g in documents if not kind or kind_of(title_key(g.meta.title)) == kind]
    what = "、".join(part for part in (*naming.bodies, *naming.years, topic, kind) if part)
    return list_of_documents(question.text, question.lang, library, documents, what, wants_state(plain))


def about(documents: Sequence[Guideline], topic: str) -> list[Guideline]:
    """The documents whose title has a topic; where none has, those of which some measure speaks of it."""
    word = normalize(topic)
    titled = [g for g in documents if word in title_key(g.meta.title)]
    return titled or [g for g in documents if occurs(g, word)]


def document(question: Question, library: Library) -> Answer | None:
    """Facts about the documents: who issued them, when, their number, outline and so on."""
    if not question.aspects or not library.documents:
        return None
    return about_documents(question, library, question.aspects)


def named_alone(question: Question, library: Library) -> Answer | None:
    """A document that is named and nothing asked of it (《…办法》怎么规定的): its outline."""
    if not question.naming.named or matter(question.normal, question.where.words):
        return None
    if question.where.targets or question.facts or question.keywords or wants_support(question.normal):
        return None
    return about_documents(question, library, ("outline",))


def about_documents(question: Question, library: Library, aspects: Sequence[str]) -> Answer:
    """Facts about each document; of many, the list of them all, since one has to be named first."""
    text, lang, documents = question.text, question.lang, library.documents
    if len(documents) <= MANY_DOCUMENTS:
        return document_answer(text, lang, documents, aspects, library)
    listed = list_of_documents(text, lang, library, documents, "")
    said = say(lang, "naming.name_one", title=escape(documents[0].meta.title or documents[0].slug))
    return replace(listed, text=f"{said}\n\n{listed.text}", completeness="partial")
