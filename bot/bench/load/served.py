"""A server on this machine to be put under load: the real command in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from bot.bench.load.figures import Sample
from bot.settings import Settings
from corpus.errors import WenceError

_START_SECONDS: Final = 300.0
_STOP_SECONDS: Final = 30.0
_TICK: Final = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers. `ready_s`: how long its start took, index and model included."""

    url: str
    pid: int
    ready_s: float

    def sample(self) -> Sample | None:
        """Memory and processor time now; None where the system does not tell."""
        process = Path("/proc") / str(self.pid)
        try:
            fields = (process / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
            pages = int((process / "statm").read_text(encoding="ascii").split()[1])
        except OSError:
            return None
        page = os.sysconf("SC_PAGE_SIZE")
        return Sample(time.monotonic(), pages * page / 2**20, (int(fields[11]) + int(fields[12])) / _TICK)


@contextmanager
def serving(settings: Settings) -> Iterator[Served]:
    """A server with an index and a journal of its own, in a folder that is removed again.

    WenceError if the index cannot be built or the server does not start.
    """
    with TemporaryDirectory(prefix="wence-load-") as name:
        folder = Path(name)
        port = _free_port()
        environment = _environment(settings, folder, port)
        _build(folder, environment)
        log = folder / "log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "bot.cli", "serve"], env=environment, stderr=errors
            )
        try:
            yield _ready(process, f"http://127.0.0.1:{port}", log)
        finally:
            _stop(process)


def _environment(settings: Settings, folder: Path, port: int) -> dict[str, str]:
    """As the settings have it; but the visitors come from one address, so that its limit is set aside."""
    own = {
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        "WENCE_CORPUS": str(settings.corpus.absolute()),
        "WENCE_INDEX": str(folder / "index"),
        "WENCE_INDEX_URI": "",
        "WENCE_DENSE": str(settings.dense).lower(),
        "WENCE_JOURNAL": str(folder / "journal.sqlite3"),
        "WENCE_LIMIT_ADDRESS": "10000000/minute",
        "WENCE_HOST": "127.0.0.1",
        "WENCE_PORT": str(port),
        "WENCE_WORKERS": "1",
    }
    return {**os.environ, **own}


def _build(folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bot.cli", "index"],
        env=environment,
        capture_output=True,
        check=False,
    )
    if not (folder / "index").exists():
        raise _failed("index", done.returncode, done.stderr.decode("utf-8", errors="replace"))


def _ready(process: subprocess.Popen[bytes], url: str, log: Path) -> Served:
    started = time.monotonic()
    while time.monotonic() - started < _START_SECONDS and process.poll() is None:
        time.sleep(0.1)
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return Served(url, process.pid, round(time.monotonic() - started, 1))
        except httpx.HTTPError:
            continue
    raise _failed("serve", process.poll(), log.read_text(encoding="utf-8", errors="replace"))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _failed(command: str, code: int | None, said: str) -> WenceError:
    last = said.strip().rsplit("\n", 2)[-1]
    return WenceError(
        f"wence {command} 没有成功（退出码 {code}）：{last}。请先单独运行它，改正后重试。",
        f"wence {command} did not succeed (exit code {code}): {last}. Run it alone first.",
    )
