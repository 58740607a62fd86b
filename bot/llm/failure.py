"""Why a language model gave no answer: one reason out of few, and words for people.

What a server says of an error may repeat what it was sent, the key included. So no word of it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal

from corpus.errors import ModelUnavailable

Reason = Literal[
    "busy", "resting", "timeout", "refused", "limited", "unreachable", "cut_off", "empty", "failed"
]

_WORDS: Final[dict[Reason, tuple[str, str]]] = {
    "busy": (
        "同时进行的模型请求已达上限,本次改用原文摘录。可稍后再问,或调高 WENCE_LLM_PARALLEL。",
        "As many calls to the model as allowed are running; extracts are shown instead. "
        "Ask again later, or raise WENCE_LLM_PARALLEL.",
    ),
    "resting": (
        "模型服务器连续出错,暂停使用,期间改用原文摘录,稍后自动再试。请检查该服务器。",
        "The model's server failed several times and is left in peace for a while; extracts are shown and it "
        "is tried again later. Look after that server.",
    ),
    "timeout": (
        "模型服务器没有按时作答,改用原文摘录。可检查其负载,或调高 WENCE_LLM_FIRST_SECONDS 和 "
        "WENCE_LLM_SECONDS。",
        "The model's server did not answer in time; extracts are shown instead. Look at its load, or raise "
        "WENCE_LLM_FIRST_SECONDS and WENCE_LLM_SECONDS.",
    ),
    "refused": (
        "模型服务器拒绝了请求,改用原文摘录。请检查 WENCE_LLM_BASE_URL、WENCE_LLM_MODEL "
        "和 WENCE_LLM_API_KEY。",
        "The model's server refused the request; extracts are shown instead. Check WENCE_LLM_BASE_URL, "
        "WENCE_LLM_MODEL and WENCE_LLM_API_KEY.",
    ),
    "limited": (
        "模型服务器要求降低请求频率,改用原文摘录。可稍后再问,或提高该服务器的配额。",
        "The model's server asks for fewer requests; extracts are shown instead. Ask again later, or raise "
        "the quota there.",
    ),
    "unreachable": (
        "无法连接模型服务器,改用原文摘录。请检查 WENCE_LLM_BASE_URL 和该服务器是否在运行。",
        "The model's server cannot be reached; extracts are shown instead. Check WENCE_LLM_BASE_URL and "
        "whether the server runs.",
    ),
    "cut_off": (
        "模型的回答中途断开,其余改用原文摘录。请检查该服务器。",
        "The model's answer broke off; extracts are shown instead. Look after its server.",
    ),
    "empty": (
        "模型没有写出任何内容,改用原文摘录。请检查 WENCE_LLM_MODEL,或调高 WENCE_LLM_MAX_TOKENS。",
        "The model wrote nothing; extracts are shown instead. Check WENCE_LLM_MODEL, or raise "
        "WENCE_LLM_MAX_TOKENS.",
    ),
    "failed": (
        "模型服务器出错或返回了无法识别的内容,改用原文摘录。请检查该服务器。",
        "The model's server failed or sent something that is no answer; extracts are shown instead. "
        "Look after that server.",
    ),
}


_DEPTH: Final = 8


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong: the reason, the HTTP status (0: none), and the seconds the server asks to wait."""

    reason: Reason
    status: int = 0
    wait: float = 0.0

    @property
    def passing(self) -> bool:
        """Whether trying again may help."""
        return self.reason in ("limited", "unreachable", "failed", "empty", "timeout")


class CutOff(Exception):
    """A stream ended before the model had finished."""


def unavailable(reason: Reason) -> ModelUnavailable:
    """The error for a reason, in both languages."""
    zh, en = _WORDS[reason]
    return ModelUnavailable(zh, en, reason)


def read_failure(error: Exception) -> Failure:
    """What an error of any provider's library means, by its status and its kind alone."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return Failure(_by_status(status), status, _wait(error))
    if isinstance(error, CutOff):
        return Failure("cut_off")
    names = {kind.__name__ for each in _causes(error) for kind in type(each).__mro__}
    if {"ConnectError", "ConnectTimeout", "ConnectionRefusedError"} & names:
        return Failure("unreachable")
    if any("Timeout" in name for name in names):
        return Failure("timeout")
    return Failure("failed")


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what led to it, from the outside in; libraries wrap what the network raised."""
    found = [error]
    while len(found) < _DEPTH and (inner := found[-1].__cause__ or found[-1].__context__):
        found.append(inner)
    return found


def _by_status(status: int) -> Reason:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "limited"
    if status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT) or status >= 500:
        return "failed"
    return "refused"


def _wait(error: Exception) -> float:
    """The seconds of Retry-After; 0 where there is none, or a date."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except ValueError:
        return 0.0
