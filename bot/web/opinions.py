"""What a visitor thinks of an answer: thumbs under it, with a reason if one is given, into the journal."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from bot.journal.entry import MAX_REASON
from bot.journal.journal import Journal
from bot.markup import both, inert
from bot.web.desk import Desk, Visitor
from bot.web.problems import Problem

_THUMB = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 11h4v10H3zM7 11l4-8c2 0 3 1 3 3l-1 4h6'
    'c1 0 2 1 2 2l-2 7c0 1-1 2-2 2H7"></path></svg>'
)


class OpinionForm(BaseModel):
    """An opinion as the page sends it. The id of an entry is a secret of the page that got the answer."""

    entry: Annotated[str, Field(max_length=64)]
    up: bool
    reason: Annotated[str, Field(max_length=MAX_REASON)] = ""


def opinion_html(entry: str) -> str:
    """What stands under an answer: two thumbs, and a line for the reason, which the script opens."""
    thumbs = "".join(
        f'<button type="button" data-up="{up}" aria-pressed="false">{_THUMB} '
        f"{both(f'ui.opinion_{name}')}</button>"
        for up, name in (("1", "up"), ("", "down"))
    )
    return (
        f'<form class="wence-opinion" data-entry="{inert(entry)}">'
        f"<fieldset><legend>{both('ui.opinion')}</legend>{thumbs}</fieldset>"
        f'<div class="wence-reason" hidden><label>{both("ui.opinion_reason")}'
        f'<input name="reason" maxlength="{MAX_REASON}" autocomplete="off"></label>'
        f'<button type="submit">{both("ui.opinion_send")}</button></div></form>'
    )


def opinion_routes(journal: Journal, desk: Desk) -> APIRouter:
    """``POST /opinion``: 204, or a problem; it counts as a question does. A later opinion replaces it.

    Only JSON is read, which a page of another origin may not send.
    """
    router = APIRouter(include_in_schema=False)

    @router.post("/opinion", status_code=204)
    async def opinion(form: OpinionForm, request: Request) -> Response:
        address = request.client.host if request.client else ""
        job = partial(journal.liked, form.entry, form.up, form.reason)
        if not await desk.run(job, Visitor(address, "chat")):
            raise Problem("not_found")
        return Response(status_code=204)

    return router
