"""A corpus folder → its guidelines.

    DIR/<slug>/source.*        txt, md, html, docx or pdf, with an optional meta.toml beside it
    DIR/<slug>.*               a document by itself (files named README are passed over)
    DIR/*.jsonl                records that are already split

Hidden files and files of other kinds are no documents and are passed over.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from corpus.errors import CorpusError
from corpus.formats.parsing import load_file
from corpus.formats.reading import LEGACY, SUFFIXES
from corpus.measure import Guideline
from corpus.meta import read_meta
from corpus.records import read_records

Taken = dict[tuple[str, str], str]
"""Slugs and ids in use, as ("slug", …) and ("id", …), each with the slug it belongs to."""


def packaged_corpus() -> Path:
    """The folder with the guidelines that come with Wence."""
    return Path(str(files("corpus") / "guidelines"))


def load_corpus(folder: Path) -> list[Guideline]:
    """Every guideline of a corpus folder, in order of name.

    CorpusError if the folder is missing, not a folder or without documents, if a file cannot be
    read or parsed, or if a name or an id is used twice.
    """
    paths = [path for entry in corpus_entries(folder) if (path := document_in(entry)) is not None]
    guidelines = [load_any(path) for path in paths]
    if not guidelines:
        raise no_documents(folder)
    taken: Taken = {}
    for guideline in guidelines:
        claim_ids(taken, guideline, folder)
    return guidelines


def load_document(path: Path, slug: str = "") -> Guideline:
    """One document, parsed. `slug` defaults to the folder's name for a source.txt, else to the file's.

    A `meta.toml` beside a source.* is used. CorpusError as for `load_corpus`.
    """
    own_folder = path.stem == "source"
    slug = slug or (path.resolve().parent.name if own_folder else path.stem)
    meta_path = path.parent / "meta.toml"
    meta = read_meta(meta_path) if own_folder and meta_path.exists() else None
    return load_file(path, slug, meta)


def corpus_entries(folder: Path) -> list[Path]:
    """What a corpus folder holds, by name; CorpusError if it is missing, no folder, or cannot be opened."""
    if not folder.is_dir():
        raise CorpusError(
            f"语料文件夹 {folder} 不存在或不是文件夹。请检查路径。",
            f"The corpus folder {folder} does not exist or is not a folder. Check the path.",
        )
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise CorpusError(
            f"无法打开语料文件夹 {folder}：{error.strerror}。请检查权限。",
            f"Cannot open the corpus folder {folder}: {error.strerror}. Check its permissions.",
        ) from error


def document_in(entry: Path) -> Path | None:
    """The document an entry of a corpus folder stands for, or None if it is none.

    CorpusError for a folder without a source, or with several.
    """
    if entry.name.startswith((".", "_", "~$")) or entry.stem.upper() == "README":
        return None
    if entry.is_dir():
        return None if _goes_with_a_page(entry) else _source(entry)
    known = (*SUFFIXES, *LEGACY, ".jsonl")
    return entry if entry.suffix.lower() in known else None


def _goes_with_a_page(folder: Path) -> bool:
    """True for the folder of pictures and scripts that a browser saves beside a page."""
    stem, _, ending = folder.name.replace(".files", "_files").rpartition("_")
    return ending == "files" and any(
        (folder.parent / f"{stem}{suffix}").exists() for suffix in (".html", ".htm")
    )


def _source(folder: Path) -> Path:
    sources = sorted(path for path in folder.iterdir() if path.stem == "source" and path.is_file())
    if len(sources) == 1:
        return sources[0]
    found = "、".join(path.name for path in sources) or "无"
    raise CorpusError(
        f"{folder} 中应恰有一个 source.txt、.md、.html、.docx 或 .pdf，实有：{found}。请补上或删去多余的。",
        f"{folder} should hold exactly one source.txt, .md, .html, .docx or .pdf, found: "
        f"{', '.join(path.name for path in sources) or 'none'}. Add it, or remove the others.",
    )


def load_any(path: Path) -> Guideline:
    """One document or one file of records; CorpusError as for `load_corpus`."""
    if path.suffix.lower() == ".jsonl":
        return read_records(path)
    return load_document(path)


def no_documents(folder: Path) -> CorpusError:
    """The error for a corpus folder without any document."""
    return CorpusError(
        f"语料文件夹 {folder} 中没有文件：应有 .txt、.md、.html、.docx、.pdf 或 .jsonl。请放入文件。",
        f"The corpus folder {folder} holds no document: expected .txt, .md, .html, .docx, .pdf or .jsonl. "
        "Put one there and try again.",
    )


def claim_ids(taken: Taken, guideline: Guideline, folder: Path) -> None:
    """Add a guideline's slug and ids to those that are `taken`, each with the slug it belongs to.

    CorpusError if one of them is taken already; then nothing is added.
    """
    slug = guideline.slug
    claimed = [("slug", slug), *(("id", measure.id) for measure in guideline.measures)]
    for each in claimed:
        if each in taken:
            raise _twice(folder, each[1], taken[each], slug)
    taken |= dict.fromkeys(claimed, slug)


def _twice(folder: Path, name: str, first: str, second: str) -> CorpusError:
    return CorpusError(
        f"语料文件夹 {folder} 中编号“{name}”重复（{first} 与 {second}）。请给其中一个改名。",
        f"In the corpus folder {folder} the id {name!r} is used twice ({first} and {second}). "
        "Rename one of them.",
    )
