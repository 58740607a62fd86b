"""The conversation so far, as the browser and the API send it → (question, answer) pairs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")

# What GitHub's markdown turns into links by itself; citations are links of another form.
_BARE_LINK = re.compile(r"(?<=[A-Za-z])(:)(?=//)|(?<=www)(\.)|(@)", re.IGNORECASE)

Turn = tuple[str, str]


def as_shown(question: str) -> str:
    """A visitor's words as markdown that shows exactly these and links, loads and runs nothing.

    Lone surrogates, which no response can carry, are shown as question marks.
    """
    return _PUNCTUATION.sub(r"\\\1", question.encode("utf-8", "replace").decode("utf-8"))


def unlinked(markdown: str) -> str:
    """An answer whose addresses are text: a quote stays as it is written, and nothing leads off the page."""
    return _BARE_LINK.sub(lambda found: "\\" + found[0], markdown)


def as_typed(shown: str) -> str:
    """What was typed, from what `as_shown` made of it."""
    return _ESCAPED.sub(r"\1", shown)


def normalize_history(history: Sequence[object] | None) -> list[Turn]:
    """The turns of a conversation, oldest first; a question without an answer is paired with "".

    Three shapes occur: messages with content blocks (the browser; questions come as `as_shown` made
    them), messages with plain strings, and [question, answer] pairs (both from the API). What is
    none of these is passed over: a client may send anything.
    """
    turns: list[Turn] = []
    for item in history or ():
        if isinstance(item, Mapping):
            _add_message(turns, item)
        elif isinstance(item, Sequence) and not isinstance(item, str) and len(item) == 2:
            question, answer = item
            turns.append((_text(question), _text(answer)))
    return turns


def _add_message(turns: list[Turn], message: Mapping[object, object]) -> None:
    content = message.get("content")
    text = _text(content)
    if message.get("role") == "user":
        turns.append((text if isinstance(content, str) else as_typed(text), ""))
    elif message.get("role") == "assistant" and turns:
        question, answer = turns[-1]
        turns[-1] = (question, f"{answer}\n\n{text}" if answer else text)


def _text(content: object) -> str:
    """The text of a string, of a content block, or of a list of either."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        return _text(content.get("text"))
    if isinstance(content, Sequence):
        return "\n".join(filter(None, map(_text, content)))
    return ""
