"""What a language model is told: the files of `prompts/`, filled in.

Texts that others wrote (measures, questions, earlier answers) stand between marks that bear a random word,
new with each call, and lose the characters that marks, evidence numbers and chat templates are made of. So
no text can end its frame, pose as another measure, or pose as the system. That a model obeys an order all
the same is possible; its answer is checked whatever it obeyed.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from string import Template
from typing import Final, Literal

from bot.phrases import Lang
from corpus.errors import PromptError
from corpus.measure import Measure

Purpose = Literal["answer", "rewrite", "route"]

NO_EVIDENCE: Final = "〔无依据〕"
"""What the model writes, alone, where the evidence holds no answer."""
_NAMES: Final[dict[Purpose, frozenset[str]]] = {
    "answer": frozenset({"nonce", "sentinel", "evidence", "question"}),
    "rewrite": frozenset({"nonce", "sentinel", "history", "question"}),
    "route": frozenset({"nonce", "question"}),
}
_HEADER = re.compile(r"wence-prompt (?P<purpose>\w+) (?P<lang>\w+) (?P<version>[1-9]\d*)")
_PARTS = re.compile(r"== system ==\n(?P<system>.+?)\n== user ==\n(?P<user>.+)", re.DOTALL)
# Full-width forms of the same characters: NFKC makes them plain again wherever texts are compared.
_FRAME: Final = str.maketrans("<>[]", "＜＞［］")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_TURNS: Final = 6
_TURN_CHARS: Final = 600


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model."""

    role: Literal["system", "user"]
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's file, read. `name` says which and in which version, such as ``answer/zh/1``."""

    purpose: Purpose
    name: str
    system: Template
    user: Template


@dataclass(frozen=True, slots=True)
class Given:
    """A measure as evidence, and the title of its document."""

    measure: Measure
    document: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What is sent. `evidence[n - 1]` is what the model knows as [n]; no answer may hold the `nonce`."""

    name: str
    messages: tuple[Message, ...]
    nonce: str
    evidence: tuple[Given, ...] = ()


@cache
def read_prompt(purpose: Purpose, lang: Lang) -> Prompt:
    """The prompt that ships. Raises PromptError for a file that is not as it must be."""
    return prompt_of(resources.files("prompts") / lang / f"{purpose}.txt", purpose, lang)


def prompt_of(file: Traversable, purpose: Purpose, lang: Lang) -> Prompt:
    """A prompt from a file (UTF-8). Raises PromptError that names the file and what is wrong with it."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise _wrong(file, "无法读取", "it cannot be read") from None
    first, _, rest = text.partition("\n")
    header, parts = _HEADER.fullmatch(first.strip()), _PARTS.fullmatch(rest.strip())
    if not header or (header["purpose"], header["lang"]) != (purpose, lang):
        line = f"wence-prompt {purpose} {lang} 1"
        raise _wrong(
            file, f"第一行应为 {line}(末尾是版本号)", f"its first line must be {line} (or a later version)"
        )
    if not parts:
        raise _wrong(
            file,
            "应有 == system == 和 == user == 两部分",
            "it must have the parts == system == and == user ==",
        )
    system, user = Template(parts["system"].strip()), Template(parts["user"].strip())
    _check_names(file, _NAMES[purpose], system, user)
    return Prompt(purpose, f"{purpose}/{lang}/{header['version']}", system, user)


def answer_prompt(question: str, lang: Lang, evidence: Sequence[Given], longest: int) -> Filled | None:
    """The prompt for an answer from measures, best first; whole ones up to `longest` characters go in.

    None where no measure fits: a model is not asked without evidence.
    """
    given = _fitting(evidence, longest)
    if not given:
        return None
    blocks = (_block(number, each) for number, each in enumerate(given, 1))
    values = {"sentinel": NO_EVIDENCE, "evidence": "\n\n".join(blocks), "question": framed(question)}
    return _fill(read_prompt("answer", lang), values, given)


def rewrite_prompt(question: str, lang: Lang, history: Sequence[tuple[str, str]]) -> Filled:
    """The prompt that makes a follow-up stand alone, after the last few (question, answer) of `history`."""
    turns = (
        f"Q: {framed(asked[:_TURN_CHARS])}\nA: {framed(answered[:_TURN_CHARS])}"
        for asked, answered in history[-_TURNS:]
    )
    values = {"sentinel": NO_EVIDENCE, "history": "\n\n".join(turns), "question": framed(question)}
    return _fill(read_prompt("rewrite", lang), values)


def route_prompt(question: str, lang: Lang) -> Filled:
    """The prompt that asks of what kind a question is."""
    return _fill(read_prompt("route", lang), {"question": framed(question)})


def framed(text: str) -> str:
    """A text that can stand in a frame: no marks, no evidence numbers, nothing that is not seen."""
    return _TAGS.sub("", _UNSEEN.sub("", text)).translate(_FRAME).strip()


def _fill(prompt: Prompt, values: Mapping[str, str], evidence: tuple[Given, ...] = ()) -> Filled:
    nonce = secrets.token_hex(8)
    every = {**values, "nonce": nonce}
    messages = (
        Message("system", prompt.system.substitute(every)),
        Message("user", prompt.user.substitute(every)),
    )
    return Filled(prompt.name, messages, nonce, evidence)


def _block(number: int, given: Given) -> str:
    """One measure: its number, document, label and title, then its words."""
    measure = given.measure
    body = measure.text[measure.body.start - measure.span.start :]
    head = " ".join(part for part in (measure.label, measure.title) if part)
    document = f"《{framed(given.document)}》" if given.document else ""
    return f"[{number}] {document}{framed(head)}\n{framed(body)}"


def _fitting(evidence: Sequence[Given], longest: int) -> tuple[Given, ...]:
    """The first measures that fit, whole; one that is too long for what is left ends the row."""
    left, found = longest, []
    for each in evidence:
        left -= len(each.measure.text)
        if left < 0:
            break
        found.append(each)
    return tuple(found)


def _check_names(file: Traversable, wanted: frozenset[str], *texts: Template) -> None:
    if not all(text.is_valid() for text in texts):
        raise _wrong(
            file, "有无法识别的 $;单独的 $ 写作 $$", "a $ in it begins no name; write $$ for a dollar sign"
        )
    names = {name for text in texts for name in text.get_identifiers()}
    for name in sorted(wanted - names):
        raise _wrong(file, f"缺少占位符 ${name}", f"the placeholder ${name} is missing")
    for name in sorted(names - wanted):
        raise _wrong(file, f"占位符 ${name} 未定义", f"the placeholder ${name} is not known")


def _wrong(file: Traversable, zh: str, en: str) -> PromptError:
    return PromptError(
        f"提示文件 {file} 不能用:{zh}。请改正后再试。",
        f"The prompt file {file} cannot be used: {en}. Correct it and try again.",
    )
