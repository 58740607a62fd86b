"""The one path from a question to its answer. Command line, chat and every other surface call it.

text → Question (read by rules) → a composer that needs no search (keyword, clause, document, refusal)
                                → or Query (one call to the model) → Ranking → scope → topic or refusal
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from time import perf_counter

from bot.answer import Answer, Timing
from bot.answers.clause import clause_answer, names_a_clause
from bot.answers.document import document_answer
from bot.answers.keyword import keyword_answer, occurs
from bot.answers.merge import merge
from bot.answers.quoting import cite
from bot.answers.refusal import not_in_text, other_place, out_of_scope, unclear
from bot.answers.topic import topic_answer
from bot.evidence import Evidence, gather
from bot.library import Library
from bot.question import Question, read_question
from bot.questions_file import Asked
from bot.reading.asked import PROCEDURAL
from bot.scope import ANSWERABLE, IN_FIELD, Scope, confidence
from corpus.measure import Measure
from index.hits import Query
from index.store import Index

NEAREST = 3
"""How many measures a refusal names as nearest in meaning."""


class Assistant:
    """Answers questions from one index. Safe to use from several threads."""

    def __init__(self, index: Index, max_question: int = 1000) -> None:
        self.index = index
        self.library = Library(index.guidelines)
        self._scope = Scope(index.background)
        self._max_question = max_question

    def ask(self, text: str, history: Sequence[tuple[str, str]] = (), district: str | None = None) -> Answer:
        """The answer to one question. Never raises for what was typed: bad input is a refusal."""
        return self.ask_many([Asked(text, None, tuple(history), district)])[0]

    def ask_many(self, asked: Iterable[Asked]) -> list[Answer]:
        """The answers to many questions, with one batch through the model for all that need it."""
        questions: list[Question] = []
        answers: list[Answer | None] = []
        for each in asked:
            start = perf_counter()
            questions.append(read_question(each.text, self._max_question))
            answer = self._without_search(questions[-1])
            spent = Timing(compose=1000 * (perf_counter() - start))
            answers.append(answer and replace(answer, timing=spent))
        open_ones = [i for i, answer in enumerate(answers) if answer is None]
        before = perf_counter()
        queries = self.index.encode_many([questions[i].text for i in open_ones])
        encoding = (perf_counter() - before) / max(1, len(open_ones))
        for i, query in zip(open_ones, queries, strict=True):
            answers[i] = self._by_search(questions[i], query, encoding)
        return [answer for answer in answers if answer is not None]

    def _without_search(self, question: Question) -> Answer | None:
        """The answer where the wording alone decides the route and the text itself holds the answer."""
        text, lang, library = question.text, question.lang, self.library
        if question.unclear:
            return unclear(
                text,
                lang,
                library.guidelines,
                question.unclear,
                length=question.length,
                limit=self._max_question,
            )
        if question.small_talk:
            return out_of_scope(text, lang, library.guidelines)
        words = self._keywords(question)
        if words and any(occurs(guideline, word) for guideline in library.guidelines for word in words):
            return self._keyword(question, words)
        places = library.outside(question.normal)
        if places:
            return other_place(text, lang, library.regions, [place.full for place in places])
        if question.clauses and not question.aspects:
            asked = [
                g for g in library.documents if names_a_clause(g, question.clauses)
            ] or library.documents[:1]
            return merge([(g, clause_answer(text, lang, library, g, question.clauses)) for g in asked])
        if question.aspects and library.documents:
            return document_answer(text, lang, library.documents, question.aspects)
        return None

    def _keywords(self, question: Question) -> tuple[str, ...]:
        """The keywords, or the phrase whole where the text has it whole (科技创新和产业创新)."""
        if len(question.keywords) > 1 and any(occurs(g, question.phrase) for g in self.library.guidelines):
            return (question.phrase,)
        return question.keywords

    def _by_search(self, question: Question, query: Query, encoding: float) -> Answer:
        start = perf_counter()
        ranking = self.index.rank(query, k=10)
        evidence = gather(self.index, query, ranking, question)
        searched = perf_counter()
        answer = self._compose(question, evidence)
        done = perf_counter()
        timing = Timing(1000 * encoding, 1000 * (searched - start), 1000 * (done - searched))
        return replace(answer, timing=timing)

    def _keyword(self, question: Question, words: Sequence[str], nearest: Sequence[Measure] = ()) -> Answer:
        parts = [
            (
                guideline,
                keyword_answer(
                    question.text,
                    question.lang,
                    self.library,
                    guideline,
                    words,
                    together=question.together and len(words) > 1,
                    nearest=nearest,
                ),
            )
            for guideline in self.library.guidelines
        ]
        return merge(parts)

    def _compose(self, question: Question, evidence: Evidence) -> Answer:
        """Topic answer or refusal, by how well the ranking fits what this corpus is about."""
        text, lang, library = question.text, question.lang, self.library
        nearest = evidence.measures[:NEAREST]
        if question.keywords and question.strict:
            return self._keyword(question, question.keywords, nearest)
        probability = self._scope.probability(evidence.query, evidence.ranking, lang)
        in_field = probability >= IN_FIELD and bool(nearest)
        procedural = question.bare or (in_field and bool(PROCEDURAL.intersection(question.facts)))
        if probability < ANSWERABLE and not procedural:
            if not in_field or not (question.policy or question.facts):
                return out_of_scope(text, lang, library.guidelines)
            return not_in_text(text, lang, library, related=nearest)
        if question.facts and not evidence.stating:
            quoted = [cite(nearest[0], hit.sentence) for hit in evidence.excerpt(nearest[0]).sentences[:1]]
            return not_in_text(text, lang, library, facts=question.facts[:1], quoted=quoted, related=nearest)
        return self._topic(question, evidence, probability)

    def _topic(self, question: Question, evidence: Evidence, probability: float) -> Answer:
        """The measure that states the asked fact, else the first hit, comes first; near ones beside it."""
        ordered = evidence.leading
        excerpts = [evidence.excerpt(measure) for measure in ordered[: evidence.near]]
        related = ordered[evidence.near : evidence.near + NEAREST]
        return topic_answer(
            question.text,
            question.lang,
            self.library,
            excerpts,
            related,
            confidence=confidence(probability, evidence.margin),
            factual=bool(evidence.stating),
        )
