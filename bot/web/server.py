"""The server: the chat at ``/``, over FastAPI and uvicorn, until a signal ends it."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
from collections.abc import Callable
from importlib import resources
from types import FrameType

import uvicorn
from fastapi import FastAPI

from bot.live import Answering, Live, open_live
from bot.settings import Settings
from corpus.errors import WenceError

_LOG = logging.getLogger(__name__)
_GRACE_SECONDS = 3
"""How long open answers may go on after the signal to stop."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on host and port. Call it before anything slow: it is what can fail.

    WenceError if the port is taken, may not be used, or the host is not one of this machine.
    """
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error


def serve(settings: Settings, *, report: Callable[[str], None]) -> None:
    """Open the assistant and serve the chat until SIGTERM or Ctrl-C; open answers may finish.

    The port is claimed before the model is loaded. `report` is told where the chat is once it is
    ready, and when an index that was built meanwhile has taken over. WenceError as for `listen` and
    `open_live`.
    """
    with listen(settings.host, settings.port) as listener:
        live = open_live(settings, report=report)
        app = create_app(live)
        with live.watching():
            run(app, listener, report=report)


def run(app: FastAPI, listener: socket.socket, *, report: Callable[[str], None]) -> None:
    """Serve an application on a socket from `listen` until a signal.

    uvicorn raises the signal again when it is done; to stop is no failure here.
    """
    config = uvicorn.Config(
        app, log_config=None, log_level="warning", access_log=False, timeout_graceful_shutdown=_GRACE_SECONDS
    )
    former = {number: signal.signal(number, _stopped) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        _Server(config, report).run(sockets=[listener])
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def create_app(assistant: Answering) -> FastAPI:
    """The web application: the chat mounted at ``/``. It follows a live assistant to its new index."""
    # Gradio reads this when it is imported, and would otherwise report to its makers.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    from bot.web.exports import KeptAnswers, export_routes
    from bot.web.ui import build_chat, head, style, theme, translations

    static = resources.files("bot.web") / "static"
    app = FastAPI(title="Wence", docs_url=None, redoc_url=None, openapi_url=None)
    kept = KeptAnswers()
    app.include_router(export_routes(kept))
    page, refresh = build_chat(assistant, kept)
    if isinstance(assistant, Live):
        assistant.on_change(refresh)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        theme=theme(),
        css=style(),
        head=head(),
        i18n=translations(),
        favicon_path=str(static / "wence.svg"),
        # Nothing here takes files; without a limit anyone could fill the disk with them.
        max_file_size=1,
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
    )
    return mounted


class _Server(uvicorn.Server):
    """uvicorn's server, which says where it is once it is ready."""

    def __init__(self, config: uvicorn.Config, report: Callable[[str], None]) -> None:
        super().__init__(config)
        self._report = report

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, then say where."""
        await super().startup(sockets)
        if self.started and sockets:
            url = url_of(sockets[0])
            self._report(f"问策已就绪:{url}(按 Ctrl-C 停止)\nWence is ready: {url} (Ctrl-C to stop)")


def url_of(listener: socket.socket) -> str:
    """The address to open in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"


def _stopped(number: int, frame: FrameType | None) -> None:
    _LOG.info("stopped by %s", signal.Signals(number).name)


def _cannot_listen(host: str, port: int, error: OSError) -> WenceError:
    if error.errno == errno.EADDRINUSE:
        return WenceError(
            f"端口 {port} 已被占用({host})。请用 --port 换一个端口,或先停止占用它的程序。",
            f"Port {port} on {host} is in use. Choose another with --port, or stop the program that has it.",
        )
    reason = error.strerror or str(error)
    return WenceError(
        f"无法在 {host} 的端口 {port} 上监听:{reason}。请用 --host 和 --port 换一个地址或端口。",
        f"Cannot listen on port {port} of {host}: {reason}. Choose others with --host and --port.",
    )
