"""The chat: questions and answers on the left, the guideline they quote on the right.

Gradio components, their events, and nothing of search. What visitors type and what guidelines say
reaches the page only through `as_shown` and `inert`, so that it is shown and never obeyed.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import gradio as gr
from gradio.events import api

from bot.live import Answering
from bot.phrases import Lang, say
from bot.settings import Settings
from bot.web.desk import Desk
from bot.web.embed import origins_meta
from bot.web.exports import KeptAnswers
from bot.web.frame import footer_html, header_html, pane_html
from bot.web.history import normalize_history
from bot.web.mcp import publish_tools
from bot.web.parts import Parts
from bot.web.profile import checked_profile
from bot.web.shown import Shown, ShownNow
from bot.web.talk import AT_ONCE, add_talk, answer_to, visitor_of
from bot.web.views import bar_html, view_html
from corpus.measure import Guideline

WAITING = 4096
"""Events that Gradio lets wait. It is the desk that bounds questions, and says so in the conversation."""

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


def build_chat(assistant: Answering, desk: Desk, kept: KeptAnswers) -> tuple[gr.Blocks, Callable[[], None]]:
    """The page for an assistant, and what to call when its index has changed: later pages show the new one.

    Mount the page with `translations`, `theme`, `head` and the static style. Answers are put into `kept`,
    for the routes that export them.
    """
    words = translations()
    shown = ShownNow(assistant)
    parts = Parts(shown)
    page: gr.Blocks
    with gr.Blocks(title=say("zh", "ui.title"), analytics_enabled=False, fill_width=True) as page:
        header = gr.HTML("", elem_id="wence-header", apply_default_css=False, js_on_load=None)
        parts.add(header, lambda now: header_html(now.guidelines))
        with gr.Row(elem_id="wence-main", equal_height=True):
            with gr.Column(elem_id="wence-talk", min_width=0):
                _left(assistant, desk, shown, parts, kept, words)
            with gr.Column(elem_id="wence-guideline", min_width=0):
                _pane(shown, parts)
        footer = gr.HTML("", elem_id="wence-footer", apply_default_css=False, js_on_load=None)
        parts.add(footer, lambda now: footer_html(now.guidelines))
        _publish(desk, shown)
        publish_tools(assistant, desk)
    page.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE, api_open=False)
    parts.fill(page)
    return page, lambda: parts.fill(page)


def head(settings: Settings) -> str:
    """The page's scripts, for its head, and who may embed it."""
    names = ("wence.js", "views.js", "opinion.js", "embedded.js")
    return origins_meta(settings) + "".join(f"<script>{_static(name)}</script>" for name in names)


def style() -> str:
    """The page's style sheets, one after the other."""
    return "\n".join(_static(name) for name in ("wence.css", "matrix.css", "views.css"))


def _left(
    assistant: Answering, desk: Desk, shown: ShownNow, parts: Parts, kept: KeptAnswers, words: gr.I18n
) -> None:
    """Who asks, the conversation, and where there is a table of applicability that and its map."""
    profile = gr.HTML(
        "", elem_id="wence-who", apply_default_css=False, js_on_load="window.wence.bar(element);"
    )
    parts.add(profile, lambda now: bar_html(now.applies, now.views))
    with gr.Column(elem_id="wence-view-chat", min_width=0):
        add_talk(assistant, desk, parts, kept, words, profile)
    _view("matrix", parts, lambda now: now.tabled, lambda slug: shown().matrix(slug))
    _view("map", parts, lambda now: now.mapped, lambda slug: shown().map(slug))


def _view(
    name: str, parts: Parts, documents: Callable[[Shown], list[Guideline]], html_of: Callable[[str], str]
) -> None:
    """A view that the script fills for one document when it is opened: its HTML is long."""

    def read_view(slug: str) -> str:
        """The view of a document as HTML; empty if there is none of that name."""
        return html_of(slug)

    view = gr.HTML(
        "",
        elem_id=f"wence-view-{name}",
        apply_default_css=False,
        js_on_load=f"window.wence.{name}(element, server);",
        server_functions=[read_view],
    )
    parts.add(view, lambda now: view_html(documents(now)) if documents(now) else "")


def _pane(shown: ShownNow, parts: Parts) -> None:
    """The right side: the first guideline, and a way for the script to fetch any other."""

    def read_document(slug: str) -> str:
        """A guideline or a record as HTML; empty if there is none of that name."""
        return shown().text(slug)

    pane = gr.HTML(
        "",
        elem_id="wence-pane",
        apply_default_css=False,
        js_on_load="window.wence.open(element, server);",
        server_functions=[read_document],
    )
    parts.add(pane, lambda now: pane_html(now.documents))


def _publish(desk: Desk, shown: ShownNow) -> None:
    """The answer as an API endpoint, `/chat` to gradio_client."""

    async def chat(
        request: gr.Request,
        message: str,
        history: list[object] | None = None,
        district: str | None = None,
        role: str | None = None,
    ) -> str:
        """Answer a question on the policy documents in their own words, as markdown with cited quotes.

        message: the question. history: earlier turns, as [question, answer] pairs or as messages.
        district: full name of the asker's district. role: enterprise, district, research or other.
        """
        profile = checked_profile(district, role, shown().places)
        answer, _ = await answer_to(desk, message, normalize_history(history), profile, visitor_of(request))
        return answer if isinstance(answer, str) else answer.text

    api(chat, api_name="chat", concurrency_id="answers", concurrency_limit=AT_ONCE)


def _static(name: str) -> str:
    return (resources.files("bot.web") / "static" / name).read_text(encoding="utf-8")
