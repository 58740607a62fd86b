"""The one path from a question to its answer. Command line, chat and every other surface call it.

text (+ history) → Question, read by rules → `bot.direct`: routes that need no search
                                            → or Query (one call to the model) → Ranking → `bot.found`
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from time import perf_counter

from bot.answer import Answer, Timing
from bot.direct import direct_answer
from bot.evidence import gather
from bot.found import Finder
from bot.library import Library
from bot.phrases import say
from bot.question import Question, read_question
from bot.questions_file import Asked
from bot.reading.followup import Context, resolve
from bot.scope import Scope
from index.hits import Query
from index.store import Index


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
        queries = self.index.encode_many([questions[i].text for i in open_ones])
        encoding = (perf_counter() - before) / max(1, len(open_ones))
        for i, query in zip(open_ones, queries, strict=True):
            answers[i] = self._by_search(questions[i], query, encoding)
        return [
            _as_typed(answer, text, question)
            for answer, text, question in zip(answers, originals, questions, strict=True)
            if answer is not None
        ]

    def _read(self, asked: Asked) -> Question:
        text = asked.text
        if asked.history and len(text) <= self._max_question:
            text = resolve(text, asked.history, Context(self._cited, self.library.names_in))
        question = read_question(text, self._max_question)
        return question if question.unclear else self.library.placed(question, asked.district, asked.role)

    def _cited(self, text: str) -> list[int]:
        """The numbers of the measures that the answer to a question cites."""
        return [citation.number for citation in self.ask(text).citations]

    def _by_search(self, question: Question, query: Query, encoding: float) -> Answer:
        start = perf_counter()
        ranking = self.index.rank(query, k=10, only=self._finder.reachable(question))
        evidence = gather(self.index, query, ranking, question)
        searched = perf_counter()
        answer = self._finder.compose(question, evidence)
        done = perf_counter()
        timing = Timing(1000 * encoding, 1000 * (searched - start), 1000 * (done - searched))
        return replace(answer, timing=timing)


def _as_typed(answer: Answer, text: str, question: Question) -> Answer:
    """The answer under the question as it was typed; says so where a follow-up was read as something longer."""
    if answer.question == text or question.unclear == "too_long":
        return answer
    read_as = say(answer.lang, "follow_up.read_as", question=question.text)
    return replace(answer, question=text, text=f"{read_as}\n\n{answer.text}", notes=(*answer.notes, read_as))
