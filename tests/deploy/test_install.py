"""What `deploy/install.py` refuses before it changes anything; `make bundle-check` tries the whole way."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FITS = {
    "system": platform.system(),
    "machine": platform.machine(),
    "python": ".".join(platform.python_version_tuple()[:2]),
}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle with one wheel that is none: enough for everything that comes before installing."""
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    shutil.copy(DEPLOY / "install.py", folder)
    (folder / "wheels" / "wence-0-py3-none-any.whl").write_bytes(b"no wheel")
    (folder / "bundle.json").write_text(json.dumps(FITS), encoding="utf-8")
    code = "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import make_bundle; "
    code += "make_bundle.write_sums(pathlib.Path(sys.argv[2]))"
    subprocess.run([sys.executable, "-c", code, DEPLOY, folder], check=True)
    return folder


def install(bundle: Path, target: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(bundle / "install.py"), "--to", str(target), *more]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


def test_a_damaged_file_is_named_and_nothing_is_made(bundle: Path, tmp_path: Path) -> None:
    (bundle / "wheels" / "wence-0-py3-none-any.whl").write_bytes(b"no whale")
    done = install(bundle, tmp_path / "there")
    assert done.returncode == 1 and "wheels/wence-0-py3-none-any.whl" in done.stderr
    assert not (tmp_path / "there").exists()


def test_a_missing_file_is_named(bundle: Path, tmp_path: Path) -> None:
    (bundle / "wheels" / "wence-0-py3-none-any.whl").unlink()
    done = install(bundle, tmp_path / "there")
    assert done.returncode == 1 and "wence-0-py3-none-any.whl" in done.stderr


def test_another_machine_is_refused(bundle: Path, tmp_path: Path) -> None:
    (bundle / "bundle.json").write_text(json.dumps({**FITS, "python": "2.7"}), encoding="utf-8")
    done = install(bundle, tmp_path / "there")
    assert done.returncode == 1 and "2.7" in done.stderr and not (tmp_path / "there").exists()


def test_an_installation_is_not_replaced_by_accident(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "there" / "venv").mkdir(parents=True)
    done = install(bundle, tmp_path / "there")
    assert done.returncode == 1 and "--force" in done.stderr
