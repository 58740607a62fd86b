"""The conversation: who asks, questions and answers, the box to write in. What happens when is said here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any, TypedDict

import gradio as gr

from bot.answer import Answer
from bot.answers.refusal import EXAMPLES, example_questions
from bot.live import Answering
from bot.phrases import Lang
from bot.speaking.speaker import Heard
from bot.web.desk import Desk, Visitor, asked_by
from bot.web.exports import KeptAnswers, export_html
from bot.web.frame import welcome_html
from bot.web.hearing import Hearing
from bot.web.history import Turn, as_shown, normalize_history, unlinked
from bot.web.logs import request_id
from bot.web.opinions import opinion_html
from bot.web.parts import Parts
from bot.web.problems import Problem
from bot.web.profile import Profile, known_places, read_profile
from bot.web.shown import Shown

PACE_SECONDS = 0.4
"""How long the blocks of an answer take to appear, all together: enough to see it grow, not to wait."""
AT_ONCE = 1024
"""Conversations that Gradio goes on with at a time. It is the desk that bounds the work: most of an answer's
time is the pace, which occupies nobody, and were this few, visitors would wait for the pace of others."""

_LANGS: tuple[Lang, ...] = ("zh", "en")
# The page knows who asks; the server's value of that component is never looked at.
_WITH_PROFILE = "(question, shown, profile) => [question, shown, window.wence.profile()]"


class Message(TypedDict):
    """One message as Gradio's Chatbot takes it."""

    role: str
    content: str


def add_talk(
    assistant: Answering, desk: Desk, parts: Parts, kept: KeptAnswers, words: gr.I18n, profile: gr.HTML
) -> None:
    """Conversation, export of its last answer, examples, the box to write in."""
    chatbot = gr.Chatbot(
        label=words("wence.conversation"),
        show_label=False,
        container=False,
        elem_id="wence-chat",
        height="100%",
        placeholder=welcome_html(),
        buttons=["copy"],
        layout="bubble",
        latex_delimiters=[],
        allow_tags=False,
        feedback_options=None,
        # The script keeps the question in view instead, so that an answer is read from its beginning.
        autoscroll=False,
        group_consecutive_messages=False,
    )
    export = gr.HTML("", elem_id="wence-export", apply_default_css=False, js_on_load=None)
    examples = _examples(parts)
    with gr.Row(elem_id="wence-ask", equal_height=True):
        clear = gr.Button(words("wence.new_chat"), elem_id="wence-clear", scale=0, min_width=84)
        box = _box(words)

    async def answer(
        question: str | None, shown: list[object], sent_profile: object, request: gr.Request
    ) -> AsyncIterator[tuple[object, ...]]:
        sent = read_profile(sent_profile, known_places(assistant.index.applicability.values()))
        async for step in converse(desk, kept, question, shown, sent, visitor_of(request)):
            yield step

    asked = _on_question(answer, [chatbot, profile], [box, chatbot, export], [box.submit, *examples], box)
    _on_stop_and_clear(asked, box, clear, [box, chatbot, export])


def _box(words: gr.I18n) -> gr.Textbox:
    return gr.Textbox(
        label=words("wence.question"),
        placeholder=words("wence.placeholder"),
        show_label=False,
        container=False,
        submit_btn=True,
        elem_id="wence-box",
        scale=1,
        min_width=0,
    )


def _examples(parts: Parts) -> list[gr.Button]:
    """Buttons for the example questions; the style sheet shows those in the reader's language."""
    buttons = []
    with gr.Row(elem_id="wence-examples"):
        for lang in _LANGS:
            for number in range(EXAMPLES):
                button = gr.Button("", size="sm", elem_classes=[f"wence-{lang}"], scale=0, min_width=0)
                parts.add(button, partial(_example, lang, number))
                buttons.append(button)
    return buttons


def _example(lang: Lang, number: int, now: Shown) -> str:
    """An example question; empty if there are not so many."""
    questions = example_questions(now.guidelines, lang)
    return questions[number] if number < len(questions) else ""


def _on_question(
    answer: Callable[..., AsyncIterator[tuple[object, ...]]],
    told: Sequence[gr.blocks.Block],
    outputs: Sequence[gr.blocks.Block],
    sources: Sequence[Any],
    box: gr.Textbox,
) -> list[dict[str, Any]]:
    """Answer on Enter in the box and on a click on an example; the events are there to be stopped."""
    asked = []
    for source in sources:
        trigger, question = (source.click, source) if isinstance(source, gr.Button) else (source, box)
        event = trigger(
            answer,
            [question, *told],
            [*outputs],
            js=_WITH_PROFILE,
            api_visibility="undocumented",
            concurrency_id="answers",
            concurrency_limit=AT_ONCE,
            show_progress="hidden",
        )
        event.then(_ready, None, box, queue=False, api_visibility="undocumented", show_progress="hidden")
        asked.append(event)
    return asked


def _on_stop_and_clear(
    asked: list[dict[str, Any]], box: gr.Textbox, clear: gr.Button, all_parts: list[gr.blocks.Block]
) -> None:
    box.stop(
        _ready, None, box, cancels=asked, queue=False, api_visibility="undocumented", show_progress="hidden"
    )
    clear.click(
        _empty,
        None,
        all_parts,
        cancels=asked,
        queue=False,
        api_visibility="undocumented",
        show_progress="hidden",
    )


async def converse(
    desk: Desk,
    kept: KeptAnswers,
    question: str | None,
    shown: Sequence[object],
    profile: Profile,
    visitor: Visitor,
) -> AsyncIterator[tuple[object, ...]]:
    """Show the question, then the answer as it grows, then how to judge and to export it.

    Yields updates of the box, of the conversation and of the export. Asynchronous, so that to stop
    takes effect at once: a thread cannot be stopped, waiting for it can.
    """
    question = question or ""
    messages: list[object] = [*shown]
    if question.strip():
        messages.append(Message(role="user", content=as_shown(question)))
    yield gr.Textbox(value="", submit_btn=False, stop_btn=True), messages, ""
    hearing, said = Hearing(), ""
    making = asyncio.create_task(
        answer_to(desk, question, normalize_history(shown), profile, visitor, hearing)
    )
    try:
        async for said in hearing.until(making):
            yield gr.skip(), [*messages, Message(role="assistant", content=unlinked(said))], gr.skip()
        answer, entry = await making
    finally:
        making.cancel()  # where the visitor has stopped it
    steps = growing(unlinked(answer if isinstance(answer, str) else answer.text), unlinked(said))
    for text in steps:
        yield gr.skip(), [*messages, Message(role="assistant", content=text)], gr.skip()
        await asyncio.sleep(PACE_SECONDS / len(steps))
    after = opinion_html(entry) if entry else ""
    if isinstance(answer, Answer) and answer.refusal is None:
        after += export_html(kept.keep(answer))
    if after:
        yield gr.skip(), gr.skip(), after


async def answer_to(
    desk: Desk,
    question: str,
    history: Sequence[Turn],
    profile: Profile,
    visitor: Visitor,
    heard: Heard | None = None,
) -> tuple[Answer | str, str]:
    """The answer, or what the visitor is told instead, and the id of its entry in the journal, if any.

    Of a long conversation the latest turns count. `heard` is told, in another thread, what a language
    model says.
    """
    asked = asked_by(question, desk.recent(history), profile.district, profile.role)
    try:
        return await desk.noted(asked, visitor, heard)
    except Problem as problem:
        return problem.both, ""


def visitor_of(request: gr.Request) -> Visitor:
    """Who sent an event of the page; what is logged from here on bears the id of that request."""
    request_id.set(request.headers.get("x-request-id", ""))
    return Visitor(request.client.host if request.client else "", "chat", request.session_hash)


def growing(text: str, shown: str = "") -> list[str]:
    """A markdown text block by block, each time all of it so far; nothing shorter than what is `shown`."""
    blocks = text.split("\n\n")
    steps = ["\n\n".join(blocks[:count]) for count in range(1, len(blocks))]
    return [*(step for step in steps if len(step) > len(shown)), text]


def _ready() -> object:
    return gr.Textbox(submit_btn=True, stop_btn=False)


def _empty() -> tuple[object, ...]:
    return gr.Textbox(value="", submit_btn=True, stop_btn=False), [], ""
