"""The server: the site over uvicorn, until a signal ends it."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from bot.journal.journal import Journal
from bot.live import open_live
from bot.settings import Settings, read_settings
from bot.web.app import create_site
from bot.web.health import Site, Starting
from bot.web.logs import start_log
from bot.web.systemd import notify
from bot.web.threads import calculate_on_calling_thread
from bot.web.workers import Workers
from corpus.errors import WenceError

_LOG = logging.getLogger(__name__)
_GRACE_SECONDS = 3
"""How long open answers may go on after the signal to stop."""
_KEEP_ALIVE_SECONDS = 75
"""How long an idle connection stays open: longer than a proxy keeps it, or it may find it closed."""
_SWITCH_SECONDS = 0.0005
"""How long one thread keeps Python to itself: with the usual 0.005 the model's threads, which come back from
their work all the time, wait longer for their turn than they work."""
_BACKLOG = 1024
"""Connections that may wait to be taken in."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on host and port. Call it before anything slow: it is what can fail.

    WenceError if the port is taken, may not be used, or the host is not one of this machine.
    """
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error


def serve(settings: Settings, *, report: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; open answers may finish.

    The port is claimed first; while index and model are loaded, requests are told to come again. `report`
    is told where the chat is once it is ready, and when an index that was built meanwhile has taken over.
    Several processes (`workers`) listen on ports in a row.
    WenceError as for `listen` and `open_live`.
    """
    start_log(settings.log_level)
    sys.setswitchinterval(_SWITCH_SECONDS)
    if settings.workers > 1:
        Workers(settings, report).run()
        return
    with listen(settings.host, settings.port) as listener, ExitStack() as watching:

        def open_site() -> Site:
            live = open_live(settings, report=report)
            watching.enter_context(live.watching())
            calculate_on_calling_thread()
            return create_site(live, settings, watching.enter_context(Journal.open(settings)))

        server: uvicorn.Server

        def failed() -> None:
            server.should_exit = True

        def ready() -> None:
            report(_ready(listener))
            notify("READY=1")

        starting = Starting(open_site, ready=ready, failed=failed)
        server = uvicorn.Server(_config(starting, settings))
        _run(server, listener)
    if starting.error is not None:
        raise starting.error


def run(site: Site, listener: socket.socket, *, report: Callable[[str], None]) -> None:
    """Serve a site that is open on a socket from `listen`, until a signal."""
    starting = Starting(lambda: site, ready=lambda: report(_ready(listener)), failed=lambda: None)
    _run(uvicorn.Server(_config(starting, read_settings())), listener)


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    """uvicorn raises the signal again when it is done; to stop is no failure here."""
    former = {number: signal.signal(number, _stopped) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[listener])
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )


def _ready(listener: socket.socket) -> str:
    url = url_of(listener)
    return f"问策已就绪:{url}(按 Ctrl-C 停止)\nWence is ready: {url} (Ctrl-C to stop)"


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
