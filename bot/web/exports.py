"""Answers kept for a while so that their visitor can take them along as files."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from bot.answer import Answer
from bot.export import answer_csv, answer_docx, file_name
from bot.markup import both
from bot.phrases import say

KEPT = 256
"""Answers kept at a time, of all visitors; the oldest gives way. One has some 100 kB at most."""
_FORMS: dict[str, tuple[Callable[[Answer], bytes], str]] = {
    "csv": (answer_csv, "text/csv; charset=utf-8"),
    "docx": (
        answer_docx,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}


class KeptAnswers:
    """The latest answers, each under a name that nobody can guess. Safe to use from several threads."""

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = Lock()

    def keep(self, answer: Answer) -> str:
        """The name by which the answer can be had for a while."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._answers[name] = answer
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
        return name

    def get(self, name: str) -> Answer | None:
        """The answer of that name, if it is still kept."""
        with self._lock:
            return self._answers.get(name)


def export_html(name: str) -> str:
    """The links that stand under an answer."""
    links = "".join(
        f'<a href="export/{name}.{form}" download>{both(f"ui.export_{form}")}</a>' for form in _FORMS
    )
    return f'<p class="wence-export"><span>{both("ui.export")}</span>{links}</p>'


def export_routes(kept: KeptAnswers) -> APIRouter:
    """``GET /export/<name>.csv`` and ``.docx``: 404 with a hint once the answer is no longer kept."""
    router = APIRouter()

    @router.get("/export/{name}.{form}", include_in_schema=False)
    def export(name: str, form: str) -> Response:
        answer = kept.get(name)
        if answer is None or form not in _FORMS:
            # For people: they followed a link under an answer.
            gone = "\n".join(say(lang, "ui.export_gone") for lang in ("zh", "en"))
            return PlainTextResponse(gone, 404, {"Cache-Control": "no-store"})
        write, kind = _FORMS[form]
        disposition = f"attachment; filename=answer.{form}; filename*=UTF-8''{quote(file_name(answer, form))}"
        headers = {
            "Content-Disposition": disposition,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(write(answer), media_type=kind, headers=headers)

    return router
