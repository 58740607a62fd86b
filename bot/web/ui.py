"""The chat: questions and answers on the left, the guideline they quote on the right.

Gradio components, their events, and nothing of search. What visitors type and what guidelines say
reaches the page only through `as_shown` and `inert`, so that it is shown and never obeyed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING

import gradio as gr
from gradio.events import api

from bot.phrases import Lang, say
from bot.web.borders import borders
from bot.web.exports import KeptAnswers
from bot.web.frame import footer_html, header_html, pane_html
from bot.web.history import normalize_history
from bot.web.pane import guideline_html, record_html
from bot.web.profile import checked_profile, known_places
from bot.web.talk import AT_ONCE, add_talk, answer_to, failed_text
from bot.web.views import VIEWS, bar_html, map_view, matrix_view, view_html
from corpus.measure import Guideline

if TYPE_CHECKING:
    from bot.ask import Assistant

WAITING = 64
"""Questions that may wait for their turn; beyond that Gradio tells the visitor that the queue is full."""

_LANGS: tuple[Lang, ...] = ("zh", "en")
_STATIC = ("placeholder", "question", "conversation", "new_chat")
# svelte-i18n looks for zh-TW, then zh, then en; Gradio itself knows only these two by region.
_LOCALES = {"en": "en", "zh": "zh", "zh-CN": "zh", "zh-TW": "zh", "zh-HK": "zh", "zh-SG": "zh", "zh-MO": "zh"}


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


def build_chat(assistant: Assistant, kept: KeptAnswers) -> gr.Blocks:
    """The page for an assistant. Mount it with `translations`, `theme`, `head` and the static style.

    Answers are put into `kept`, for the routes that export them.
    """
    words = translations()
    guidelines = assistant.index.guidelines
    page: gr.Blocks
    with gr.Blocks(title=say("zh", "ui.title"), analytics_enabled=False, fill_width=True) as page:
        gr.HTML(header_html(guidelines), elem_id="wence-header", apply_default_css=False, js_on_load=None)
        with gr.Row(elem_id="wence-main", equal_height=True):
            with gr.Column(elem_id="wence-talk", min_width=0):
                _left(assistant, kept, words)
            with gr.Column(elem_id="wence-guideline", min_width=0):
                _pane(assistant)
        gr.HTML(footer_html(guidelines), elem_id="wence-footer", apply_default_css=False, js_on_load=None)
        _publish(assistant)
    page.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE, api_open=False)
    return page


def head() -> str:
    """The page's scripts, for its head."""
    return "".join(f"<script>{_static(name)}</script>" for name in ("wence.js", "views.js"))


def style() -> str:
    """The page's style sheets, one after the other."""
    return "\n".join(_static(name) for name in ("wence.css", "matrix.css", "views.css"))


def _left(assistant: Assistant, kept: KeptAnswers, words: gr.I18n) -> None:
    """Who asks, the conversation, and where there is a table of applicability that and its map."""
    applies = assistant.index.applicability
    shapes = borders(each.gazetteer for each in applies.values())
    views = VIEWS if shapes else VIEWS[:2] if applies else VIEWS[:1]
    profile = gr.HTML(
        bar_html(applies, views),
        elem_id="wence-who",
        apply_default_css=False,
        js_on_load="window.wence.bar(element);",
    )
    with gr.Column(elem_id="wence-view-chat", min_width=0):
        add_talk(assistant, kept, words, profile)
    tabled = [g for g in assistant.index.guidelines if g.slug in applies]
    if "matrix" in views:
        _view("matrix", tabled, {slug: cache(partial(matrix_view, each)) for slug, each in applies.items()})
    if "map" in views:
        mapped = [g for g in tabled if applies[g.slug].gazetteer.region in shapes]
        _view("map", mapped, {g.slug: cache(partial(map_view, applies[g.slug], shapes)) for g in mapped})


def _view(name: str, documents: Sequence[Guideline], html_of: Mapping[str, Callable[[], str]]) -> None:
    """A view that the script fills for one document when it is opened: its HTML is long."""

    def read_view(slug: str) -> str:
        """The view of a document as HTML; empty if there is none of that name."""
        return html_of[slug]() if slug in html_of else ""

    gr.HTML(
        view_html(documents),
        elem_id=f"wence-view-{name}",
        apply_default_css=False,
        js_on_load=f"window.wence.{name}(element, server);",
        server_functions=[read_view],
    )


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
    )


def _publish(assistant: Assistant) -> None:
    """The answer as an API endpoint, `/chat` to gradio_client."""

    places = known_places(assistant.index.applicability.values())

    def chat(
        message: str,
        history: list[object] | None = None,
        district: str | None = None,
        role: str | None = None,
    ) -> str:
        """Answer a question on the policy documents in their own words, as markdown with cited quotes.

        message: the question. history: earlier turns, as [question, answer] pairs or as messages.
        district: full name of the asker's district. role: enterprise, district, research or other.
        """
        profile = checked_profile(district, role, places)
        answer = answer_to(assistant, message, normalize_history(history), profile)
        return answer.text if answer else failed_text()

    api(chat, api_name="chat", concurrency_id="answers", concurrency_limit=AT_ONCE)


def _static(name: str) -> str:
    return (resources.files("bot.web") / "static" / name).read_text(encoding="utf-8")
