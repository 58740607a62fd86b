"""The JSON forms of the interface, as its OpenAPI document describes them.

Answers are written by `bot.json_form`, like those of the command line; the forms here describe them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from bot.answer import Applies, Citation, Completeness, Confidence, Refusal, Route, Source, Spoken, Timing
from bot.web.profile import Role

_QUESTION: dict[str, JsonValue] = {
    "question": "荣昌区能享受哪些支持？",
    "history": [["第七条写了什么？", "（七）打造特色科技平台。……"]],
    "district": "荣昌区",
    "role": "enterprise",
}


class AskForm(BaseModel):
    """A question."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": _QUESTION["question"]}, _QUESTION]}
    )

    question: str = Field(description="问题 / the question")
    id: str | int | None = Field(None, description="原样返回 / given back as it is")
    history: list[tuple[str, str]] = Field(
        [], description="之前的问与答，先早后晚 / earlier turns as [question, answer], oldest first"
    )
    district: str | None = Field(
        None, description="提问者所在区县 / the asker's district, by any of its names"
    )
    role: Role | None = Field(None, description="提问者身份 / who asks")


class Open(BaseModel):
    """A form to which fields may be added; those described keep their names and meaning."""

    model_config = ConfigDict(extra="allow")


class AnswerForm(Open):
    """An answer, as `wence ask --json` prints it. `source[start:end] == quote` for each citation."""

    id: str | int | None = None
    question: str
    route: Route
    completeness: Completeness
    refusal: Refusal | None
    confidence: Confidence | None
    districts: list[str]
    text: str = Field(description="Markdown")
    citations: list[Citation]
    applicability: list[Applies] = Field(description="complete, never cut to a number")
    checked: int = Field(description="how many measures were looked at")
    searched: list[Source]
    searched_count: int
    listed: list[str]
    notes: list[str]
    lang: Literal["zh", "en"]
    model: str | None = Field(description="the language model whose words are in `text`, above the quotes")
    spoken: Spoken | None = Field(description="what came of asking a language model; null where none was")
    timing_ms: Timing | None


class SentenceForm(Open):
    """A sentence and its place in the source, in characters."""

    text: str
    start: int
    end: int
    line: int


class MeasureForm(Open):
    """A measure (or article, or record) and its place in the source."""

    id: str
    guideline: str
    document: str = Field(description="the title of its document")
    number: int
    label: str
    title: str
    section: str
    path: list[str]
    text: str
    start: int
    end: int
    line: int
    sentences: list[SentenceForm]
    notes: list[str]


class MeasurePage(Open):
    """Some measures of all, in the order of their documents."""

    total: int
    offset: int
    limit: int
    measures: list[MeasureForm]


class DistrictDocument(Open):
    """What one document grants to a district."""

    guideline: str
    title: str
    checked: int
    applicability: list[Applies]


class DistrictForm(Open):
    """A district (or group, or zone) and all measures that reach it, document by document."""

    name: str
    kind: str
    districts: list[str]
    notes: list[str]
    documents: list[DistrictDocument]


class HitForm(Open):
    """A measure found. `score` is only good for comparing hits of one search."""

    id: str
    score: float
    rank: int
    label: str
    title: str
    guideline: str
    document: str


class SearchForm(Open):
    """What a search found, best first."""

    hits: list[HitForm]


class ProblemForm(Open):
    """Why there is no answer (RFC 9457), in Chinese and in English."""

    type: str = Field(examples=["urn:wence:problem:too_many"])
    title: str
    status: int
    detail: str
    detail_en: str


Offset = Annotated[int, Field(ge=0, le=10_000_000)]
Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """The responses of an operation that are problems."""
    content = {"application/problem+json": {"schema": ProblemForm.model_json_schema()}}
    return {status: {"description": _SAID[status], "content": content} for status in statuses}


_SAID = {
    400: "not readable",
    403: "not allowed",
    404: "nothing of that name",
    408: "the request was sent too slowly",
    413: "body or history too large",
    422: "a field is missing or wrong; `errors` names it",
    429: "asked too often; see Retry-After",
    500: "a fault of the server",
    503: "too many questions wait; see Retry-After",
    504: "the answer took too long",
}
