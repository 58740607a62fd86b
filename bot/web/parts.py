"""Components whose content follows from the index: each page that is opened shows that of the moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from bot.web.shown import Shown, ShownNow


@dataclass(frozen=True, slots=True)
class _Part:
    component: gr.HTML | gr.Button
    value: Callable[[Shown], str]


class Parts:
    """The components with what they show. Gradio keeps what a new page is made of in the page's `config`."""

    def __init__(self, shown: ShownNow) -> None:
        self._shown = shown
        self._parts: list[_Part] = []

    def add(self, component: gr.HTML | gr.Button, value: Callable[[Shown], str]) -> None:
        """A component and what it shows of an index; where that is empty, the component is not there."""
        self._parts.append(_Part(component, value))

    def fill(self, page: gr.Blocks) -> None:
        """Make pages that are opened from now on show the index of the moment; open ones stay as they are."""
        now = self._shown()
        for part in self._parts:
            part.component.value = value = part.value(now)
            part.component.visible = bool(value)
        page.config = page.get_config_file()
