"""The three tools, called by the protocol's own client over a real socket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

from tests.web.conftest import run_apart

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.web.conftest import Served


def session(served: Served, use: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    """What `use` makes of a session with the server."""

    async def run() -> Any:
        async with (
            streamable_http_client(f"{served.url}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as client,
        ):
            await client.initialize()
            return await use(client)

    return run_apart(run())


def call(served: Served, tool: str, **arguments: object) -> CallToolResult:
    result = session(served, lambda client: client.call_tool(tool, arguments))
    assert isinstance(result, CallToolResult)
    return result


def said(result: CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


def test_the_three_tools_and_no_other(chat: Served) -> None:
    """What a model knows of a tool: what it does, what each argument is, which ones it must give."""
    tools = session(chat, lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == ["ask", "applicable_measures", "get_measure"]
    for tool in tools:
        assert len(tool.description) > 50
        for argument in tool.inputSchema["properties"].values():
            assert argument["type"] == "string" and len(argument["description"]) > 20
    assert [tool.inputSchema["required"] for tool in tools] == [["question"], ["district"], ["measure_id"]]


def test_ask(chat: Served) -> None:
    answer = json.loads(said(call(chat, "ask", question="第七条写了什么?")))
    assert answer["route"] == "clause" and answer["citations"][0]["number"] == 7
    assert "打造特色科技平台" in answer["text"]
    home = json.loads(
        said(call(chat, "ask", question="我们能享受哪些支持?", district="忠县", role="enterprise"))
    )
    assert home["districts"] == ["忠县"] and "applicability" not in home


def test_applicable_measures(chat: Served) -> None:
    found = json.loads(said(call(chat, "applicable_measures", district="荣昌")))
    assert found["name"] == "荣昌区" and len(found["documents"][0]["applicability"]) > 10


def test_get_measure(chat: Served) -> None:
    measure = json.loads(said(call(chat, "get_measure", measure_id="cq-district-innovation#18")))
    assert "知识价值信用贷款" in measure["text"]


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("get_measure", {"measure_id": "none#1"}, "There is nothing of that name"),
        ("applicable_measures", {"district": "成都"}, "没有找到"),
        ("ask", {"question": 5}, "not of type 'string'"),
        ("ask", {}, "question"),
        ("chat", {"message": "第七条"}, "Unknown tool"),
    ],
)
def test_a_wrong_call_is_told_so(chat: Served, tool: str, arguments: dict[str, object], told: str) -> None:
    result = call(chat, tool, **arguments)
    assert result.isError and told in said(result)
    assert "Traceback" not in said(result)


def test_a_fault_is_told_without_its_cause(odd_chat: Served) -> None:
    result = call(odd_chat, "ask", question="出错")
    assert result.isError and "没能回答" in said(result) and "on purpose" not in said(result)
