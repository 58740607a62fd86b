"""The files of deploy/ that systemd and the operator read."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import CONFIG, Settings
from bot.web.systemd import notify

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = ("wence.service", "wence@.service")
KNOWN = {f"WENCE_{name.upper()}" for name in Settings.model_fields} | {CONFIG, "WENCE_CACHE_DIR"}
PAGES = [
    *(DEPLOY / name for name in (*UNITS, "wence.env", "nginx.conf", "README.md")),
    ROOT / "docs/operating.md",
]


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    found = shutil.which("systemd-analyze")
    if not found:
        pytest.skip("systemd-analyze is not installed: apt install systemd")
    return subprocess.run([found, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def unit(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A unit whose program is there: systemd looks for it."""
    text = (DEPLOY / request.param).read_text(encoding="utf-8")
    made = tmp_path / request.param
    made.write_text(text.replace("/opt/wence/wence", sys.executable), encoding="utf-8")
    return made


@pytest.mark.parametrize("unit", UNITS, indirect=True)
def test_systemd_understands_the_unit(unit: Path) -> None:
    done = analyze("verify", "--man=no", str(unit))
    ours = [line for line in done.stderr.splitlines() if "wence" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("unit", UNITS, indirect=True)
def test_the_unit_may_do_little(unit: Path) -> None:
    done = analyze("security", "--offline=true", "--no-pager", "--threshold=25", str(unit))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_named_is_one(page: Path) -> None:
    named = set(re.findall(r"WENCE_[A-Z_]*[A-Z]", page.read_text(encoding="utf-8")))
    assert named and named <= KNOWN


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told_that_the_server_is_ready(
    abstract: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"@wence-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name[1:] if abstract else name)
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        notify("READY=1")
        assert systemd.recv(100) == b"READY=1"


def test_without_systemd_nothing_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    assert not caplog.records
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify("READY=1")
    assert "cannot be told" in caplog.text
