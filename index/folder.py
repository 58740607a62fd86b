"""The index folder: a set of files that is either wholly the old one or wholly the new one.

    <folder>/current              name of the version in use and sha256 of its manifest; only this is switched
    <folder>/versions/<name>/     manifest.json and the files it lists with size and sha256

A build writes a new version beside the old one, flushes it to disk and only then
replaces `current` by a rename, which is atomic; old versions are removed last.
Killed between any two steps, `current` still names a complete version; left-overs
go with the next build. One lock is held for a whole build (`building`), so that a second
one waits; another keeps two writers from switching at once. Both are the kernel's: they
end with the process that holds them, however it ends.

Reading follows the chain of hashes (current → manifest → files) and hands out bytes
that were checked. That guards against damage and mix-ups, not against somebody who
may write to the folder: they can rewrite the whole chain.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from corpus.errors import IndexFolderError
from index.place import OWN, other_place

FORMAT: Final = 2
MAX_FILE_BYTES: Final = 4 << 30
_MAX_MANIFEST_BYTES: Final = 1 << 20
_READS: Final = 10
"""How often a reader starts again when builds end faster than it reads."""
_LOCK_SECONDS: Final = 60
_SPARE_BYTES: Final = 1 << 20
"""Room that must be left beside the files themselves."""
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

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


@contextmanager
def building(folder: Path, waiting: Callable[[], None]) -> Iterator[bool]:
    """Hold the lock for a whole build; yields whether another build had to be waited for.

    `waiting` is called before that. What killed builds left is removed. Raises IndexFolderError if
    the folder belongs to something else or cannot be written: better told now than after an hour.
    """
    try:
        _claim(folder)
        lock = FileLock(folder / ".build")
        waited = False
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waited = True
            waiting()
            lock.acquire()
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        with suppress(OSError):
            _remove_left_overs(folder)
        yield waited
    finally:
        lock.release()


def write_folder(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Make `files` the content of the index folder, all or nothing.

    Raises IndexFolderError if the folder belongs to something else, cannot be written, has no
    room, or another process keeps it locked for a minute. Nothing is left of what was begun.
    """
    try:
        _claim(folder)
        with FileLock(folder / ".lock", timeout=_LOCK_SECONDS):
            _remove_left_overs(folder)
            _check_room(folder, sum(map(len, files.values())))
            _write_and_switch(folder, _MANIFEST.dump_json(manifest, indent=1), files)
    except Timeout as error:
        raise _elsewhere(folder, "另一个进程正在写入", "another process is writing to it") from error
    except OSError as error:
        raise _unwritable(folder, error) from error


def read_folder(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and every file it lists, each checked against its sha256.

    Raises IndexFolderError if there is no index, or it is damaged, unreadable or of another format.
    """
    pointer = _pointer(folder)
    for _ in range(_READS):
        try:
            return _read_version(folder, pointer)
        except IndexFolderError:
            # A build that finished just now has removed the version under our eyes: read the new one.
            latest = _pointer(folder)
            if latest == pointer:
                raise
            pointer = latest
    return _read_version(folder, pointer)


def refuse(folder: Path, zh: str, en: str) -> IndexFolderError:
    """The error for an index folder that cannot be used, with a command that makes a new one."""
    if other := other_place(folder):
        return _elsewhere(folder, zh, en, other)
    return IndexFolderError(
        f"索引目录 {folder} 不可用：{zh}。请运行 wence index --out {folder} 重新构建，或换一个目录。",
        f"The index folder {folder} cannot be used: {en}. "
        f"Run wence index --out {folder} to build it anew, or choose another folder.",
    )


def _elsewhere(folder: Path, zh: str, en: str, other: Path | None = None) -> IndexFolderError:
    """The error for a folder in which no index can be built now; it names one in which it can."""
    other = other or other_place(folder, even_if_usable=True)
    return IndexFolderError(
        f"索引目录 {folder} 不可用：{zh}。请换一个目录，例如 wence index --out {other}，"
        f"之后用 --index {other} 提问。",
        f"The index folder {folder} cannot be used: {en}. Choose another folder, such as "
        f"wence index --out {other}, and ask with --index {other}.",
    )


def _unwritable(folder: Path, error: OSError) -> IndexFolderError:
    if error.errno in _FULL:
        return _no_room(folder, "", "")
    return _elsewhere(folder, f"无法写入（{error}）", f"it cannot be written ({error})")


def _no_room(folder: Path, zh: str, en: str) -> IndexFolderError:
    return IndexFolderError(
        f"索引目录 {folder} 所在的磁盘空间不足{zh}。原有索引没有改动。"
        "请清理磁盘后重试，或用 --out 换一个磁盘。",
        f"There is not enough disk space for the index folder {folder}{en}. The index that was there is "
        "unchanged. Free some space and try again, or choose another disk with --out.",
    )


def _check_room(folder: Path, size: int) -> None:
    """Better refused before than after writing half of it: others may need the disk as well."""
    needed, free = size + _SPARE_BYTES, shutil.disk_usage(folder).free
    if free < needed:
        mib = f"{needed / (1 << 20):.0f} MiB", f"{free / (1 << 20):.0f} MiB"
        raise _no_room(
            folder, f"（需要 {mib[0]}，剩余 {mib[1]}）", f" ({mib[0]} are needed, {mib[1]} are free)"
        )


def _claim(folder: Path) -> None:
    """Make the folder, and refuse one that is in use for something else: old versions get deleted here."""
    folder.mkdir(parents=True, exist_ok=True)
    strangers = {path.name for path in folder.iterdir()} - OWN
    if strangers:
        name = min(strangers)
        raise _elsewhere(
            folder, f"其中有不属于索引的文件 {name}", f"it holds {name}, which is no part of an index"
        )
    (folder / "versions").mkdir(exist_ok=True)


def _write_and_switch(folder: Path, manifest: bytes, files: Mapping[str, bytes]) -> None:
    name = secrets.token_hex(8)
    fresh = folder / "versions" / name
    try:
        _write_version(fresh, {**files, "manifest.json": manifest})
        _write(folder / "current.new", f"{name} {_sha256(manifest)}".encode())
        os.replace(folder / "current.new", folder / "current")
    except (OSError, KeyboardInterrupt):
        (folder / "current.new").unlink(missing_ok=True)
        _remove_left_overs(folder)
        raise
    _flush_folder(folder)
    _remove_left_overs(folder)


def _write_version(fresh: Path, files: Mapping[str, bytes]) -> None:
    fresh.mkdir()
    for file_name, data in files.items():
        _write(fresh / file_name, data)
    _flush_folder(fresh)
    _flush_folder(fresh.parent)


def _remove_left_overs(folder: Path) -> None:
    """Remove every version that is not in use: superseded, or begun by a build that was killed."""
    try:
        used = _pointer(folder)[0] if has_index(folder) else ""
    except IndexFolderError:
        return  # the pointer is damaged: what it named may be what somebody wants to save
    for version in (folder / "versions").iterdir():
        if version.name != used:
            shutil.rmtree(version, ignore_errors=True)


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
    manifest = _read_manifest(folder, version, digest)
    files = {name: _read_checked(folder, version / name, entry) for name, entry in manifest.files.items()}
    return manifest, files


def _read_manifest(folder: Path, version: Path, digest: str) -> Manifest:
    data = _read_bounded(folder, version / "manifest.json", _MAX_MANIFEST_BYTES)
    if _sha256(data) != digest:
        raise _damaged(folder, "manifest.json")
    return _parse_manifest(folder, data)


def _parse_manifest(folder: Path, data: bytes) -> Manifest:
    try:
        manifest = manifest_from_json(data, partial(refuse, folder))
    except ValidationError as error:
        raise _damaged(folder, "manifest.json") from error
    if not all(_FILE_NAME.fullmatch(name) for name in manifest.files):
        raise _damaged(folder, "manifest.json")
    return manifest


def manifest_from_json(data: bytes | str, refused: Callable[[str, str], Exception]) -> Manifest:
    """A manifest, wherever it was kept.

    Raises what `refused` makes of the reason (zh, en) if it is of another format, and pydantic's
    ValidationError if it is none.
    """
    found = _FORMAT_ONLY.validate_json(data).get("format")
    if found != FORMAT:
        raise refused(f"格式为 {found}，本版本需要 {FORMAT}", f"its format is {found}, not {FORMAT}")
    return _MANIFEST.validate_json(data)


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
