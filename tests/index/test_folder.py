"""The index folder: crashes at every step, SIGKILL at random, damage of every file."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from corpus.errors import IndexFolderError
from index import folder as module
from index.folder import FORMAT, Manifest, describe, has_index, read_folder, write_folder

ROOT = Path(__file__).parent.parent.parent


class Crash(BaseException):
    """Stands for the process ending here: nothing catches it."""


def content(word: str) -> dict[str, bytes]:
    return {"a.json": word.encode() * 1000, "b.npy": word.encode() * 2000}


def save(folder: Path, word: str) -> None:
    files = content(word)
    manifest = Manifest(
        built_at="2026-01-01", model=None, fingerprint=None, dimension=0, dense=False, guidelines=1,
        measures=1, sentences=0, corpus=word, versions={}, files=describe(files),
    )  # fmt: skip
    write_folder(folder, manifest, files)


def loaded(folder: Path) -> str:
    manifest, files = read_folder(folder)
    assert files == content(manifest.corpus)
    return manifest.corpus


def test_round_trip_and_replacement(tmp_path: Path) -> None:
    assert not has_index(tmp_path)
    for word in ("old", "new", "new"):
        save(tmp_path, word)
        assert has_index(tmp_path)
        assert loaded(tmp_path) == word
    assert len(list((tmp_path / "versions").iterdir())) == 1


def crash_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Make the step-th call that touches the disk crash; tells afterwards whether it came to that."""
    seen = 0

    def guard(real: Callable[..., object]) -> Callable[..., object]:
        def guarded(*args: object, **options: object) -> object:
            nonlocal seen
            seen += 1
            if seen == step:
                raise Crash
            return real(*args, **options)

        return guarded

    for name in ("replace", "fsync"):
        monkeypatch.setattr(os, name, guard(getattr(os, name)))
    monkeypatch.setattr(shutil, "rmtree", guard(shutil.rmtree))
    monkeypatch.setattr(module, "_write", guard(module._write))
    return lambda: seen >= step


@pytest.mark.parametrize("step", range(1, 18))
def test_crash_between_any_two_steps_leaves_a_whole_index(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path, "old")
    with monkeypatch.context() as patched:
        crashed = crash_at(step, patched)
        try:
            save(tmp_path, "new")
        except Crash:
            assert loaded(tmp_path) in ("old", "new")
        else:
            assert not crashed()
            assert loaded(tmp_path) == "new"
    save(tmp_path, "newest")
    assert loaded(tmp_path) == "newest"
    assert len(list((tmp_path / "versions").iterdir())) == 1


BUILDER = """
import sys, itertools
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_folder import save
print("ready", flush=True)
for word in itertools.cycle(["one", "two"]):
    save(Path({folder!r}), word)
"""


def test_builders_killed_at_random_moments(tmp_path: Path) -> None:
    target = tmp_path / "index"
    save(target, "old")
    moment = random.Random(20)
    code = BUILDER.format(tests=str(Path(__file__).parent), folder=str(target))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment
        ) as builder:
            assert builder.stdout is not None
            assert builder.stdout.readline() == b"ready\n"
            time.sleep(moment.uniform(0.0, 0.1))
            os.kill(builder.pid, signal.SIGKILL)
        assert loaded(target) in ("old", "one", "two")
    save(target, "after")
    assert loaded(target) == "after"


def test_reader_beside_builder(tmp_path: Path) -> None:
    target = tmp_path / "index"
    save(target, "old")
    code = BUILDER.format(tests=str(Path(__file__).parent), folder=str(target))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment) as builder:
        assert builder.stdout is not None
        builder.stdout.readline()
        try:
            words = {loaded(target) for _ in range(200)}
        finally:
            builder.kill()
    assert words <= {"old", "one", "two"}


def version(folder: Path) -> Path:
    return next((folder / "versions").iterdir())


def damage_file(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda folder: (version(folder) / name).write_bytes(data)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (damage_file("a.json", b"x" * 3000), "a.json is damaged"),
    "longer": (damage_file("a.json", b"old" * 1000 + b"!"), "a.json is damaged"),
    "empty": (damage_file("b.npy", b""), "b.npy is damaged"),
    "missing": (lambda f: (version(f) / "b.npy").unlink(), "b.npy cannot be read"),
    "manifest changed": (damage_file("manifest.json", b"{}"), "manifest.json is damaged"),
    "manifest missing": (lambda f: (version(f) / "manifest.json").unlink(), "manifest.json cannot be read"),
    "manifest huge": (damage_file("manifest.json", b" " * (2 << 20)), "manifest.json is damaged"),
    "pointer changed": (lambda f: (f / "current").write_text("../../etc/passwd"), "current is damaged"),
    "pointer binary": (lambda f: (f / "current").write_bytes(bytes(range(256))), "current is damaged"),
    "pointer elsewhere": (lambda f: (f / "current").write_text("0" * 16 + " " + "0" * 64), "cannot be read"),
    "pointer missing": (lambda f: (f / "current").unlink(), "there is no index in it"),
    "versions missing": (lambda f: shutil.rmtree(f / "versions"), "cannot be read"),
    "all missing": (lambda f: shutil.rmtree(f), "there is no index in it"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_refused_with_the_way_out(case: str, tmp_path: Path) -> None:
    target = tmp_path / "index"
    save(target, "old")
    damage, expected = DAMAGE[case]
    damage(target)
    with pytest.raises(IndexFolderError) as raised:
        read_folder(target)
    assert expected in raised.value.en
    assert f"wence index --out {target}" in raised.value.en
    assert f"wence index --out {target}" in raised.value.zh


def with_manifest(folder: Path, old: bytes, new: bytes) -> None:
    """Rewrite the manifest so that the pointer agrees with it."""
    path = version(folder) / "manifest.json"
    data = path.read_bytes().replace(old, new)
    path.write_bytes(data)
    digest = describe({"manifest.json": data})["manifest.json"].sha256
    (folder / "current").write_text(f"{path.parent.name} {digest}")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (f'"format": {FORMAT}'.encode(), b'"format": 99', "its format is 99"),
        (f'"format": {FORMAT}'.encode(), b'"other": 1', "its format is None"),
        (b'"a.json"', b'"../../a.json"', "manifest.json is damaged"),
        (b'"dimension": 0', b'"dimension": "x"', "manifest.json is damaged"),
        (b'"size": 3000', b'"size": -1', "a.json is damaged"),
        (b'"size": 3000', b'"size": 99999999999999', "a.json is damaged"),
        (b"{", b"", "manifest.json is damaged"),
    ],
)
def test_manifest_of_another_make(old: bytes, new: bytes, expected: str, tmp_path: Path) -> None:
    save(tmp_path, "old")
    with_manifest(tmp_path, old, new)
    with pytest.raises(IndexFolderError, match=expected):
        read_folder(tmp_path)


def test_unreadable_and_unwritable(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(IndexFolderError, match="there is no index in it"):
        read_folder(file)
    with pytest.raises(IndexFolderError, match="cannot be written"):
        save(file, "old")
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "current").mkdir()
    with pytest.raises(IndexFolderError, match="there is no index in it"):
        read_folder(tmp_path / "index")


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(IndexFolderError, match=r"it holds thesis\.docx"):
        save(tmp_path, "old")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_locked_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, "old")
    monkeypatch.setattr(module, "_LOCK_SECONDS", 0.1)
    with FileLock(tmp_path / ".lock"), pytest.raises(IndexFolderError, match="another process"):
        save(tmp_path, "new")
    assert loaded(tmp_path) == "old"
