"""The folder of an exported graph: beside the offline model in the cache, made once, checked when read.

It is made by a process of its own (`index.onnx_export`), whose torch and memory end with it, beside its
place, and put there by rename, under a lock: a kill leaves the old folder or none, and the next process
clears what was left over. A manifest names the model it was made of and the sha256 of each file. A model
that cannot be a graph leaves a manifest that says why, so that not every start tries again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

FORMAT: Final = 1
"""Raise it whenever the export writes something else: a new folder is then made."""
GRAPH, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"
_MAX_MANIFEST_BYTES: Final = 1 << 16
_SMALL: Final = 1 << 20
_SAMPLE, _SAMPLES = 1 << 16, 16


@dataclass(frozen=True, slots=True)
class GraphManifest:
    """What a graph was made of. `source` identifies the model's files, `fingerprint` its weights.

    `refused` says why the model cannot be a graph; the other fields then mean nothing.
    """

    source: str
    fingerprint: str = ""
    dimension: int = 0
    max_tokens: int = 0
    pad: int = 0
    query_prompt: str = ""
    passage_prompt: str = ""
    refused: str = ""
    files: dict[str, str] | None = None
    format: int = FORMAT


_MANIFEST: Final = TypeAdapter(GraphManifest)


def read_graph(folder: Path, source: str) -> GraphManifest | None:
    """The manifest of a folder whose files are whole and made of `source`; None if it is to be made anew."""
    manifest = _manifest(folder)
    if manifest is None or (manifest.format, manifest.source) != (FORMAT, source):
        return None
    if manifest.refused:
        return manifest
    try:
        whole = all(sha256(folder / name) == (manifest.files or {})[name] for name in (GRAPH, TOKENIZER))
    except (OSError, KeyError):
        return None
    return manifest if whole else None


def ensure_graph(folder: Path, source: str, model: str) -> GraphManifest:
    """The graph of `model` (a folder or a name) in `folder`; made if need be, while other processes wait.

    Raises OSError if the cache cannot be written, RuntimeError if the export broke off.
    """
    if found := read_graph(folder, source):
        return found
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        return read_graph(folder, source) or _make_and_swap(folder, source, model)


def write_manifest(folder: Path, manifest: GraphManifest) -> None:
    """The last file to be written. Raises OSError if it cannot be."""
    (folder / MANIFEST).write_bytes(_MANIFEST.dump_json(manifest, indent=1))


def source_of(folder: Path) -> str:
    """16 hex digits that tell a model folder from others: small files whole, samples of large ones.

    Not their times, which copying changes. Raises OSError for a file that cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()} {size} ".encode())
        with path.open("rb") as file:
            for start in range(0, size, 1 if size == 0 else max(_SAMPLE, size // _SAMPLES)):
                file.seek(start)
                digest.update(file.read(_SAMPLE if size > _SMALL else size))
                if size <= _SMALL:
                    break
    return digest.hexdigest()[:16]


def sha256(path: Path) -> str:
    """Of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_and_swap(folder: Path, source: str, model: str) -> GraphManifest:
    _clear(folder)
    # A name of its own: an export whose parent was killed may still be writing to the last one.
    scratch = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    fresh = scratch / "fresh"
    try:
        fresh.mkdir(parents=True)
        _export(model, source, fresh)
        if folder.exists():
            os.replace(folder, scratch / "old")
        os.replace(fresh, folder)
    finally:
        _clear(folder)
    if manifest := read_graph(folder, source):
        return manifest
    raise RuntimeError("the exported graph is damaged")


def _clear(folder: Path) -> None:
    """Remove what exports have left over; only for who holds the lock."""
    for left in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(left, ignore_errors=True)


def _export(model: str, source: str, fresh: Path) -> None:
    done = subprocess.run(
        # The same modules as here: -P keeps a folder named index in the working directory out.
        [sys.executable, "-P", "-m", "index.onnx_export", model, source, str(fresh)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
    )
    if done.returncode:
        last = done.stderr.decode("utf-8", errors="replace").strip().rsplit("\n", 1)[-1]
        raise RuntimeError(f"the export broke off (exit code {done.returncode}): {last[:300]}")


def _manifest(folder: Path) -> GraphManifest | None:
    try:
        with (folder / MANIFEST).open("rb") as file:
            return _MANIFEST.validate_json(file.read(_MAX_MANIFEST_BYTES))
    except (OSError, ValidationError):
        return None
