"""The one path from a question to its answer. Command line, chat and every other surface call it.

text (+ history) → Question, read by rules → `bot.direct`: routes that need no search
                                            → or Query (one call to the model) → Ranking → `bot.found`
Where a language model is configured, `bot.speaking` then puts answers in free words into words of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from time import perf_counter

from bot.answer import Answer, Timing
from bot.answers.places import with_places
from bot.answers.sources import with_sources
from bot.direct import direct_answer
from bot.evidence import Evidence, blended, gather
from bot.found import Finder
from bot.library import Library
from bot.naming import Naming, read_naming
from bot.phrases import say
from bot.question import Question, read_named
from bot.questions_file import Asked
from bot.reading.followup import Context, resolve
from bot.scope import Scope
from bot.speaking.evidence import evidence_of
from bot.speaking.speaker import Heard, Speaker
from corpus.measure import Guideline, Measure
from corpus.normal import normalize
from corpus.versions import title_key
from index.hits import Query, Ranking
from index.store import Index

_SHORT = 8
"""A matter of so many characters has a vector of its own beside that with the name of a place."""
_RANKED = 10
"""So many measures are looked at."""


class Assistant:
    """Answers questions from one index. Safe to use from several threads."""

    def __init__(self, index: Index, max_question: int = 1000, speaker: Speaker | None = None) -> None:
        self.index = index
        self.library = Library(index.guidelines, index.applicability)
        self._by_other_unit = {g.slug: g for g in index.guidelines if g.unit != "line"}
        self._scope = Scope(index.background)
        self._max_question = max_question
        self._speaker = speaker

    def ask(
        self,
        text: str,
        history: Sequence[tuple[str, str]] = (),
        district: str | None = None,
        role: str | None = None,
        heard: Heard | None = None,
    ) -> Answer:
        """The answer to one question. Never raises for what was typed: bad input is a refusal.

        `history` are the (question, answer) pairs before it; `district` and `role` (enterprise, district,
        research, other) are what the asker has chosen. `heard` is told what a language model says, as it
        comes and has passed.
        """
        return self._answers([Asked(text, None, tuple(history), district, role)], self._speaker, heard)[0]

    def ask_many(self, asked: Iterable[Asked]) -> list[Answer]:
        """The answers to many questions, with one batch through the model for all that need it."""
        return self._answers(asked, self._speaker)

    def _answers(
        self, asked: Iterable[Asked], speaker: Speaker | None = None, heard: Heard | None = None
    ) -> list[Answer]:
        questions: list[Question] = []
        answers: list[Answer | None] = []
        originals: list[str] = []
        for each in asked:
            start = perf_counter()
            originals.append(each.text)
            questions.append(self._read(each))
            answer = direct_answer(questions[-1], self._library_of(questions[-1]), self._max_question)
            spent = Timing(compose=1000 * (perf_counter() - start))
            answers.append(answer and replace(answer, timing=spent))
        self._search(questions, answers)
        made = [answer for answer in answers if answer is not None]
        if speaker is not None:
            made = self._spoken(speaker, made, questions, heard)
        return [
            _as_typed(self._told(answer, question), text, question)
            for answer, text, question in zip(made, originals, questions, strict=True)
        ]

    def _spoken(
        self, speaker: Speaker, answers: Sequence[Answer], questions: Sequence[Question], heard: Heard | None
    ) -> list[Answer]:
        """The answers with a model's words, where it is to be asked; several of them side by side."""

        def speak(answer: Answer, question: Question) -> Answer:
            evidence = evidence_of(answer, self._library_of(question), self._measure_of)
            return speaker.speak(answer, question.text, evidence, self.index.applicability, heard)

        if len(answers) == 1:
            return [speak(answers[0], questions[0])]
        with ThreadPoolExecutor(speaker.parallel, thread_name_prefix="wence-speak") as threads:
            return list(threads.map(speak, answers, questions))

    def _measure_of(self, measure_id: str) -> Measure | None:
        try:
            return self.index.measures[self.index.row(measure_id)]
        except KeyError:
            return None

    def _told(self, answer: Answer, question: Question) -> Answer:
        """The answer with its documents and with places in their units."""
        answer = with_sources(answer, self._library_of(question), question.naming)
        return with_places(answer, self._by_other_unit)

    def _read(self, asked: Asked) -> Question:
        text = asked.text
        if asked.history and len(text) <= self._max_question:
            text = resolve(text, asked.history, self._context())
        naming = self._naming(text)
        question = read_named(text, naming, self._max_question)
        if question.unclear:
            return question
        return self.library.asked(naming).placed(question, asked.district, asked.role)

    def _naming(self, text: str) -> Naming:
        if len(text) > self._max_question:
            return Naming()
        return read_naming(normalize(text), self.library.catalogue)

    def _library_of(self, question: Question) -> Library:
        """What a question is answered from: the documents it names, else those in force."""
        return self.library.asked(question.naming)

    def _context(self) -> Context:
        library = self.library
        return Context(
            self._cited, library.names_in, library.elsewhere_in, self._documents_in, self._document_of
        )

    def _documents_in(self, text: str) -> str:
        """The words by which a question names its documents."""
        naming = self._naming(text) if len(self.library.documents) > 1 else Naming()
        return "和".join(naming.spoken) if naming.named else ""

    def _document_of(self, text: str) -> str:
        """A name for the only document that the answer to a question quotes; "" if there are several."""
        if len(self.library.documents) < 2:
            return ""
        slugs = {citation.guideline for citation in self._answers([Asked(text)])[0].citations}
        only = self.library.by_slug.get(slugs.pop()) if len(slugs) == 1 else None
        return spoken_name(only, self.library) if only is not None and not only.records else ""

    def _cited(self, text: str) -> list[int]:
        """The numbers of the measures that the answer to a question cites."""
        return [citation.number for citation in self._answers([Asked(text)])[0].citations]

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
        queries.update(zip(new, self.index.encode_many(new), strict=True))

    def _query(self, text: str, queries: Mapping[str, Query], like: str) -> Query:
        """The text as a query; where it has no vector of its own, with that of the text `like`."""
        return queries.get(text) or replace(self.index.lexical(text), vector=queries[like].vector)

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
        evidence = gather(self.index, whole, ranking, question)
        searched = perf_counter()
        answer = finder.compose(question, evidence)
        done = perf_counter()
        timing = Timing(encoding, 1000 * (searched - start), 1000 * (done - searched))
        return replace(answer, timing=timing)

    def _rank(self, query: Query, only: Collection[str] | None) -> Ranking:
        return self.index.rank(query, k=_RANKED, only=only, sentences=False)

    def _gathered(self, query: Query, question: Question, only: Collection[str]) -> Evidence:
        ranking = self._rank(query, only)
        return gather(self.index, query, ranking, question)


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


def spoken_name(document: Guideline, library: Library) -> str:
    """Words that name this very document in a question: its title, with its number where titles are alike."""
    title = f"《{document.meta.title}》"
    alike = library.catalogue.titled(title_key(document.meta.title))
    return document.meta.doc_no or title if len(alike) > 1 else title


def _as_typed(answer: Answer, text: str, question: Question) -> Answer:
    """The answer under the question as typed; says so where a follow-up was read as something longer."""
    if answer.question == text or question.unclear == "too_long":
        return answer
    read_as = say(answer.lang, "follow_up.read_as", question=question.text)
    return replace(answer, question=text, text=f"{read_as}\n\n{answer.text}", notes=(*answer.notes, read_as))
