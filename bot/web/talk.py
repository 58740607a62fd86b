"""The conversation: who asks, questions and answers, the box to write in. What happens when is said here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict

import gradio as gr

from bot.answer import Answer
from bot.answers.refusal import example_questions
from bot.phrases import Lang, say
from bot.web.exports import KeptAnswers, export_html
from bot.web.frame import welcome_html
from bot.web.history import Turn, as_shown, normalize_history, unlinked
from bot.web.profile import Profile, known_places, read_profile

if TYPE_CHECKING:
    from bot.ask import Assistant

_LOG = logging.getLogger(__name__)

PACE_SECONDS = 0.4
"""How long the blocks of an answer take to appear, all together: enough to see it grow, not to wait."""
AT_ONCE = 16
"""Answers in the making at a time. Most of an answer's time is the pace, which occupies nobody; were
this 1, Gradio's default, visitors would wait for the pace of others."""

_LANGS: tuple[Lang, ...] = ("zh", "en")
# The page knows who asks; the server's value of that component is never looked at.
_WITH_PROFILE = "(question, shown, profile) => [question, shown, window.wence.profile()]"


class Message(TypedDict):
    """One message as Gradio's Chatbot takes it."""

    role: str
    content: str


def add_talk(assistant: Assistant, kept: KeptAnswers, words: gr.I18n, profile: gr.HTML) -> None:
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
    examples = _examples(assistant)
    with gr.Row(elem_id="wence-ask", equal_height=True):
        clear = gr.Button(words("wence.new_chat"), elem_id="wence-clear", scale=0, min_width=84)
        box = _box(words)
    answer = partial(converse, assistant, kept)
    asked = _on_question(answer, [chatbot, profile], [box, chatbot, export], [box.submit, *examples], box)
    _on_stop_and_clear(asked, box, clear, [box, chatbot, export])


def _box(words: gr.I18n) -> gr.Textbox:
    return gr.Textbox(
        label=words("wence.question"),
        placeholder=words("wence.placeholder"),
        show_label=False,
        container=False,
        autofocus=True,
        submit_btn=True,
        elem_id="wence-box",
        scale=1,
        min_width=0,
    )


def _examples(assistant: Assistant) -> list[gr.Button]:
    """A button for each example question; the style sheet shows those in the reader's language."""
    buttons = []
    with gr.Row(elem_id="wence-examples"):
        for lang in _LANGS:
            for question in example_questions(assistant.index.guidelines, lang):
                buttons.append(
                    gr.Button(question, size="sm", elem_classes=[f"wence-{lang}"], scale=0, min_width=0)
                )
    return buttons
