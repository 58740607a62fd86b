"""Install Wence from this folder, without a network:  python3 install.py [--to DIR]

Needs nothing but Python (the version in bundle.json). Checks every file, makes an environment in DIR/venv,
copies corpus, index and model beside it, and asks the installed program for a measure of the index to see
that it answers. An installation that is there already is only replaced with --force; its corpus is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

START = """#!/bin/sh
# Runs Wence with the corpus, the index and the model of this installation; settings of the environment win.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
export WENCE_CORPUS="${WENCE_CORPUS:-$here/corpus}" WENCE_INDEX="${WENCE_INDEX:-$here/index}"
export WENCE_CACHE_DIR="${WENCE_CACHE_DIR:-$here/model}"
exec "$here/venv/bin/python" -m bot.cli "$@"
"""


def install(target: Path, force: bool) -> None:
    """Check, unpack, try out. Exits with a message that says what to do if a step fails."""
    check_machine()
    check_files()
    if (target / "venv").exists() and not force:
        stop(f"{target} 中已有安装,加 --force 更新 / holds an installation; add --force to renew it")
    target.mkdir(parents=True, exist_ok=True)
    make_environment(target / "venv")
    for name in ("model", "index", "corpus"):
        if name == "corpus" and (target / name).exists():
            continue
        shutil.rmtree(target / name, ignore_errors=True)
        shutil.copytree(HERE / name, target / name)
    start = target / "wence"
    start.write_text(START, encoding="utf-8")
    start.chmod(0o755)
    try_out(start)
    say(f"安装完成 / installed. 启动对话 / serve the chat:\n  {start} serve --host 0.0.0.0")


def check_machine() -> None:
    """The wheels fit one system, processor and Python."""
    wanted = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))
    here = {
        "system": platform.system(),
        "machine": platform.machine(),
        "python": ".".join(platform.python_version_tuple()[:2]),
    }
    if here != wanted:
        stop(
            f"本机 / this machine: {here}; 安装包适用于 / the bundle is for: {wanted}。"
            "请用相应的 Python 运行,或在同类机器上重新制作 / "
            "run it with that Python, or make the bundle on such a machine"
        )


def check_files() -> None:
    """Every file against SHA256SUMS: a copy that was cut short is found before anything is changed."""
    say("校验文件 / checking the files")
    for line in (HERE / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        path = HERE / name
        if not path.is_file():
            stop(f"缺少文件 / file missing: {name}。请重新复制 / copy the bundle again")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                stop(f"文件已损坏 / file damaged: {name}。请重新复制 / copy the bundle again")


def make_environment(folder: Path) -> None:
    """A fresh environment with everything installed; pip comes from the bundle as well."""
    say("安装 / installing")
    shutil.rmtree(folder, ignore_errors=True)
    run([sys.executable, "-m", "venv", "--without-pip", str(folder)])
    python = folder / "bin" / "python"
    wheels = HERE / "wheels"
    pip = next(wheels.glob("pip-*.whl")) / "pip"
    wence = next(wheels.glob("wence-*.whl"))
    # Settings of the machine (indexes, proxies) must not matter here.
    alone = [
        "--isolated",
        "--no-index",
        "--find-links",
        str(wheels),
        "--disable-pip-version-check",
        "--quiet",
    ]
    run([str(python), str(pip), "install", *alone, f"{wence}[offline]"])


def try_out(start: Path) -> None:
    """Search for the words of the first measure of the corpus: it must be the first hit."""
    say("试运行 / trying it out")
    first = json.loads(run([str(start), "measures", "--json"]))[0]
    words = f"{first['title']} {first['text']}"[:200]
    found = json.loads(run([str(start), "search", words, "--json", "-k", "1"]))
    if [hit["id"] for hit in found["hits"]] != [first["id"]]:
        stop(f"试运行结果不对 / the trial found {found}")


def run(command: list[str]) -> str:
    """The standard output of a command; exits if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    if done.returncode:
        stop(f"失败 / failed ({done.returncode}): {' '.join(command)}")
    return done.stdout


def say(text: str) -> None:
    """One line of progress."""
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> None:
    """End with a message."""
    sys.exit(f"错误 / error: {text}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="离线安装问策 / install Wence without a network")
    parser.add_argument("--to", type=Path, default=Path("wence"), help="安装到 / install into (./wence)")
    parser.add_argument("--force", action="store_true", help="更新已有安装 / renew what is there")
    chosen = parser.parse_args()
    install(chosen.to.resolve(), chosen.force)
