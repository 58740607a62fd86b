"""Several processes of the server, each on a port of its own, for a proxy that shares visitors among them.

A conversation lives in the process that it began in (Gradio keeps it there), so that processes cannot share
one port: a proxy has to send a visitor to the same one each time. Each loads index and model for itself.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import Final

from bot.settings import Settings
from corpus.errors import WenceError

_LOG = logging.getLogger(__name__)
LOOK_SECONDS: Final = 0.5
GRACE_SECONDS: Final = 15.0
_SOON_SECONDS: Final = 10.0
"""A process that ends so soon after its start will not do better the next time."""


class Workers:
    """Starts processes, starts those anew that end unasked, and ends all together."""

    def __init__(self, settings: Settings, report: Callable[[str], None]) -> None:
        self._settings = settings
        self._report = report
        self._running: dict[int, tuple[subprocess.Popen[bytes], float]] = {}

    def run(self) -> None:
        """Until SIGTERM or Ctrl-C. WenceError if a process cannot serve at all."""
        ended = Event()
        with _on_stop(ended):
            try:
                for number in range(self._settings.workers):
                    self._start(number)
                while not ended.wait(LOOK_SECONDS):
                    self._look()
            finally:
                self._stop()

    def _start(self, number: int) -> None:
        port = self._settings.port + number
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "serve"], env=environment(self._settings, port)
        )
        self._running[number] = process, time.monotonic()

    def _look(self) -> None:
        for number, (process, started) in list(self._running.items()):
            code = process.poll()
            if code is None:
                continue
            port = self._settings.port + number
            if time.monotonic() - started < _SOON_SECONDS and code > 0:
                raise WenceError(
                    f"端口 {port} 的进程无法启动（退出码 {code}）。原因见上。",
                    f"The process for port {port} cannot start (exit code {code}). The reason stands above.",
                )
            self._report(
                f"端口 {port} 的进程意外结束（{code}），重新启动。\n"
                f"The process of port {port} ended unasked ({code}); starting another."
            )
            self._start(number)

    def _stop(self) -> None:
        for process, _ in self._running.values():
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process, _ in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _LOG.warning("process %d did not end in time", process.pid)
                process.kill()
                process.wait()


def environment(settings: Settings, port: int) -> dict[str, str]:
    """The environment of one process: what the command line said goes along."""
    own = {
        "WENCE_CORPUS": str(settings.corpus),
        "WENCE_INDEX": str(settings.index),
        "WENCE_INDEX_URI": settings.index_uri,
        "WENCE_DENSE": str(settings.dense).lower(),
        "WENCE_HOST": settings.host,
        "WENCE_PORT": str(port),
        "WENCE_WORKERS": "1",
    }
    return {**os.environ, **own}


@contextmanager
def _on_stop(ended: Event) -> Iterator[None]:
    """Set `ended` on a signal to stop, instead of dying of it."""

    def stop(number: int, frame: FrameType | None) -> None:
        ended.set()

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
