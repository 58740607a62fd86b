"""The chat on other sites' pages: `/embed.js`, which makes button and panel there, and `/chat` for its frame.

Who may show the frame is for browsers to enforce (`frame-ancestors`, see security.py); the page in the frame
is told the same origins, and talks to no other.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import resources
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.markup import TAGS, inert
from bot.phrases import say
from bot.settings import Settings

CHAT: Final = "/chat"
"""The chat under a path of its own, which a page that embeds it can be allowed."""
_WORDS: Final = {
    "open": "embed_open",
    "title": "embed_title",
    "frame": "embed_frame",
    "close": "embed_close",
    "newTab": "embed_new_tab",
    "loading": "embed_loading",
    "failed": "embed_failed",
}
_HEADERS: Final = {
    # Soon enough after a new release, and rarely enough for a portal's many pages.
    "Cache-Control": "public, max-age=600",
    "Cross-Origin-Resource-Policy": "cross-origin",
    # It is the same for all; with this a site may load it as a module or check its hash.
    "Access-Control-Allow-Origin": "*",
}


def embed_routes() -> APIRouter:
    """``GET /embed.js``: the script for other sites' pages; 304 where the browser has it."""
    router = APIRouter(include_in_schema=False)

    @router.get("/embed.js")
    def script(request: Request) -> Response:
        text = embed_script()
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
        headers = {**_HEADERS, "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(text, media_type="text/javascript", headers=headers)

    return router


@cache
def embed_script() -> str:
    """The script with its style sheet and its words in both languages."""
    words = {
        tag: {name: say(lang, f"ui.{phrase}") for name, phrase in _WORDS.items()}
        for lang, tag in TAGS.items()
    }
    script = _static("embed.js").replace("WENCE_STYLE", json.dumps(_static("embed.css")), 1)
    return script.replace("WENCE_WORDS", json.dumps(words, ensure_ascii=False), 1)


def origins_meta(settings: Settings) -> str:
    """For the head of the chat: the origins whose pages may talk to it."""
    return f'<meta name="wence-embed-origins" content="{inert(" ".join(settings.embed_origins))}">'


class AtChat:
    """ASGI: Gradio's page, which is at the root, at `/chat` too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope["path"] == CHAT:
            scope = {**scope, "path": "/", "raw_path": b"/"}
        await self._app(scope, receive, send)


def _static(name: str) -> str:
    return (resources.files("bot.web") / "static" / name).read_text(encoding="utf-8")
