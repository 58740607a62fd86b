"""The index folder: a set of files that is either wholly the old one or wholly the new one.

    <folder>/current              name of the version in use and sha256 of its manifest; only this is switched
    <folder>/versions/<name>/     manifest.json and the files it lists with size and sha256

A build writes a new version beside the old one, flushes it to disk and only then
replaces `current` by a rename, which is atomic; old versions are removed last.
Killed between any two steps, `current` still names a complete version; left-overs
go with the next build. A lock keeps two builders from switching at once.

Reading follows the chain of hashes (current → manifest → files) and hands out bytes
that were checked. That guards against damage and mix-ups, not against somebody who
may write to the folder: they can rewrite the whole chain.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from corpus.errors import IndexFolderError

FORMAT: Final = 1
MAX_FILE_BYTES: Final = 4 << 30
_MAX_MANIFEST_BYTES: Final = 1 << 20
_LOCK_SECONDS: Final = 60

_POINTER = re.compile(r"([0-9a-f]{16}) ([0-9a-f]{64})")
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9-]*\.(?:json|npy|faiss)")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Size and sha256 of one file."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index holds and what made it. `sentences` counts those that have a vector."""

    built_at: str
    model: str | None
    fingerprint: str | None
    dimension: int
    dense: bool
    guidelines: int
    measures: int
    sentences: int
    corpus: str
    versions: Mapping[str, str]
    files: Mapping[str, FileEntry]
    format: int = FORMAT


_MANIFEST = TypeAdapter(Manifest)
_FORMAT_ONLY = TypeAdapter(dict[str, object])


def has_index(folder: Path) -> bool:
    """Whether a build was ever finished in `folder` (not whether it is sound)."""
    return (folder / "current").is_file()


def describe(files: Mapping[str, bytes]) -> dict[str, FileEntry]:
    """The manifest's entry for each file."""
    return {name: FileEntry(len(data), _sha256(data)) for name, data in files.items()}


def write_folder(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Make `files` the content of the index folder, all or nothing.

    Raises IndexFolderError if the folder belongs to something else, cannot be written,
    or another build keeps it locked for a minute.
    """
    try:
        _claim(folder)
        with FileLock(folder / ".lock", timeout=_LOCK_SECONDS):
            _write_and_switch(folder, _MANIFEST.dump_json(manifest, indent=1), files)
    except Timeout as error:
        raise refuse(folder, "另一个进程正在写入", "another process is writing to it") from error
    except OSError as error:
        raise refuse(folder, f"无法写入（{error}）", f"it cannot be written ({error})") from error


def read_folder(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and every file it lists, each checked against its sha256.

    Raises IndexFolderError if there is no index, or it is damaged, unreadable or of another format.
    """
    pointer = _pointer(folder)
    try:
        return _read_version(folder, pointer)
    except IndexFolderError:
        # A build that finished just now has removed the version under our eyes: read the new one.
        latest = _pointer(folder)
        if latest == pointer:
            raise
        return _read_version(folder, latest)


def refuse(folder: Path, zh: str, en: str) -> IndexFolderError:
    """The error for an index folder that cannot be used, with the command that makes a new one."""
    return IndexFolderError(
        f"索引目录 {folder} 不可用：{zh}。请运行 wence index --out {folder} 重新构建，或换一个目录。",
        f"The index folder {folder} cannot be used: {en}. "
        f"Run wence index --out {folder} to build it anew, or choose another folder.",
    )


def _claim(folder: Path) -> None:
    """Make the folder, and refuse one that is in use for something else: old versions get deleted here."""
    folder.mkdir(parents=True, exist_ok=True)
    strangers = {path.name for path in folder.iterdir()} - {"current", "current.new", "versions", ".lock"}
    if strangers:
        name = min(strangers)
        raise refuse(
            folder, f"其中有不属于索引的文件 {name}", f"it holds {name}, which is no part of an index"
        )
    (folder / "versions").mkdir(exist_ok=True)


def _write_and_switch(folder: Path, manifest: bytes, files: Mapping[str, bytes]) -> None:
    name = secrets.token_hex(8)
    versions = folder / "versions"
    fresh = versions / name
    fresh.mkdir()
    for file_name, data in {**files, "manifest.json": manifest}.items():
        _write(fresh / file_name, data)
    _flush_folder(fresh)
    _flush_folder(versions)
    _write(folder / "current.new", f"{name} {_sha256(manifest)}".encode())
    os.replace(folder / "current.new", folder / "current")
    _flush_folder(folder)
    for old in versions.iterdir():
        if old.name != name:
            shutil.rmtree(old, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the names in a folder as durable as the files (POSIX; elsewhere folders cannot be opened)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _pointer(folder: Path) -> tuple[str, str]:
    """Name of the version in use and the sha256 of its manifest."""
    if not has_index(folder):
        raise refuse(folder, "其中没有索引", "there is no index in it")
    text = _read_bounded(folder, folder / "current", 128).decode("ascii", errors="replace")
    if not (found := _POINTER.fullmatch(text)):
        raise _damaged(folder, "current")
    return found[1], found[2]


def _read_version(folder: Path, pointer: tuple[str, str]) -> tuple[Manifest, dict[str, bytes]]:
    name, digest = pointer
    version = folder / "versions" / name
    data = _read_bounded(folder, version / "manifest.json", _MAX_MANIFEST_BYTES)
    if _sha256(data) != digest:
        raise _damaged(folder, "manifest.json")
    manifest = _parse_manifest(folder, data)
    files = {name: _read_checked(folder, version / name, entry) for name, entry in manifest.files.items()}
    return manifest, files


def _parse_manifest(folder: Path, data: bytes) -> Manifest:
    try:
        found = _FORMAT_ONLY.validate_json(data).get("format")
        if found != FORMAT:
            raise refuse(
                folder, f"格式为 {found}，本版本需要 {FORMAT}", f"its format is {found}, not {FORMAT}"
            )
        manifest = _MANIFEST.validate_json(data)
    except ValidationError as error:
        raise _damaged(folder, "manifest.json") from error
    if not all(_FILE_NAME.fullmatch(name) for name in manifest.files):
        raise _damaged(folder, "manifest.json")
    return manifest


def _read_checked(folder: Path, path: Path, entry: FileEntry) -> bytes:
    if not 0 <= entry.size <= MAX_FILE_BYTES:
        raise _damaged(folder, path.name)
    data = _read_bounded(folder, path, entry.size)
    if len(data) != entry.size or _sha256(data) != entry.sha256:
        raise _damaged(folder, path.name)
    return data


def _read_bounded(folder: Path, path: Path, limit: int) -> bytes:
    """At most `limit` bytes; a longer file is damaged."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise refuse(
            folder, f"文件 {path.name} 无法读取（{reason}）", f"{path.name} cannot be read ({reason})"
        ) from error
    if len(data) > limit:
        raise _damaged(folder, path.name)
    return data


def _damaged(folder: Path, name: str) -> IndexFolderError:
    return refuse(folder, f"文件 {name} 已损坏", f"{name} is damaged")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
