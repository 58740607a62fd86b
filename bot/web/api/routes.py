"""The operations under ``/api``. What they do is in `views`, what may go wrong in `bot.web.problems`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from fastapi.sse import format_sse_event

from bot.answer import Answer
from bot.catalogue import left_out
from bot.json_form import Json, answer_json, dump
from bot.live import Answering
from bot.matrix import MatrixFormat, matrix_bytes, matrix_text, tables_of
from bot.web.api.forms import (
    AnswerForm,
    AskForm,
    DistrictForm,
    MeasureForm,
    MeasurePage,
    Offset,
    SearchForm,
    problems,
)
from bot.web.api.views import ShelfNow, answer_events, district_form, measure_form, measures_form, search_form
from bot.web.desk import Desk, Visitor, asked_by
from bot.web.hearing import Hearing
from bot.web.problems import Problem
from index.store import Index

_JSON = "application/json"
_EVENTS = "text/event-stream"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_MATRIX_KINDS: dict[MatrixFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": _JSON,
    "html": "text/html; charset=utf-8",
}
Name = Annotated[str, Path(max_length=64, examples=["荣昌区"])]
MeasureId = Annotated[str, Path(max_length=256, examples=["cq-district-innovation#18"])]


class Api:
    """The operations over one assistant."""

    def __init__(self, assistant: Answering, desk: Desk) -> None:
        self._shelf = ShelfNow(assistant)
        self._desk = desk
        self._matrices: dict[tuple[int, MatrixFormat], bytes] = {}

    def routes(self) -> APIRouter:
        """The router, for the application."""
        router = APIRouter(prefix="/api", tags=["wence"])
        always = problems(422, 429, 503, 504)
        router.add_api_route(
            "/ask",
            self.ask,
            methods=["POST"],
            summary="回答一个问题 / Answer a question",
            responses={200: _ANSWER, **always, **problems(400, 408, 413)},
        )
        add = partial(_add, router)
        add("/measures", self.measures, "条款，分页 / Measures, page by page", MeasurePage, 404)
        add("/measures/{measure_id:path}", self.measure, "一个条款 / One measure", MeasureForm, 404)
        add(
            "/districts/{name}",
            self.district,
            "一个区县适用的措施 / What reaches a district",
            DistrictForm,
            404,
        )
        add("/search", self.search, "检索 / Search", SearchForm)
        router.add_api_route(
            "/matrix",
            self.matrix,
            summary="适用表 / The table district × measure",
            response_class=Response,
            responses={200: _MATRIX, **always, **problems(404)},
        )
        _add_nothing(router)
        return router

    async def ask(self, form: AskForm, request: Request) -> Response:
        """The answer as JSON, or as server-sent events where `Accept: text/event-stream` asks for them.

        Events: `said` (of a language model, if there is one: what it said and what passed, each time all of
        it so far), `meta`, `text` (parts of the markdown, to be joined), `answer` (the whole JSON), `done`.
        Where the answer fails after something was said, `problem` comes in place of these.
        """
        asked = asked_by(form.question, form.history, form.district, form.role)
        if _EVENTS not in request.headers.get("accept", ""):
            return _json(answer_json(await self._desk.answer(asked, visitor_of(request)), form.id))
        hearing = Hearing()
        answering = asyncio.create_task(self._desk.answer(asked, visitor_of(request), hearing))
        said = hearing.until(answering)
        first = await anext(said, None)
        if first is None:  # it is done, or has failed with a status of its own
            await answering
        return StreamingResponse(_stream(answering, first, said, form.id), media_type=_EVENTS, headers=_LIVE)

    async def measures(
        self,
        document: Annotated[str | None, Query(max_length=256)] = None,
        offset: Annotated[Offset, Query()] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """Measures in the order of their documents; `document` is the slug of one (`guideline` elsewhere)."""
        return _found(measures_form(self._shelf().index, document, offset, limit))

    async def measure(self, measure_id: MeasureId) -> Response:
        """A measure by its id; `#` in an id is written `%23` in an address."""
        return _found(measure_form(self._shelf(), measure_id))

    async def district(self, name: Name, request: Request) -> Response:
        """Every measure that reaches a district, group or zone, with the words that prove it."""
        job = partial(district_form, self._shelf().index, name)
        return _found(await self._desk.run(job, visitor_of(request)))

    async def search(
        self,
        q: Annotated[str, Query(min_length=1, max_length=1000, examples=["知识价值信用贷款"])],
        request: Request,
        k: Annotated[int, Query(ge=1, le=100)] = 10,
    ) -> Response:
        """The measures nearest to a question, best first."""
        job = partial(search_form, self._shelf(), q, k)
        return _json(await self._desk.run(job, visitor_of(request)))

    async def matrix(
        self, request: Request, form: Annotated[MatrixFormat, Query(alias="format")] = "json"
    ) -> Response:
        """The table as `wence matrix` prints it."""
        index = self._shelf().index
        if not index.applicability:
            raise Problem("not_found")
        table = await self._desk.run(partial(self._matrix, index, form), visitor_of(request))
        return Response(table, media_type=_MATRIX_KINDS[form])

    def _matrix(self, index: Index, form: MatrixFormat) -> bytes:
        """Made once for each index and form."""
        key = (id(index), form)
        if key not in self._matrices:
            titles = {g.slug: g.meta.title for g in index.guidelines}
            text = matrix_text(tables_of(index.applicability, left_out(index.guidelines)), form, titles)
            kept = {old: table for old, table in self._matrices.items() if old[0] == key[0]}
            self._matrices = {**kept, key: matrix_bytes(text, form)}
        return self._matrices[key]


def visitor_of(request: Request) -> Visitor:
    """Who sent a request to the interface: it has an address, and no visits."""
    return Visitor(request.client.host if request.client else "", "api")


def _add(
    router: APIRouter,
    path: str,
    endpoint: Callable[..., object],
    summary: str,
    form: type[MeasureForm] | type[MeasurePage] | type[DistrictForm] | type[SearchForm],
    *further: int,
) -> None:
    """An operation that reads, and answers with a form."""
    router.add_api_route(
        path,
        endpoint,
        summary=summary,
        responses={200: {"model": form}, **problems(422, 429, 503, 504, *further)},
    )


def _add_nothing(router: APIRouter) -> None:
    """What is none of the operations is answered here, before the chat's catch-all sees it."""
    operations = [route for route in router.routes if isinstance(route, APIRoute)]

    @router.api_route("/{rest:path}", methods=_METHODS, include_in_schema=False)
    async def nothing(request: Request) -> None:
        path = request.url.path
        allowed = {m for route in operations if route.path_regex.match(path) for m in route.methods or ()}
        if allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})
        raise Problem("not_found")


async def _stream(
    answering: asyncio.Task[Answer],
    first: str | None,
    more: AsyncIterator[str],
    question_id: str | int | None,
) -> AsyncIterator[bytes]:
    """What is said before the answer is there, `first` among it, and then the answer."""
    try:
        if first is not None:
            yield _event("said", {"text": first})
        async for text in more:
            yield _event("said", {"text": text})
        for event, data in answer_events(await answering, question_id):
            yield _event(event, data)
    except Problem as problem:  # the status has been sent already
        yield _event("problem", problem.to_json())
    finally:
        answering.cancel()  # where the reader has gone


def _event(name: str, data: object) -> bytes:
    return format_sse_event(event=name, data_str=dump(data).decode("utf-8"))


def _found(form: Json | None) -> Response:
    if form is None:
        raise Problem("not_found")
    return _json(form)


def _json(form: Json) -> Response:
    return Response(dump(form), media_type=_JSON)


_LIVE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_ANSWER: dict[str, object] = {
    "model": AnswerForm,
    "content": {_EVENTS: {"schema": {"type": "string"}}},
}
_MATRIX: dict[str, object] = {
    "description": "The table",
    "content": {
        _JSON: {"schema": {}},
        "text/csv": {"schema": {"type": "string"}},
        "text/html": {"schema": {"type": "string"}},
    },
}
