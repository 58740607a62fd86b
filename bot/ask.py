"""The one path from a question to its answer. Command line, chat and every other surface call it.

text (+ history) → Question, read by rules → `bot.direct`: routes that need no search
                                            → or Query (one call to the model) → Ranking → `bot.found`
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter

from bot.answer import Answer, Timing
from bot.direct import direct_answer
from bot.evidence import blended, gather
from bot.found import Finder
from bot.library import Library
from bot.phrases import say
from bot.question import Question, read_question
from bot.questions_file import Asked
from bot.reading.followup import Context, resolve
from bot.scope import Scope
from index.hits import Query
from index.store import Index

_RANKED = 10
"""So many measures are looked at."""


class Assistant:
    """Answers questions from one index. Safe to use from several threads."""

    def __init__(self, index: Index, max_question: int = 1000) -> None:
        self.index = index
        self.library = Library(index.guidelines, index.applicability)
        self._finder = Finder(self.library, Scope(index.background))
        self._max_question = max_question

    def ask(
        self,
        text: str,
        history: Sequence[tuple[str, str]] = (),
        district: str | None = None,
        role: str | None = None,
    ) -> Answer:
        """The answer to one question. Never raises for what was typed: bad input is a refusal.

        `history` are the (question, answer) pairs before it; `district` and `role` (enterprise, district,
        research, other) are what the asker has chosen.
        """
        return self.ask_many([Asked(text, None, tuple(history), district, role)])[0]

    def ask_many(self, asked: Iterable[Asked]) -> list[Answer]:
        """The answers to many questions, with one batch through the model for all that need it."""
        questions: list[Question] = []
        answers: list[Answer | None] = []
        originals: list[str] = []
        for each in asked:
            start = perf_counter()
            originals.append(each.text)
            questions.append(self._read(each))
            answer = direct_answer(questions[-1], self.library, self._max_question)
            spent = Timing(compose=1000 * (perf_counter() - start))
            answers.append(answer and replace(answer, timing=spent))
        open_ones = [i for i, answer in enumerate(answers) if answer is None]
        before = perf_counter()
        queries = self._encode([questions[i] for i in open_ones])
        encoding = (perf_counter() - before) / max(1, len(open_ones))
        for i in open_ones:
            answers[i] = self._by_search(questions[i], queries, encoding)
        return [
            _as_typed(answer, text, question)
            for answer, text, question in zip(answers, originals, questions, strict=True)
            if answer is not None
        ]

    def _read(self, asked: Asked) -> Question:
        text = asked.text
        if asked.history and len(text) <= self._max_question:
            context = Context(self._cited, self.library.names_in, self.library.elsewhere_in)
            text = resolve(text, asked.history, context)
        question = read_question(text, self._max_question)
        return question if question.unclear else self.library.placed(question, asked.district, asked.role)

    def _cited(self, text: str) -> list[int]:
        """The numbers of the measures that the answer to a question cites."""
        return [citation.number for citation in self.ask(text).citations]

    def _encode(self, questions: Sequence[Question]) -> dict[str, Query]:
        """Every text that these questions are searched by, each encoded once."""
        texts = list(dict.fromkeys(t for q in questions for t in (q.text, q.searched, q.matter) if t))
        return dict(zip(texts, self.index.encode_many(texts), strict=True))

    def _by_search(self, question: Question, queries: Mapping[str, Query], encoding: float) -> Answer:
        start = perf_counter()
        only = self._finder.reachable(question)
        if question.matter:
            query = queries[question.matter]
            answer = self._finder.in_general(question, query, self.index.rank(query, k=_RANKED, only=only))
            if answer is not None:
                return replace(answer, timing=Timing(1000 * encoding, 1000 * (perf_counter() - start)))
        whole = queries[question.text]
        ranking = self.index.rank(whole, k=_RANKED, only=only)
        if question.searched != question.text:
            bare = self.index.rank(queries[question.searched], k=_RANKED, only=only)
            ranking = blended(ranking, bare)
        evidence = gather(self.index, whole, ranking, question)
        searched = perf_counter()
        answer = self._finder.compose(question, evidence)
        done = perf_counter()
        timing = Timing(1000 * encoding, 1000 * (searched - start), 1000 * (done - searched))
        return replace(answer, timing=timing)


def _as_typed(answer: Answer, text: str, question: Question) -> Answer:
    """The answer under the question as typed; says so where a follow-up was read as something longer."""
    if answer.question == text or question.unclear == "too_long":
        return answer
    read_as = say(answer.lang, "follow_up.read_as", question=question.text)
    return replace(answer, question=text, text=f"{read_as}\n\n{answer.text}", notes=(*answer.notes, read_as))
