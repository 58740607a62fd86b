"""Visitors: each asks, waits for the answer, thinks, and asks the next thing, on its own connection."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
import time
from collections.abc import Iterator
from typing import Final

import httpx

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
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # made once: one for each visitor costs time
        self.met: list[Met] = []

    async def stay(self, seconds: float) -> None:
        """Ask for so long; answers on the way then are waited for."""
        until = time.perf_counter() + seconds
        await asyncio.gather(*(self._visit(until) for _ in range(self._visitors)))

    async def _visit(self, until: float) -> None:
        await asyncio.sleep(random.random() * THINK_SECONDS)
        async with httpx.AsyncClient(
            base_url=self._url, verify=self._tls, timeout=_PATIENCE_SECONDS, trust_env=False
        ) as client:
            while time.perf_counter() < until:
                self.met.append(await ask(client, self._door, next(self._questions)))
                await asyncio.sleep(THINK_SECONDS)


async def ask(client: httpx.AsyncClient, door: Door, question: str) -> Met:
    """One question by one of the doors, and what came of it; never raises."""
    sent = time.perf_counter()
    text, problem, encoded = "", "", False
    try:
        if door == "api":
            text, problem, encoded = await _by_api(client, question)
        else:
            text, problem = await _by_queue(client, question)
            encoded = True
    except (httpx.HTTPError, ValueError, KeyError, IndexError) as error:
        problem = type(error).__name__
    return Met(sent, time.perf_counter() - sent, question, text, problem, encoded)


async def _by_api(client: httpx.AsyncClient, question: str) -> tuple[str, str, bool]:
    """The text, the problem if there is one, and whether the model encoded the question."""
    response = await client.post("/api/ask", json={"question": question, "id": question})
    if response.status_code != 200:
        return "", f"HTTP {response.status_code}", False
    answer = json.loads(response.content)
    if answer["question"] != question or answer["id"] != question:
        return "", CROSSED, False
    return str(answer["text"]), "", bool(answer["timing_ms"]["encode"])


async def _by_queue(client: httpx.AsyncClient, question: str) -> tuple[str, str]:
    """As gradio_client's plain form: an event, then its result as a server-sent event."""
    joined = await client.post(_CHAT, json={"data": [question, [], None, None]})
    if joined.status_code != 200:
        return "", f"HTTP {joined.status_code}"
    event = joined.json()["event_id"]
    done = await client.get(f"{_CHAT}/{event}")
    lines = done.text.splitlines()
    if "event: complete" not in lines:
        return "", f"HTTP {done.status_code} without an answer"
    data = lines[lines.index("event: complete") + 1]
    return str(json.loads(data.removeprefix("data: "))[0]), ""


CROSSED: Final = "crossed"
"""The problem of an answer that names another question than was asked."""
