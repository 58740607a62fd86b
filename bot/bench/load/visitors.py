"""Visitors: each asks, waits for the answer, thinks, and asks the next thing, on its own connection."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator
from typing import Final

import aiohttp

from bot.bench.load.figures import Door, Met

THINK_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 60.0
_CHAT: Final = "/gradio_api/call/chat"


class Crowd:
    """So many visitors at one server."""

    def __init__(self, url: str, door: Door, questions: Iterator[str], visitors: int) -> None:
        self._url = url
        self._door = door
        self._questions = questions
        self._visitors = visitors
        self.met: list[Met] = []

    async def stay(self, seconds: float) -> None:
        """Ask for so long; answers on the way then are waited for."""
        until = time.perf_counter() + seconds
        await asyncio.gather(*(self._visit(until) for _ in range(self._visitors)))

    async def _visit(self, until: float) -> None:
        await asyncio.sleep(random.random() * THINK_SECONDS)
        async with connection(self._url) as client:
            while time.perf_counter() < until:
                self.met.append(await ask(client, self._door, next(self._questions)))
                await asyncio.sleep(THINK_SECONDS)


def connection(url: str) -> aiohttp.ClientSession:
    """What a visitor asks through. aiohttp's parser is C: visitors share the machine with the server."""
    return aiohttp.ClientSession(url, timeout=aiohttp.ClientTimeout(_PATIENCE_SECONDS))


async def ask(client: aiohttp.ClientSession, door: Door, question: str) -> Met:
    """One question by one of the doors, and what came of it; never raises."""
    sent = time.perf_counter()
    text, problem, encoded = "", "", False
    try:
        if door == "api":
            text, problem, encoded = await _by_api(client, question)
        else:
            text, problem = await _by_queue(client, question)
            encoded = True
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, IndexError) as error:
        problem = type(error).__name__
    return Met(sent, time.perf_counter() - sent, question, text, problem, encoded)


async def _by_api(client: aiohttp.ClientSession, question: str) -> tuple[str, str, bool]:
    """The text, the problem if there is one, and whether the model encoded the question."""
    async with client.post("/api/ask", json={"question": question, "id": question}) as response:
        if response.status != 200:
            return "", f"HTTP {response.status}", False
        answer = json.loads(await response.read())
    if answer["question"] != question or answer["id"] != question:
        return "", CROSSED, False
    return str(answer["text"]), "", bool(answer["timing_ms"]["encode"])


async def _by_queue(client: aiohttp.ClientSession, question: str) -> tuple[str, str]:
    """As gradio_client's plain form: an event, then its result as a server-sent event."""
    async with client.post(_CHAT, json={"data": [question, [], None, None]}) as joined:
        if joined.status != 200:
            return "", f"HTTP {joined.status}"
        event = json.loads(await joined.read())["event_id"]
    async with client.get(f"{_CHAT}/{event}") as done:
        lines = (await done.text()).splitlines()
    if "event: complete" not in lines:
        return "", f"HTTP {done.status} without an answer"
    data = lines[lines.index("event: complete") + 1]
    return str(json.loads(data.removeprefix("data: "))[0]), ""


CROSSED: Final = "crossed"
"""The problem of an answer that names another question than was asked."""
