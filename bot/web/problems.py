"""What a visitor is told when there is no answer: RFC 9457 problems on /api, a sentence in the chat.

Problem                 status
├── malformed           400, 422   the request cannot be read
├── not_found           404
├── not_allowed         403, 405
├── too_large           413        body, question or history over its limit
├── too_many            429        over the rate of an address or a visit; Retry-After
├── fault               500        ours; the log knows more
├── busy                503        too many wait; Retry-After
├── starting            503        index and model are being loaded; Retry-After
└── too_slow            504        the answer took longer than it may
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal, get_args

from fastapi.responses import JSONResponse

from bot.phrases import Lang, say

Kind = Literal[
    "malformed",
    "not_found",
    "not_allowed",
    "too_large",
    "too_many",
    "fault",
    "busy",
    "starting",
    "too_slow",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
MEDIA_TYPE = "application/problem+json"
_LANGS: tuple[Lang, ...] = ("zh", "en")
_STATUS: dict[Kind, int] = {
    "malformed": 400,
    "not_found": 404,
    "not_allowed": 403,
    "too_large": 413,
    "too_many": 429,
    "fault": 500,
    "busy": 503,
    "starting": 503,
    "too_slow": 504,
}


class Problem(Exception):
    """There is no answer, and why. `retry_after` is in seconds, `details` are fields of the JSON form."""

    def __init__(
        self,
        kind: Kind,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = status or _STATUS[kind]
        self.retry_after = None if retry_after is None else max(1, math.ceil(retry_after))
        self.details = dict(details or {})

    def text(self, lang: Lang) -> str:
        """The sentence for people."""
        return say(lang, f"problem.{self.kind}", seconds=self.retry_after or 1)

    @property
    def both(self) -> str:
        """The sentence in Chinese and in English, as a paragraph each."""
        return "\n\n".join(self.text(lang) for lang in _LANGS)

    def to_json(self) -> dict[str, object]:
        """The body of RFC 9457; `detail` is Chinese, `detail_en` English."""
        return {
            "type": f"urn:wence:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.text("zh"),
            "detail_en": self.text("en"),
            **self.details,
        }

    def response(self, headers: Mapping[str, str] | None = None) -> JSONResponse:
        """The problem as an HTTP response."""
        sent = {"Cache-Control": "no-store", **(headers or {})}
        if self.retry_after is not None:
            sent["Retry-After"] = str(self.retry_after)
        return JSONResponse(self.to_json(), self.status, sent, MEDIA_TYPE)
