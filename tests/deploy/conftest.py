"""Replicas of the server behind nginx: real processes, and the configuration that is handed out."""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/wence.conf;
}}
"""


@dataclass
class Replica:
    """A server on a port, which can be ended and started anew."""

    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Start it; the seconds until it is ready."""
        command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=log)
        started = time.monotonic()
        while time.monotonic() - started < 120:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            try:
                if httpx.get(f"{self.url}/readyz", trust_env=False, timeout=5).status_code == 200:
                    return time.monotonic() - started
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError("the server did not get ready")

    def stop(self) -> int:
        """End it as a supervisor does; its exit code."""
        assert self.process
        self.process.terminate()
        return self.process.wait(30)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(10)


Replicate = Callable[..., Replica]


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One made-up document: replicas are not about what is answered."""
    folder = tmp_path_factory.mktemp("small")
    articles = "".join(f"第{n}条 第{n}号补贴由财政部门在第{n}季度发放。\n" for n in range(1, 30))
    (folder / "law.txt").write_text(f"青川市补贴办法\n{articles}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def replicate(tmp_path_factory: pytest.TempPathFactory, small_corpus: Path) -> Iterator[Replicate]:
    """Makes replicas over one index and journal; they end with the module."""
    folder = tmp_path_factory.mktemp("replicas")
    running: list[Replica] = []

    def made(**settings: str) -> Replica:
        environment = {
            **os.environ,
            "WENCE_CORPUS": str(small_corpus),
            "WENCE_INDEX": str(folder / "index"),
            "WENCE_JOURNAL": str(folder / "journal.sqlite3"),
            "WENCE_DENSE": "false",
            **settings,
        }
        running.append(Replica(free_port(), environment, folder / f"log{len(running)}"))
        return running[-1]

    yield made
    for replica in running:
        replica.kill()


Proxy = Callable[..., str]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Starts nginx with the configuration of deploy/ before replicas; its address."""
    folder = tmp_path_factory.mktemp("nginx")
    running: list[subprocess.Popen[bytes]] = []

    def started(*replicas: Replica) -> str:
        port = free_port()
        write_configuration(folder, port, [replica.port for replica in replicas])
        running.append(subprocess.Popen([nginx(), "-c", str(folder / "nginx.conf"), "-p", str(folder)]))
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return f"http://127.0.0.1:{port}"
            time.sleep(0.05)
        raise AssertionError((folder / "error.log").read_text())

    yield started
    for process in running:
        process.terminate()
        process.wait(10)


def write_configuration(folder: Path, port: int, replicas: list[int]) -> None:
    """That of deploy/, with the ports of the test in the places that an operator changes."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text, listens = re.subn(r"^( +)listen 80;", rf"\1listen 127.0.0.1:{port};", text, flags=re.MULTILINE)
    text, one = re.subn(r"127\.0\.0\.1:7860\b", f"127.0.0.1:{replicas[0]}", text)
    text, other = re.subn(r"127\.0\.0\.1:7861\b", f"127.0.0.1:{replicas[1]}", text)
    assert (listens, one, other) == (1, 1, 1)
    (folder / "wence.conf").write_text(text, encoding="utf-8")
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder), encoding="utf-8")


def nginx() -> str:
    """Debian keeps it out of the path of those who are not root."""
    found = shutil.which("nginx", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    if not found:
        pytest.skip("nginx is not installed: apt install nginx-light")
    return found


def free_port() -> int:
    """Below those that connections go out from: one of these could take it while its server restarts."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
