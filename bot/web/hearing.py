"""What a language model says while an answer is made: from the answer's thread to the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any


class Hearing:
    """Call it from any thread with all that may be shown so far; a coroutine hears it."""

    def __init__(self) -> None:
        """To be made in a running loop."""
        self._loop = asyncio.get_running_loop()
        self._said: asyncio.Queue[str | None] = asyncio.Queue()

    def __call__(self, text: str) -> None:
        """Say something."""
        self._loop.call_soon_threadsafe(self._said.put_nowait, text)

    async def until(self, done: asyncio.Task[Any]) -> AsyncIterator[str]:
        """What is said until the task is done, be it with an error."""
        done.add_done_callback(lambda _: self._said.put_nowait(None))
        while (text := await self._said.get()) is not None:
            yield text
