"""Questions that rules have read → answers made of the text's own sentences.

Question → `bot.direct`: routes that need no search
         → or Query (one call to the embedding model) → Ranking → `bot.found`
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter

from bot.answer import Answer, Timing
from bot.direct import direct_answer
from bot.evidence import Evidence, blended, gather
from bot.found import Finder
from bot.library import Library
from bot.question import Question
from bot.scope import Scope
from index.hits import Query, Ranking
from index.store import Index

_SHORT = 8
"""A matter of so many characters has a vector of its own beside that with the name of a place."""
_RANKED = 10
"""So many measures are looked at."""


class Extractor:
    """Answers from one index. Safe to use from several threads."""

    def __init__(self, index: Index, library_of: Callable[[Question], Library], max_question: int) -> None:
        """`library_of`: what a question is answered from."""
        self._index = index
        self._library_of = library_of
        self._scope = Scope(index.background)
        self._max_question = max_question

    def answers(self, questions: Sequence[Question]) -> list[Answer]:
        """An answer for each, with one batch through the embedding model for all that need it."""
        answers: list[Answer | None] = []
        for question in questions:
            start = perf_counter()
            answer = direct_answer(question, self._library_of(question), self._max_question)
            spent = Timing(compose=1000 * (perf_counter() - start))
            answers.append(answer and replace(answer, timing=spent))
        self._search(questions, answers)
        return [answer for answer in answers if answer is not None]

    def _search(self, questions: Sequence[Question], answers: list[Answer | None]) -> None:
        """Fill in the answers that are open: by the bare matter where that is enough, else by the whole."""
        queries: dict[str, Query] = {}
        encoding = [0.0] * len(questions)
        for texts_of, answer_by in ((_matter, self._in_general), (_whole, self._by_search)):
            left = [i for i, answer in enumerate(answers) if answer is None and texts_of(questions[i])]
            before = perf_counter()
            self._encode((text for i in left for text in texts_of(questions[i])), queries)
            each = 1000 * (perf_counter() - before) / max(1, len(left))
            for i in left:
                encoding[i] += each
                answers[i] = answer_by(questions[i], queries, encoding[i])

    def _encode(self, texts: Iterable[str], queries: dict[str, Query]) -> None:
        """Each text encoded once, into `queries`."""
        new = [text for text in dict.fromkeys(texts) if text not in queries]
        queries.update(zip(new, self._index.encode_many(new), strict=True))

    def _query(self, text: str, queries: Mapping[str, Query], like: str) -> Query:
        """The text as a query; where it has no vector of its own, with that of the text `like`."""
        return queries.get(text) or replace(self._index.lexical(text), vector=queries[like].vector)

    def _in_general(self, question: Question, queries: Mapping[str, Query], encoding: float) -> Answer | None:
        start = perf_counter()
        finder = Finder(self._library_of(question), self._scope)
        query = queries[question.matter]
        answer = finder.in_general(question, query, self._rank(query, finder.reachable(question)))
        return answer and replace(answer, timing=Timing(encoding, 1000 * (perf_counter() - start)))

    def _by_search(self, question: Question, queries: Mapping[str, Query], encoding: float) -> Answer:
        start = perf_counter()
        finder = Finder(self._library_of(question), self._scope)
        if _compares(question):
            answer = finder.across(question, partial(self._gathered, queries[question.searched], question))
            return replace(answer, timing=Timing(encoding, 1000 * (perf_counter() - start)))
        only, encoded = finder.reachable(question), _whole(question)[0]
        whole = self._query(question.whole, queries, encoded)
        ranking = self._rank(whole, only)
        if question.searched != question.whole:
            ranking = blended(ranking, self._rank(self._query(question.searched, queries, encoded), only))
        evidence = gather(self._index, whole, ranking, question)
        searched = perf_counter()
        answer = finder.compose(question, evidence)
        done = perf_counter()
        timing = Timing(encoding, 1000 * (searched - start), 1000 * (done - searched))
        return replace(answer, timing=timing)

    def _rank(self, query: Query, only: Collection[str] | None) -> Ranking:
        return self._index.rank(query, k=_RANKED, only=only, sentences=False)

    def _gathered(self, query: Query, question: Question, only: Collection[str]) -> Evidence:
        ranking = self._rank(query, only)
        return gather(self._index, query, ranking, question)


def _compares(question: Question) -> bool:
    """Whether several documents are to be compared."""
    return question.naming.compares and len(question.naming.slugs) > 1


def _matter(question: Question) -> tuple[str, ...]:
    """What a question is searched by first, if it has a matter beside a district."""
    return (question.matter,) if question.matter and not _compares(question) else ()


def _whole(question: Question) -> tuple[str, ...]:
    """What a question is searched by otherwise."""
    if _compares(question):
        return (question.searched,)
    # In a short question the name of a place drowns the matter. In a longer one a vector of the matter
    # alone finds nothing more (on 413 questions), and would double the cost; nor does one of the whole,
    # where the matter has been encoded already.
    if question.searched == question.whole:
        return (question.whole,)
    if len(question.searched) <= _SHORT:
        return (question.whole, question.searched)
    return (question.matter or question.whole,)
