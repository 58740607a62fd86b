"""The model that may be asked what a question means: one call, some seconds, and only what passes is used."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from time import monotonic

from bot.llm.flow import Flow
from bot.llm.model import Model
from bot.phrases import Lang
from bot.prompts import Filled, rewrite_prompt, route_prompt
from bot.understanding import rewrite, route
from bot.understanding.known import Known
from bot.understanding.leaning import leans
from bot.understanding.route import Reading, read_route
from bot.understanding.source import shown, source_of
from corpus.errors import ModelUnavailable

_LOG = logging.getLogger(__name__)
SECONDS = 4.0
"""So long a question waits to be understood; the answer still has to be written."""


class Understanding:
    """What a model says of questions, checked. Safe to use from several threads.

    Nothing raises for a model that is slow, away or wrong: None comes back, and the rules stay as they were.
    One question is worth one call: who has asked for `rewritten` and got one does not ask for `route`.
    """

    def __init__(self, model: Model, seconds: float = SECONDS) -> None:
        """`seconds` is how long one question waits for the model, tries included."""
        self._model, self._seconds = model, seconds

    def rewritten(
        self, question: str, lang: Lang, history: Sequence[tuple[str, str]], known: Known
    ) -> str | None:
        """The question that a follow-up stands for, by itself; None where the rules' reading stays.

        To be asked about a follow-up that `bot.reading.followup.resolve` left as it was. `history` are the
        (question, answer) pairs before it. No call is made where `leans` sees nothing to resolve.
        """
        if not leans(question, history):
            return None
        before = shown(history)
        said = self._say(rewrite_prompt(question, lang, before), rewrite.LONGEST, line=True)
        if said is None:
            return None
        text = rewrite.cleaned(said)
        fault = rewrite.fault_of(text, lang, source_of(question, before, known))
        if fault:
            _LOG.info("understanding: a rewrite is not used: %s", fault)
        return None if fault else text

    def route(self, question: str, lang: Lang, known: Known) -> Reading | None:
        """What a question is read as; None where the rules' reading stays.

        To be asked about a question for which `is_doubtful` holds: it calls the model every time.
        """
        said = self._say(route_prompt(question, lang), route.LONGEST)
        if said is None:
            return None
        found = read_route(said, question, lang, known)
        if isinstance(found, Reading):
            return found
        _LOG.info("understanding: a reading is not used: %s", found)
        return None

    def _say(self, prompt: Filled, longest: int, *, line: bool = False) -> str | None:
        """What the model says, None if that is nothing in time; ends a little beyond `longest` characters.

        With `line` also behind the first line: more lines would be none of the answer.
        """
        end, text = monotonic() + self._seconds, ""
        # In a thread that can be left: the model's own limits are those of a whole answer.
        flow = Flow(lambda _: self._model.write(prompt.messages), lambda: None)
        try:
            while len(text) <= longest and not (line and "\n" in text.strip()):
                piece = flow.take(end)
                if piece is None:
                    break
                text += piece
        except (ModelUnavailable, TimeoutError) as error:
            reason = error.reason if isinstance(error, ModelUnavailable) else "late"
            _LOG.info("understanding: the model is not asked or does not answer: %s", reason)
            return None
        finally:
            flow.close()
        return None if prompt.nonce in text else text
