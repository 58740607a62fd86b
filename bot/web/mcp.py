"""Three tools for other programs' models, by the Model Context Protocol. Gradio serves them.

They are at ``/gradio_api/mcp/`` (streamable HTTP), and as named endpoints to gradio_client.
"""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Final, TypeVar

import gradio as gr
from gradio.events import api

from bot.json_form import Json, answer_json, dump
from bot.live import Answering
from bot.web.api.views import ShelfNow, district_form, measure_form
from bot.web.desk import Desk, Visitor, asked_by
from bot.web.problems import Problem

T = TypeVar("T")
TOOLS: Final = ("ask", "applicable_measures", "get_measure")


def publish_tools(assistant: Answering, desk: Desk) -> None:
    """Publish the tools in the Blocks that is being built."""
    shelf = ShelfNow(assistant)

    async def ask(request: gr.Request, question: str, district: str = "", role: str = "") -> str:
        """Answer a question on the policy documents (政策问答) in their own words, as JSON.

        The answer (field `text`, markdown, in the question's language) quotes the documents verbatim; each
        citation has the measure's id, its label and the line of the source. Questions that the documents do
        not answer are refused (field `refusal`), never guessed.

        Args:
            question: The question, in Chinese or English, such as 企业怎样用知识价值信用贷款?
            district: The asker's district by any of its names, such as 荣昌区; empty if it does not matter.
            role: Who asks: enterprise, district, research or other; empty if it does not matter.
        """
        asked = asked_by(question, (), district or None, role or None)
        form = answer_json(await _told(desk.answer(asked, visitor_of(request))))
        # Proofs of each district × measure are what applicable_measures is for; they can be very long.
        return _json({name: value for name, value in form.items() if name != "applicability"})

    async def applicable_measures(request: gr.Request, district: str) -> str:
        """List every measure that reaches a district (区县适用的全部措施), with proofs, as JSON.

        The list is complete, worked out from a table of all districts and measures. `routes` say how a
        measure reaches the district: named, zone, area, all, conditional (the district must meet a
        condition) or citywide (the city acts, no district is singled out).

        Args:
            district: A district, group of districts or zone, by any of its names, such as 荣昌区 or 荣昌.
        """
        job = partial(district_form, shelf().index, district[:64])
        return _json(_known(await _told(desk.run(job, visitor_of(request))), district))

    async def get_measure(request: gr.Request, measure_id: str) -> str:
        """Get one measure (条款) in full, as JSON: its verbatim text, title, section and place.

        Args:
            measure_id: The id, such as cq-district-innovation#18, as citations and lists of measures have it.
        """
        job = partial(measure_form, shelf(), measure_id[:256])
        return _json(_known(await _told(desk.run(job, visitor_of(request))), measure_id))

    for tool in (ask, applicable_measures, get_measure):
        # Without Gradio's queue: the desk has its own, and Gradio then calls the function itself.
        api(tool, api_name=tool.__name__, queue=False)


def only_tools(page: gr.Blocks) -> None:
    """Leave the tools alone in the MCP server of a mounted page: the chat is no tool."""
    server = page.mcp_server_obj
    assert server is not None
    server.tool_to_endpoint = {name: f"/{name}" for name in TOOLS if name in server.tool_to_endpoint}


def visitor_of(request: gr.Request) -> Visitor:
    """Who calls a tool."""
    return Visitor(request.client.host if request.client else "", "mcp")


async def _told(answer: Awaitable[T]) -> T:
    """What is awaited; a problem as an error that its caller is told, in both languages."""
    try:
        return await answer
    except Problem as problem:
        raise gr.Error(problem.both, print_exception=False) from problem


def _json(form: Json) -> str:
    return dump(form).decode("utf-8")


def _known(form: Json | None, name: str) -> Json:
    if form is None:
        raise gr.Error(f"{Problem('not_found').both}\n\n{name[:64]!r}", print_exception=False)
    return form
