"""The server: the chat at ``/``, over FastAPI and uvicorn, until a signal ends it."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
from importlib import resources
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from corpus.errors import WenceError

if TYPE_CHECKING:
    from bot.ask import Assistant

_LOG = logging.getLogger(__name__)
_GRACE_SECONDS = 3
"""How long open answers may go on after the signal to stop."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on host and port. Call it before anything slow: it is what can fail.

    WenceError if the port is taken, may not be used, or the host is not one of this machine.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error


def serve(assistant: Assistant, host: str, port: int, *, listener: socket.socket | None = None) -> None:
    """Serve the chat until SIGTERM or Ctrl-C, then let open answers finish and return.

    `listener` is a socket from `listen`; without it one is opened here. Logs one line with the URL
    once visitors are served. WenceError as for `listen`.
    """
    listener = listener or listen(host, port)
    with listener:
        app = create_app(assistant)
        config = uvicorn.Config(
            app, log_config=None, log_level="warning", access_log=False, timeout_graceful_shutdown=_GRACE_SECONDS
        )
        _run(_Server(config), listener)


def create_app(assistant: Assistant) -> FastAPI:
    """The web application: the chat mounted at ``/``."""
    # Gradio reads this when it is imported, and would otherwise report to its makers.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    from bot.web.ui import build_chat, theme, translations

    static = resources.files("bot.web") / "static"
    app = FastAPI(title="Wence", docs_url=None, redoc_url=None, openapi_url=None)
    return gr.mount_gradio_app(
        app,
        build_chat(assistant),
        path="/",
        theme=theme(),
        css=(static / "wence.css").read_text(encoding="utf-8"),
        i18n=translations(),
        favicon_path=str(static / "wence.svg"),
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, with a line in the log once it is ready."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, then say where."""
        await super().startup(sockets)
        if self.started and sockets:
            _LOG.info("问策已就绪 Wence is ready: %s", url_of(sockets[0]))


def url_of(listener: socket.socket) -> str:
    """The address to open in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    """Run until a signal. uvicorn raises the signal again when it is done; to stop is no failure here."""

    def stopped(number: int, frame: FrameType | None) -> None:
        _LOG.info("已停止 stopped (%s)", signal.Signals(number).name)

    before = {number: signal.signal(number, stopped) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[listener])
    finally:
        for number, former in before.items():
            signal.signal(number, former)


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
