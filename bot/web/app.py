"""The web application: the chat at `/`, REST under `/api`, MCP, health, figures, and what guards them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import resources

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount
from starlette.types import ASGIApp

from bot.answer import Answer
from bot.journal.journal import Journal
from bot.live import Answering, Live
from bot.settings import Settings, read_settings
from bot.web.api.errors import answer_errors
from bot.web.api.routes import Api
from bot.web.body import BodyLimit
from bot.web.desk import Desk, Seen, Visitor
from bot.web.embed import AtChat, embed_routes
from bot.web.exports import KeptAnswers, export_routes
from bot.web.health import Site, health_routes
from bot.web.logs import RequestLog, request_id
from bot.web.metrics import Metrics, index_version
from bot.web.opinions import opinion_routes
from bot.web.security import OnlyNeeded, SecurityHeaders, hosts_of

_PAGE_SIZE = 1024
"""Responses over so many bytes are compressed."""
_EFFORT = 4
"""Of compression: 9 takes about twice the time of 4, for hardly fewer bytes."""


def create_site(
    assistant: Answering, settings: Settings | None = None, journal: Journal | None = None
) -> Site:
    """The whole site over an assistant; it follows a live one to its new index.

    Answers are noted in `journal`. Settings come from the environment where they are not given; UsageError
    as for `read_settings`.
    """
    settings = settings or read_settings()
    metrics = Metrics(assistant, (lambda: journal.lost) if journal else None)
    desk = Desk(assistant, settings, metrics, _note_in(journal, assistant) if journal else None)
    app = FastAPI(
        title="问策 Wence",
        description="政策问答：回答引自原文，每句可查。 / Answers on policy documents, each quote traceable.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_closing(desk),
    )
    answer_errors(app)
    # Gradio keeps from setting CORS headers itself where its parent does.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.api_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", "X-Request-ID"],
    )
    kept = KeptAnswers()
    app.include_router(health_routes(assistant, settings, metrics))
    app.include_router(Api(assistant, desk).routes())
    app.include_router(export_routes(kept))
    app.include_router(embed_routes())
    if journal:
        app.include_router(opinion_routes(journal, desk))
    _mount_chat(app, assistant, desk, kept, settings)
    return Site(app, _guarded(app, settings, metrics))


def _guarded(app: FastAPI, settings: Settings, metrics: Metrics) -> ASGIApp:
    """The application as the world sees it; what is called last comes first."""
    from bot.web.ui import head

    guarded: ASGIApp = BodyLimit(app, settings.max_body)
    guarded = TrustedHostMiddleware(guarded, allowed_hosts=hosts_of(settings), www_redirect=False)
    guarded = SecurityHeaders(guarded, settings, head(settings))
    guarded = GZipMiddleware(guarded, minimum_size=_PAGE_SIZE, compresslevel=_EFFORT)
    guarded = AtChat(guarded)
    return RequestLog(guarded, metrics)


def _mount_chat(
    app: FastAPI, assistant: Answering, desk: Desk, kept: KeptAnswers, settings: Settings
) -> None:
    # Gradio reads this when it is imported, and would otherwise report to its makers.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    from bot.web.mcp import only_tools
    from bot.web.ui import build_chat, head, style, theme, translations

    page, refresh = build_chat(assistant, desk, kept)
    if isinstance(assistant, Live):
        assistant.on_change(refresh)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        theme=theme(),
        css=style(),
        head=head(settings),
        i18n=translations(),
        favicon_path=str(resources.files("bot.web") / "static" / "wence.svg"),
        # Nothing here takes files; without a limit anyone could fill the disk with them.
        max_file_size=1,
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=True,
    )
    only_tools(page)
    for route in app.routes:
        if isinstance(route, Mount) and route.path == "":
            route.app = OnlyNeeded(route.app, settings)


def _note_in(journal: Journal, assistant: Answering) -> Seen:
    """Notes an answer, and names the entry. It takes no time: the journal has a thread of its own."""

    def seen(answer: Answer, visitor: Visitor) -> str:
        version = index_version(assistant.index.manifest)
        return journal.asked(answer, visitor.visit or "", request_id.get(), version)

    return seen


def _closing(desk: Desk) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        await desk.close()

    return life
