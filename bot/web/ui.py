"""The chat: questions and answers on the left, the guideline they quote on the right.

Gradio components, their events, and nothing of search. What visitors type and what guidelines say
reaches the page only through `as_shown` and `inert`, so that it is shown and never obeyed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Any, TypedDict

import gradio as gr
from gradio.events import api

from bot.answers.refusal import example_questions
from bot.phrases import Lang, say
from bot.web.frame import footer_html, header_html, pane_html, welcome_html
from bot.web.history import Turn, as_shown, normalize_history, unlinked
from bot.web.pane import guideline_html, record_html

if TYPE_CHECKING:
    from bot.ask import Assistant

_LOG = logging.getLogger(__name__)

PACE_SECONDS = 0.4
"""How long the blocks of an answer take to appear, all together: enough to see it grow, not to wait."""
AT_ONCE = 16
"""Answers in the making at a time. Most of an answer's time is the pace, which occupies nobody; were
this 1, Gradio's default, visitors would wait for the pace of others."""
WAITING = 64
"""Questions that may wait for their turn; beyond that Gradio tells the visitor that the queue is full."""

_LANGS: tuple[Lang, ...] = ("zh", "en")
_STATIC = ("placeholder", "question", "conversation", "new_chat")
# svelte-i18n looks for zh-TW, then zh, then en; Gradio itself knows only these two by region.
_LOCALES = {"en": "en", "zh": "zh", "zh-CN": "zh", "zh-TW": "zh", "zh-HK": "zh", "zh-SG": "zh", "zh-MO": "zh"}


class Message(TypedDict):
    """One message as Gradio's Chatbot takes it."""

    role: str
    content: str


def translations() -> gr.I18n:
    """The static words of the page; the browser picks its language, English where it is not Chinese."""
    tables = {lang: {f"wence.{name}": say(lang, f"ui.{name}") for name in _STATIC} for lang in _LANGS}
    return gr.I18n(**{locale: tables["zh" if lang == "zh" else "en"] for locale, lang in _LOCALES.items()})


def theme() -> gr.themes.Base:
    """Colours and fonts. Fonts are those of the visitor's system: nothing is fetched from elsewhere."""
    sans = [
        "PingFang SC",
        "Microsoft YaHei",
        "Noto Sans CJK SC",
        "Source Han Sans SC",
        "system-ui",
        "sans-serif",
    ]
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="slate",
        font=sans,
        font_mono=["ui-monospace", "Consolas", "monospace"],
    )


def build_chat(assistant: Assistant) -> gr.Blocks:
    """The page for an assistant. Mount it with `translations`, `theme` and the static style and script."""
    words = translations()
    guidelines = assistant.index.guidelines
    page: gr.Blocks
    with gr.Blocks(title=say("zh", "ui.title"), analytics_enabled=False, fill_width=True) as page:
        gr.HTML(header_html(guidelines), elem_id="wence-header", apply_default_css=False, js_on_load=None)
        with gr.Row(elem_id="wence-main", equal_height=True):
            with gr.Column(elem_id="wence-talk", min_width=0):
                _talk(assistant, words)
            with gr.Column(elem_id="wence-guideline", min_width=0):
                _pane(assistant)
        gr.HTML(footer_html(guidelines), elem_id="wence-footer", apply_default_css=False, js_on_load=None)
        _publish(assistant)
    page.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE, api_open=False)
    return page


def _talk(assistant: Assistant, words: gr.I18n) -> None:
    """The left side: conversation, examples, the box to write in."""
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
    examples = _examples(assistant)
    with gr.Row(elem_id="wence-ask", equal_height=True):
        clear = gr.Button(words("wence.new_chat"), elem_id="wence-clear", scale=0, min_width=84)
        box = gr.Textbox(
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
    _connect(assistant, chatbot, box, examples, clear)


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


def _connect(
    assistant: Assistant,
    chatbot: gr.Chatbot,
    box: gr.Textbox,
    examples: Sequence[gr.Button],
    clear: gr.Button,
) -> None:
    """What happens on Enter, on an example, on stop and on a new conversation."""
    asked: list[dict[str, Any]] = []
    for trigger, source in [(box.submit, box), *((button.click, button) for button in examples)]:
        event = trigger(
            partial(converse, assistant),
            [source, chatbot],
            [box, chatbot],
            api_visibility="undocumented",
            concurrency_id="answers",
            concurrency_limit=AT_ONCE,
            show_progress="hidden",
        )
        event.then(_ready, None, box, queue=False, api_visibility="undocumented", show_progress="hidden")
        asked.append(event)
    box.stop(
        _ready, None, box, cancels=asked, queue=False, api_visibility="undocumented", show_progress="hidden"
    )
    clear.click(
        _empty,
        None,
        [box, chatbot],
        cancels=asked,
        queue=False,
        api_visibility="undocumented",
        show_progress="hidden",
    )


async def converse(
    assistant: Assistant, question: str | None, shown: Sequence[object]
) -> AsyncIterator[tuple[object, list[object]]]:
    """Show the question, then the answer as it grows. Yields updates of the box and of the conversation.

    Asynchronous, so that to stop takes effect at once: a thread cannot be stopped, waiting for it can.
    """
    question = question or ""
    messages: list[object] = [*shown]
    if question.strip():
        messages.append(Message(role="user", content=as_shown(question)))
    yield gr.Textbox(value="", submit_btn=False, stop_btn=True), messages
    markdown = await asyncio.to_thread(_answer, assistant, question, normalize_history(shown))
    steps = growing(unlinked(markdown))
    for text in steps:
        yield gr.skip(), [*messages, Message(role="assistant", content=text)]
        await asyncio.sleep(PACE_SECONDS / len(steps))


def _answer(assistant: Assistant, question: str, history: Sequence[Turn]) -> str:
    """The answer's markdown. A fault of ours is logged, and the visitor is told what to do."""
    try:
        return assistant.ask(question, history).text
    except Exception:
        _LOG.exception("no answer to a question of %d characters", len(question))
        return "\n\n".join(say(lang, "ui.failed") for lang in _LANGS)


def growing(text: str) -> list[str]:
    """A markdown text block by block, each time all of it so far."""
    blocks = text.split("\n\n")
    return ["\n\n".join(blocks[:count]) for count in range(1, len(blocks) + 1)]


def _ready() -> object:
    return gr.Textbox(submit_btn=True, stop_btn=False)


def _empty() -> tuple[object, list[object]]:
    return gr.Textbox(value="", submit_btn=True, stop_btn=False), []


def _pane(assistant: Assistant) -> None:
    """The right side: the first guideline, and a way for the script to fetch any other."""
    documents = {g.slug: g for g in assistant.index.guidelines if not g.records}
    records = {m.guideline: m for g in assistant.index.guidelines if g.records for m in g.measures}

    def read_document(slug: str) -> str:
        """A guideline or a record as HTML; empty if there is none of that name."""
        if slug in documents:
            return guideline_html(documents[slug])
        return record_html(records[slug]) if slug in records else ""

    gr.HTML(
        pane_html(list(documents.values())),
        elem_id="wence-pane",
        apply_default_css=False,
        js_on_load="window.wence.open(element, server);",
        server_functions=[read_document],
        head=f"<script>{_static('wence.js')}</script>",
    )


def _publish(assistant: Assistant) -> None:
    """The answer as an API endpoint, `/chat` to gradio_client."""

    def chat(message: str, history: list[object] | None = None) -> str:
        """Answer a question on the policy documents in their own words, as markdown with cited quotes.

        message: the question. history: earlier turns, as [question, answer] pairs or as messages.
        """
        return _answer(assistant, message, normalize_history(history))

    api(chat, api_name="chat", concurrency_id="answers", concurrency_limit=AT_ONCE)


def _static(name: str) -> str:
    return (resources.files("bot.web") / "static" / name).read_text(encoding="utf-8")
