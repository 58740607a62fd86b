"""A model's words on an answer, from the call to the checked text."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from time import perf_counter

from bot.answer import Answer, Citation, Spoken, SpokenOutcome, Timing
from bot.grounding import Grounds, Judged, Stream
from bot.llm.model import Model, open_model
from bot.phrases import Lang
from bot.prompts import NO_EVIDENCE, Filled, Given, answer_prompt
from bot.settings import Settings
from bot.speaking.wording import note, paragraph, places_of, sentence_text
from bot.understanding.understanding import Understanding
from corpus.applicability import Applicability
from corpus.errors import ModelUnavailable

_LOG = logging.getLogger(__name__)
Heard = Callable[[str], None]
"""Told, each time a sentence has passed, all that may be shown so far, as markdown."""


class Speaker:
    """Puts answers into words with a model. Safe to use from several threads.

    `understanding` is the same model where a question is to be understood; None where it is not to be asked.
    """

    def __init__(self, model: Model, max_evidence: int, understands: bool = True) -> None:
        """`max_evidence`: so many characters of measures are sent at most."""
        self.model = model
        self._max_evidence = max_evidence
        self.parallel, self.seconds = model.parallel, model.seconds
        self.understanding = Understanding(model) if understands else None

    def speak(
        self,
        answer: Answer,
        question: str,
        evidence: Sequence[Given],
        known: Mapping[str, Applicability],
        heard: Heard | None = None,
        until: float = inf,
    ) -> Answer:
        """The answer with the model's words above it; as it is, but for `spoken`, where there are none.

        `question` stands alone. Without evidence the model is not asked. Never raises for what the model
        or its server does; takes no longer than the model's limits, and ends at `until` (`monotonic`).
        """
        filled = answer_prompt(question, answer.lang, evidence, self._max_evidence)
        if filled is None:
            return answer
        start = perf_counter()
        said = _Said(answer.lang, filled, known, heard)
        unavailable = False
        try:
            said.listen(self.model.write(filled.messages, until))
        except ModelUnavailable:  # it is logged there; what was said before is whole sentences
            unavailable = True
        except Exception:  # whatever its words did to us, the extract is ready
            _LOG.exception("a model's words could not be checked; they are left out from here on")
            unavailable = True
        spoken = said.spoken(self.model.name, unavailable)
        timing = replace(answer.timing or Timing(), speak=1000 * (perf_counter() - start))
        answer = replace(answer, spoken=spoken, timing=timing)
        return said.above(answer) if spoken.outcome == "spoken" else answer


def open_speaker(settings: Settings) -> Speaker | None:
    """A speaker with the model of the settings, None where none is set. Raises UsageError."""
    model = open_model(settings)
    return None if model is None else Speaker(model, settings.llm_max_evidence, settings.llm_understands)


@dataclass(slots=True)
class _Said:
    """What a model has said so far. Nothing is shown before one sentence of its own has passed."""

    lang: Lang
    filled: Filled
    known: Mapping[str, Applicability]
    heard: Heard | None
    no_evidence: bool = False
    judged: list[Judged] = field(default_factory=list)
    _shown: list[str] = field(default_factory=list)
    _places: list[Citation] = field(default_factory=list)

    def listen(self, pieces: Iterator[str]) -> None:
        """Judge sentence after sentence as it comes. Raises ModelUnavailable."""
        measures = [given.measure for given in self.filled.evidence]
        stream = Stream(Grounds.of(measures, self.known, [given.document for given in self.filled.evidence]))
        for piece in pieces:
            for judged in stream.feed(piece):
                self._take(judged)
        for judged in stream.close():
            self._take(judged)

    def spoken(self, model: str, unavailable: bool) -> Spoken:
        """How it went."""
        kept, replaced, removed = (
            sum(one.outcome == outcome for one in self.judged) for outcome in ("kept", "replaced", "removed")
        )
        outcome: SpokenOutcome = "too_little"
        if kept:
            outcome = "spoken"
        elif unavailable:
            outcome = "unavailable"
        elif self.no_evidence:
            outcome = "no_evidence"
        return Spoken(model, self.filled.name, outcome, kept, replaced, removed)

    def above(self, answer: Answer) -> Answer:
        """The answer with these words above its quotes, and with citations of what they rest on."""
        assert answer.spoken is not None
        told = note(answer.spoken.model, answer.spoken.changed, self.lang)
        return replace(
            answer,
            text="\n\n".join([paragraph(self._shown), f"*{told}*", answer.text]),
            citations=tuple(dict.fromkeys((*answer.citations, *self._places))),
            notes=(*answer.notes, told),
            model=answer.spoken.model,
        )

    def _take(self, judged: Judged) -> None:
        if self.filled.nonce in judged.text:  # the prompt's own frame is nobody's business
            judged = replace(judged, outcome="removed", shown="", quote=None)
        if judged.text.strip(" 。.") == NO_EVIDENCE:
            self.no_evidence = True
            return
        self.judged.append(judged)
        if not judged.shown:
            return
        places = places_of(judged, [given.measure for given in self.filled.evidence])
        self._shown.append(sentence_text(judged, places, self.lang))
        self._places += places
        if self.heard is not None and any(one.outcome == "kept" for one in self.judged):
            self.heard(paragraph(self._shown))
