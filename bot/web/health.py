"""Whether the server lives, whether it answers, and its figures: for supervisors, proxies and Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.live import Answering
from bot.settings import Settings
from bot.web.metrics import Metrics, index_version
from bot.web.problems import Problem

_SOON: Final = 2
"""Seconds after which a client should look again whether the server has started."""


@dataclass(frozen=True, slots=True)
class Site:
    """A web application, and the same within all that guards it."""

    app: FastAPI
    asgi: ASGIApp


def health_routes(assistant: Answering, settings: Settings, metrics: Metrics) -> APIRouter:
    """``/healthz``, ``/readyz`` and ``/metrics``; the last for addresses of the settings alone."""
    router = APIRouter(include_in_schema=False)
    allowed = [ip_network(each) for each in settings.metrics_from]

    @router.get("/healthz")
    def alive() -> JSONResponse:
        return _alive()

    @router.get("/readyz")
    def ready() -> JSONResponse:
        manifest = assistant.index.manifest
        state = {
            "status": "ready",
            "index": index_version(manifest),
            "documents": manifest.guidelines,
            "measures": manifest.measures,
            "model": manifest.model,
        }
        return JSONResponse(state, headers={"Cache-Control": "no-store"})

    @router.get("/metrics")
    def figures(request: Request) -> Response:
        try:
            address = ip_address(request.client.host if request.client else "")
        except ValueError:
            raise Problem("not_found") from None
        if not any(address in network for network in allowed):
            raise Problem("not_found")
        page, kind = metrics.page()
        return Response(page, media_type=kind, headers={"Cache-Control": "no-store"})

    return router


class Starting:
    """ASGI: a site that is opened in a thread while the server serves already; 503 until it is there.

    `open_site` may raise: then `error` is set and `failed` is called. `ready` is called when it answers.
    """

    def __init__(
        self, open_site: Callable[[], Site], *, ready: Callable[[], None], failed: Callable[[], None]
    ) -> None:
        self._open = open_site
        self._ready = ready
        self._failed = failed
        self._site: Site | None = None
        self.error: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._site is not None:
            await self._site.asgi(scope, receive, send)
        elif scope["type"] == "http":
            response = _alive() if scope["path"] == "/healthz" else _starting()
            await response(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        ended = asyncio.Event()
        opening = asyncio.create_task(self._run(ended))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        ended.set()
        if self._site is not None:
            await opening
        await send({"type": "lifespan.shutdown.complete"})

    async def _run(self, ended: asyncio.Event) -> None:
        """Open the site and keep it open; its own life begins and ends in this one task."""
        try:
            site = await asyncio.to_thread(self._open)
            async with site.app.router.lifespan_context(site.app):
                self._site = site
                self._ready()
                await ended.wait()
        except Exception as error:
            self.error = error
            self._failed()


def _alive() -> JSONResponse:
    return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})


def _starting() -> Response:
    return Problem("starting", retry_after=_SOON).response()
