"""A corpus folder as a whole: the documents that can be used, and those that cannot with the reason.

One bad document does not stop the others. Every document is known by the sha256 of its bytes, so that
what was parsed before need not be parsed again, and what did not change need not be looked into.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.errors import CorpusError
from corpus.gazetteer import FILE_NAME as GAZETTEER
from corpus.gazetteer import load_gazetteer
from corpus.load import Taken, claim_ids, corpus_entries, document_in, load_any, no_documents
from corpus.measure import Guideline

_LOG = logging.getLogger(__name__)
_META = "meta.toml"
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a document cannot be used, in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was found. `name` is its path in the corpus folder, with slashes.

    `sha256` is that of its bytes and of the meta.toml beside it; empty where they cannot be read.
    `kept` says that it failed and an earlier version of it stands in its place.
    """

    name: str
    slug: str
    sha256: str
    failure: Failure | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a corpus folder gave: the good guidelines, and every document, in order of name."""

    guidelines: tuple[Guideline, ...]
    documents: tuple[Document, ...]

    @property
    def failures(self) -> tuple[Document, ...]:
        """The documents that cannot be used."""
        return tuple(document for document in self.documents if document.failure)


Known = Mapping[tuple[str, str], Guideline]
"""Parsed documents by name and sha256."""


def survey(folder: Path) -> tuple[Document, ...]:
    """Every document by name and sha256; none is parsed. CorpusError if the folder cannot be opened."""
    return tuple(document for document, _ in _found(folder))


def read_corpus(
    folder: Path, known: Known | None = None, progress: Callable[[int, int], None] | None = None
) -> Corpus:
    """Read and parse what is not `known`; `progress` gets the number of documents done and of all.

    Of two documents with the same name or id the later one fails. CorpusError if the folder cannot
    be opened or holds no document at all.
    """
    found = list(_found(folder))
    if not found:
        raise no_documents(folder)
    guidelines: list[Guideline] = []
    documents: list[Document] = []
    taken: Taken = {}
    for number, (document, path) in enumerate(found, start=1):
        document, guideline = _read(folder, document, path, known or {}, taken)
        documents.append(document)
        guidelines += [guideline] if guideline else []
        if progress:
            progress(number, len(found))
    return Corpus(tuple(guidelines), tuple(documents))


def keep_earlier(corpus: Corpus, earlier: Iterable[Guideline], folder: Path) -> Corpus:
    """The corpus with the `earlier` version of each document that has failed now, where there is one."""
    good = {guideline.slug: guideline for guideline in corpus.guidelines}
    former = {guideline.slug: guideline for guideline in earlier}
    taken: Taken = {}
    for guideline in corpus.guidelines:
        claim_ids(taken, guideline, folder)
    guidelines: list[Guideline] = []
    documents: list[Document] = []
    for document in corpus.documents:
        found = former.get(document.slug) if document.failure else good[document.slug]
        if document.failure and found and not _claimed(taken, found, folder):
            found = None
        guidelines += [found] if found else []
        documents.append(replace(document, kept=bool(document.failure and found)))
    return Corpus(tuple(guidelines), tuple(documents))


def _claimed(taken: Taken, guideline: Guideline, folder: Path) -> bool:
    """Whether a guideline's ids were free; then they are taken now."""
    try:
        claim_ids(taken, guideline, folder)
    except CorpusError:
        return False
    return True


def gazetteer_hash(folder: Path) -> str:
    """sha256 of the corpus folder's own gazetteers, together."""
    paths = sorted([folder / GAZETTEER, *folder.glob(f"*/{GAZETTEER}")])
    digest = hashlib.sha256()
    for path in paths:
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()} {_sha256(path)} ".encode())
    return digest.hexdigest()


def all_failed(failures: tuple[Document, ...]) -> CorpusError:
    """The error for a corpus of which no document can be used."""
    reasons = [document.failure for document in failures if document.failure]
    if len(reasons) == 1:
        return CorpusError(reasons[0].zh, reasons[0].en)
    zh, en = "\n".join(r.zh for r in reasons[:20]), "\n".join(r.en for r in reasons[:20])
    return CorpusError(
        f"{len(reasons)} 份文件都无法使用，请逐一改正：\n{zh}",
        f"None of the {len(reasons)} documents can be used, correct them one by one:\n{en}",
    )


def _found(folder: Path) -> Iterator[tuple[Document, Path | None]]:
    """Each document with its path, or with None if its folder has failed."""
    for entry in corpus_entries(folder):
        try:
            path = document_in(entry)
        except (CorpusError, OSError) as error:
            yield Document(entry.name, entry.name, "", _failure(entry, error)), None
            continue
        if path is not None:
            name = path.relative_to(folder).as_posix()
            slug = path.parent.name if path.stem == "source" else path.stem
            yield Document(name, slug, _hash(path)), path


def _read(
    folder: Path, document: Document, path: Path | None, known: Known, taken: Taken
) -> tuple[Document, Guideline | None]:
    if path is None:
        return document, None
    guideline = known.get((document.name, document.sha256)) if document.sha256 else None
    try:
        if guideline is None:
            document, guideline = _parsed(document, path)
        if path.parent != folder and (own := path.parent / GAZETTEER).is_file():
            load_gazetteer(own)
        claim_ids(taken, guideline, folder)
    except Exception as error:  # a fault of ours in one document must not stop the others
        return replace(document, failure=_failure(path, error)), None
    return replace(document, slug=guideline.slug), guideline


def _parsed(document: Document, path: Path) -> tuple[Document, Guideline]:
    """The guideline and the hash of the very bytes it was parsed from, although others may be writing."""
    for _ in range(_ATTEMPTS):
        guideline = load_any(path)
        after = _hash(path)
        if after == document.sha256:
            return document, guideline
        document = replace(document, sha256=after)
    raise CorpusError(
        f"{path} 在读取时一直被改写。请等写入完成后再运行 wence index。",
        f"{path} keeps changing while it is read. Run wence index again once it is written.",
    )


def _failure(path: Path, error: Exception) -> Failure:
    if isinstance(error, CorpusError):
        return Failure(error.zh, error.en)
    _LOG.error("fault while reading %s", path, exc_info=error)
    reason = f"{type(error).__name__}: {error}"[:300]
    return Failure(
        f"{path} 无法读取（{reason}）。请检查文件，或另存为 .txt 后重试。",
        f"{path} cannot be read ({reason}). Check the file, or save it as .txt and try again.",
    )


def _hash(path: Path) -> str:
    """sha256 of a document's files; empty where one cannot be read."""
    meta = path.parent / _META
    files = [path, meta] if path.stem == "source" and meta.is_file() else [path]
    try:
        return hashlib.sha256(" ".join(map(_sha256, files)).encode()).hexdigest()
    except OSError:
        return ""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
