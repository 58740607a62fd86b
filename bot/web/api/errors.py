"""Every error of the application as a problem: no traceback and no word of the request goes out."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from bot.web.problems import Kind, Problem

_KINDS: dict[int, Kind] = {403: "not_allowed", 404: "not_found", 405: "not_allowed", 413: "too_large"}


def answer_errors(app: FastAPI) -> None:
    """Let an application answer its errors with problems."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _fault)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


async def _invalid(request: Request, error: Exception) -> Response:
    """What the fields lack; not what was sent, which may be anything."""
    assert isinstance(error, RequestValidationError)
    named = [{"field": _field(each["loc"]), "message": str(each["msg"])} for each in error.errors()]
    return Problem("malformed", status=422, details={"errors": named[:20]}).response()


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _KINDS.get(error.status_code, "malformed" if error.status_code < 500 else "fault")
    return Problem(kind, status=error.status_code).response(error.headers)


async def _fault(request: Request, error: Exception) -> Response:
    """The server logs the error itself."""
    return Problem("fault").response()


def _field(place: Sequence[object]) -> str:
    """The path of a field in the request. Its parts may be words of the client."""
    return ".".join(str(part)[:64] for part in place).encode("utf-8", "replace").decode("utf-8")
