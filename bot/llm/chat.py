"""langchain's chat model behind one function: messages in, pieces of text out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from bot.llm.failure import CutOff
from bot.prompts import Message
from bot.settings import Settings
from corpus.errors import UsageError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessageChunk

Stream = Callable[[Sequence[Message]], Iterator[str]]
"""Writes an answer to messages, in pieces of any size (also empty: a sign of life)."""
OPENAI: Final = "openai"
_OPENAI_HOST: Final = "api.openai.com"
_NO_KEY: Final = "none"
"""Servers without a key get this word, so that no key of the environment is sent to them."""


def open_chat(settings: Settings) -> Stream:
    """The model of the settings; nothing is sent yet. Raises UsageError for settings that cannot work."""
    model = _init(settings)
    finishes = settings.llm_provider == OPENAI

    def stream(messages: Sequence[Message]) -> Iterator[str]:
        from langsmith import tracing_context

        finished = not finishes
        # Questions go to the configured server and nowhere else, whatever LANGSMITH_TRACING says.
        with tracing_context(enabled=False):
            for chunk in model.stream([(each.role, each.text) for each in messages]):
                finished = finished or _ends(chunk)
                yield str(chunk.text)
        if not finished:
            raise CutOff

    return stream


def _init(settings: Settings) -> BaseChatModel:
    try:
        from langchain.chat_models import init_chat_model

        # The library logs whole requests at debug level; questions are not for the log.
        logging.getLogger(OPENAI).setLevel(logging.WARNING)
        given = _for_openai(settings) if settings.llm_provider == OPENAI else _for_others(settings)
        model: BaseChatModel = init_chat_model(
            settings.llm_model, model_provider=settings.llm_provider, max_retries=0, **given
        )
        return model
    except ImportError:
        package = "wence[llm]" if settings.llm_provider == OPENAI else f"langchain-{settings.llm_provider}"
        raise UsageError(
            f"使用模型需要先安装:pip install '{package}'。",
            f"The model needs a package: pip install '{package}'.",
        ) from None
    except (ValueError, TypeError) as error:  # a provider unknown to langchain, a value it does not take
        kind = type(error).__name__
        raise UsageError(
            f"无法按 WENCE_LLM_PROVIDER={settings.llm_provider} 准备模型({kind})。请检查 WENCE_LLM_* 设置。",
            f"No model can be made by WENCE_LLM_PROVIDER={settings.llm_provider} ({kind}). "
            "Check the settings WENCE_LLM_*.",
        ) from None


def _for_openai(settings: Settings) -> dict[str, Any]:
    """What ChatOpenAI is told, so that it takes nothing from the environment."""
    if not settings.llm_base_url:
        raise UsageError(
            "设置了 WENCE_LLM_MODEL,但没有 WENCE_LLM_BASE_URL。请填写服务器地址,如 http://127.0.0.1:8000/v1。",
            "WENCE_LLM_MODEL is set, WENCE_LLM_BASE_URL is not. Name the server, such as "
            "http://127.0.0.1:8000/v1.",
        )
    from bot.llm import bounded  # needs the extra

    connect, quiet = settings.llm_connect_seconds, settings.llm_first_seconds
    at_openai = urlsplit(settings.llm_base_url).hostname == _OPENAI_HOST
    # ChatOpenAI sends max_tokens under its newer name, which other servers pass over.
    tokens: dict[str, object] = (
        {"max_tokens": settings.llm_max_tokens}
        if at_openai
        else {"extra_body": {"max_tokens": settings.llm_max_tokens}, "temperature": 0.0}
    )
    return {
        "base_url": settings.llm_base_url,
        "api_key": settings.llm_api_key.get_secret_value() or _NO_KEY,
        "timeout": bounded.timeouts(connect, quiet),
        "http_client": bounded.open_client(connect, quiet, settings.llm_parallel),
        "openai_proxy": "",
        "use_responses_api": False,
        "stream_usage": False,
        **tokens,
    }


def _for_others(settings: Settings) -> dict[str, Any]:
    """What most providers' packages understand; address and key only where they are set."""
    given: dict[str, Any] = {
        "max_tokens": settings.llm_max_tokens,
        "temperature": 0.0,
        "timeout": settings.llm_seconds,
    }
    if settings.llm_base_url:
        given["base_url"] = settings.llm_base_url
    if settings.llm_api_key.get_secret_value():
        given["api_key"] = settings.llm_api_key
    return given


def _ends(chunk: BaseMessageChunk) -> bool:
    return bool(chunk.response_metadata.get("finish_reason"))
