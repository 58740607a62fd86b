"""The one path from a question to its answer. Command line, chat and every other surface call it.

text (+ history) → Question, read by rules → `bot.extract`: an answer of the text's own sentences

Where a language model is configured, `bot.understanding` may have a question that rules are unsure of read
again, and `bot.speaking` puts answers in free words into words of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import inf
from time import monotonic

from bot.answer import Answer
from bot.answers.places import with_places
from bot.answers.sources import with_sources
from bot.extract import Extractor
from bot.library import Library
from bot.naming import Naming, read_naming
from bot.phrases import say
from bot.prompts import Given
from bot.question import Question, read_named, read_question
from bot.questions_file import Asked
from bot.reading.followup import Context, resolve
from bot.speaking.evidence import evidence_of
from bot.speaking.speaker import Heard, Speaker
from bot.understanding.doubt import is_doubtful
from bot.understanding.known import known_of
from bot.understanding.leaning import leans
from corpus.measure import Guideline, Measure
from corpus.normal import normalize
from corpus.versions import title_key
from index.store import Index


class Assistant:
    """Answers questions from one index. Safe to use from several threads."""

    def __init__(self, index: Index, max_question: int = 1000, speaker: Speaker | None = None) -> None:
        self.index = index
        self.library = Library(index.guidelines, index.applicability)
        self._by_other_unit = {g.slug: g for g in index.guidelines if g.unit != "line"}
        self._max_question = max_question
        self._extractor = Extractor(index, self._library_of, max_question)
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

    def evidence(self, answer: Answer) -> tuple[Given, ...]:
        """The measures that a language model is given for an answer; none where it is not asked."""
        return evidence_of(answer, self.library, self._measure_of)

    def _answers(
        self, asked: Iterable[Asked], speaker: Speaker | None = None, heard: Heard | None = None
    ) -> list[Answer]:
        asked, start = list(asked), monotonic()
        questions = [self._read(one, speaker) for one in asked]
        answers = self._extractor.answers(questions)
        if speaker is not None:
            self._understood(speaker, asked, questions, answers)
            # To understand a question takes from the time for its answer.
            until = start + speaker.seconds if len(asked) == 1 else inf
            answers = self._spoken(speaker, answers, questions, heard, until)
        return [
            _as_typed(self._told(answer, question), one.text, question)
            for answer, one, question in zip(answers, asked, questions, strict=True)
        ]

    def _understood(
        self, speaker: Speaker, asked: Sequence[Asked], questions: list[Question], answers: list[Answer]
    ) -> None:
        """Put another question and its answer in place where rules were in doubt and a model's reading holds.

        What rules refuse is refused, unless the reading gets an answer.
        """
        for place, (question, answer) in enumerate(zip(questions, answers, strict=True)):
            if speaker.understanding is None or not is_doubtful(question, answer):
                continue
            if leans(asked[place].text, asked[place].history):  # it was called for that: once is enough
                continue
            library = self._library_of(question)
            reading = speaker.understanding.route(question.text, question.lang, known_of(library))
            if reading is not None:
                again = self._read(replace(asked[place], text=reading.question, history=()))
                (found,) = self._extractor.answers([again])
                if found.refusal is None:
                    questions[place], answers[place] = again, found

    def _spoken(
        self,
        speaker: Speaker,
        answers: Sequence[Answer],
        questions: Sequence[Question],
        heard: Heard | None,
        until: float,
    ) -> list[Answer]:
        """The answers with a model's words, where it is to be asked; several of them side by side."""

        def speak(answer: Answer, question: Question) -> Answer:
            return speaker.speak(
                answer, question.text, self.evidence(answer), self.index.applicability, heard, until
            )

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

    def _read(self, asked: Asked, speaker: Speaker | None = None) -> Question:
        text = asked.text
        if asked.history and len(text) <= self._max_question:
            text = resolve(text, asked.history, self._context())
            if text == asked.text and speaker is not None and speaker.understanding is not None:
                lang, known = read_question(text, self._max_question).lang, known_of(self.library)
                text = speaker.understanding.rewritten(text, lang, asked.history, known) or text
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
