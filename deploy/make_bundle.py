"""Collect all that an installation without a network needs into one folder.

    python deploy/make_bundle.py [FOLDER] [--corpus DIR]

The folder (default dist/wence-bundle) then holds every wheel, the model made ready, the corpus, its
index, `install.py` and SHA256SUMS. It fits machines with the same system, processor and Python minor
version as the one that made it. Run it with the Python of an installed checkout (`make bundle` does).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = ROOT / "dist" / "wence-bundle"


def make_bundle(folder: Path, corpus: Path) -> None:
    """Make the bundle beside `folder`, and put it in its place when it is complete."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    say("收集安装包 / collecting the wheels")
    wheels = fresh / "wheels"
    pip("wheel", "--wheel-dir", wheels, "--constraint", ROOT / "constraints.txt", f"{ROOT}[offline]", "pip")
    say("建立索引 / building the index")
    shutil.copytree(corpus, fresh / "corpus", ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "WENCE_CACHE_DIR": str(fresh / "model")}
    index = ["-m", "bot.cli", "index", "--corpus", fresh / "corpus", "--out", fresh / "index"]
    run(index, environment)
    shutil.copy(ROOT / "deploy" / "install.py", fresh / "install.py")
    (fresh / "bundle.json").write_text(json.dumps(fits(), indent=1) + "\n", encoding="utf-8")
    write_sums(fresh)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) >> 20
    say(f"完成 / done: {folder} ({size} MiB)")
    say("在目标机器上运行 / run on the other machine: python3 install.py --to DIR")


def fits() -> dict[str, str]:
    """What a machine must have for the wheels to fit it."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "python": ".".join(platform.python_version_tuple()[:2]),
    }


def write_sums(folder: Path) -> None:
    """SHA256SUMS over every file, in the form of sha256sum."""
    lines = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def pip(*arguments: str | Path) -> None:
    """pip of this Python; its own settings (indexes, proxies) apply."""
    run(["-m", "pip", "--quiet", *arguments], dict(os.environ))


def run(arguments: list[str | Path], environment: dict[str, str]) -> None:
    """This Python with some arguments, its output on standard error; exits if it fails."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], env=environment, stdout=sys.stderr, cwd=ROOT
    )
    if done.returncode:
        sys.exit(f"失败 / failed: {' '.join(map(str, arguments))}")


def say(text: str) -> None:
    """One line of progress."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="离线安装包 / a bundle for machines without a network")
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus" / "guidelines")
    chosen = parser.parse_args()
    make_bundle(chosen.folder.resolve(), chosen.corpus.resolve())
