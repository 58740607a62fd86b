"""Text as HTML that shows exactly its characters; phrases in both languages; routes as tags."""

from __future__ import annotations

import html

from bot.phrases import Lang, say
from corpus.reach import Route

TAGS: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}
# Gradio puts HTML through a JavaScript template and Handlebars; a parser turns CR into LF and drops NUL.
_ENTITIES = str.maketrans({c: f"&#{ord(c)};" for c in "{}$`\\\r"} | {"\0": "\ufffd"})


def inert(text: str) -> str:
    """`text` as HTML that shows exactly these characters and does nothing; NUL is shown as U+FFFD."""
    return html.escape(text).translate(_ENTITIES)


def both(name: str, **values: object) -> str:
    """The phrase `name` in both languages; a style sheet shows the reader's."""
    return "".join(
        f'<span class="wence-{lang}" lang="{TAGS[lang]}">{inert(say(lang, name, **values))}</span>'
        for lang in TAGS
    )


def route_tag(route: Route) -> str:
    """A route as a coloured tag, which says its name as well."""
    return f'<span class="wence-tag" data-route="{route}">{both(f"route.{route}")}</span>'
