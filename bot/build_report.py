"""What `wence index` says of a build: to people as text in both languages, to programs as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from corpus.collection import Document
from corpus.errors import CorpusError
from index.changes import Changes, changes_text
from index.origin import Origin

if TYPE_CHECKING:
    from bot.build import Built
    from bot.settings import Settings

_LISTED = 50


def built_text(settings: Settings, built: Built) -> str:
    """How large the index is, what had to be embedded, and which measures changed."""
    manifest, place = built.index.manifest, settings.place
    lines = [
        f"索引已建立:{place}({manifest.guidelines} 份文件,{manifest.measures} 条)",
        f"Index built: {place} ({manifest.guidelines} documents, {manifest.measures} measures)",
    ]
    if built.embedded or built.reused:
        lines += [
            f"向量:新算 {built.embedded} 段,沿用 {built.reused} 段",
            f"Passages: {built.embedded} embedded, {built.reused} reused",
        ]
    if built.changes is not None:
        lines.append(changes_text(built.changes))
    return "\n".join(lines)


def built_json(settings: Settings, built: Built) -> dict[str, object]:
    """The same whole: every change, every document that failed."""
    return {
        "index": str(settings.place),
        "up_to_date": False,
        "documents": built.index.manifest.guidelines,
        "measures": built.index.manifest.measures,
        "embedded": built.embedded,
        "reused": built.reused,
        "changes": _changes(built.changes),
        "failures": [_failure(document) for document in built.failures],
    }


def current_text(settings: Settings) -> str:
    """That there was nothing to do."""
    return f"索引已是最新:{settings.place}\nThe index is up to date: {settings.place}"


def current_json(settings: Settings, origin: Origin) -> dict[str, object]:
    """The same for a program; the documents that failed when it was built are failing still."""
    return {
        "index": str(settings.place),
        "up_to_date": True,
        "documents": sum(document.failure is None or document.kept for document in origin.documents),
        "embedded": 0,
        "changes": _changes(Changes()),
        "failures": [_failure(document) for document in origin.failures],
    }


def failed_documents(failures: Sequence[Document]) -> CorpusError:
    """The error that names the documents which cannot be used, though the others can."""
    zh = [f"{len(failures)} 份文件无法使用,其余不受影响:"]
    en = [f"{len(failures)} documents cannot be used, the others can:"]
    for document in failures[:_LISTED]:
        if document.failure:
            old = ("(沿用旧版)", " (earlier version kept)") if document.kept else ("", "")
            zh.append(f"- {document.name}{old[0]}:{document.failure.zh}")
            en.append(f"- {document.name}{old[1]}: {document.failure.en}")
    if len(failures) > _LISTED:
        zh.append(f"…另有 {len(failures) - _LISTED} 份")
        en.append(f"… and {len(failures) - _LISTED} more")
    return CorpusError("\n".join(zh), "\n".join(en))


def _changes(changes: Changes | None) -> dict[str, object] | None:
    return asdict(changes) if changes is not None else None


def _failure(document: Document) -> dict[str, object]:
    reason = document.failure
    return {
        "document": document.name,
        "kept": document.kept,
        "zh": reason.zh if reason else "",
        "en": reason.en if reason else "",
    }
