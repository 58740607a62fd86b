"""All settings, from `WENCE_*` environment variables or a file, read once into one frozen object."""

from __future__ import annotations

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.journal.place import default_place
from corpus.errors import UsageError
from corpus.load import packaged_corpus
from index.offline import cache_folder
from index.remote.place import Place, is_remote, parse_place

CONFIG = "WENCE_CONFIG"
"""The variable that names a file of settings; what the environment says goes before the file."""


def _words(value: object) -> object:
    """A list may be written as one text, with commas between its parts."""
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(ip_network(part, strict=False)) for part in value)


def _origins(value: tuple[str, ...]) -> tuple[str, ...]:
    for part in value:
        scheme, _, host = part.partition("://")
        if scheme not in ("http", "https") or not host or set(host) & set("/?#;,'\" \t\r\n"):
            raise ValueError(f"{part!r} is no origin such as https://www.example.gov.cn")
    return value


def _base_url(value: str) -> str:
    url = urlsplit(value)
    if value and (url.scheme not in ("http", "https") or not url.hostname or "@" in value or url.query):
        raise ValueError("it is no address such as http://127.0.0.1:8000/v1 (the key has its own setting)")
    return value.rstrip("/")


def _rates(value: str) -> str:
    if value:
        from limits import parse_many

        parse_many(value)
    return value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Networks = Annotated[Words, AfterValidator(_networks)]
Origins = Annotated[Words, AfterValidator(_origins)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
Rates = Annotated[str, AfterValidator(_rates)]


class Settings(BaseSettings):
    """What can be set, and the defaults. Every field is `WENCE_<NAME>` in the environment.

    A description is Chinese, then " / ", then English: `wence settings` shows it.
    """

    model_config = SettingsConfigDict(env_prefix="WENCE_", frozen=True, extra="ignore")

    corpus: Path = Field(
        default_factory=packaged_corpus, description="政策文件所在的文件夹 / folder with the guidelines"
    )
    index: Path = Field(
        default_factory=lambda: cache_folder() / "index", description="索引文件夹 / folder of the index"
    )
    index_uri: str = Field(
        default="",
        description="索引的地址:文件夹、milvus-lite:文件.db 或 http(s)://主机:端口;空:用 WENCE_INDEX / "
        "place of the index: a folder, milvus-lite:FILE.db or http(s)://HOST:PORT; empty: WENCE_INDEX",
    )
    index_token: SecretStr = Field(
        default=SecretStr(""),
        description="Milvus 服务器的令牌:用户:密码,或 API key / "
        "token of the Milvus server: user:password, or an API key",
    )
    embedding_model: str = Field(
        default="",
        description="sentence-transformers 模型的名称或文件夹;空:自带的离线模型 / "
        "hub name or folder of a sentence-transformers model; empty: the offline model",
    )
    encoder: Literal["auto", "onnx", "torch"] = Field(
        default="auto",
        description="模型的运行方式:auto 表示向量相同时用 ONNX Runtime,否则用 torch / "
        "what runs the model: auto takes ONNX Runtime where it gives the same vectors, torch otherwise",
    )
    dense: bool = Field(
        default=True,
        description="false:只用 BM25 检索,不加载模型 / false: search with BM25 alone, no model is loaded",
    )
    max_question: int = Field(
        default=1000,
        ge=10,
        le=100_000,
        description="问题最长多少字 / longest question, in characters",
    )
    journal: str = Field(
        default_factory=default_place,
        description="问答日志的位置:文件(SQLite)、postgresql://… 或 off / "
        "where questions and answers are kept: a file (SQLite), postgresql://… or off",
    )
    journal_days: int = Field(
        default=180, ge=1, le=36_500, description="日志保留的天数 / days an entry of the journal is kept"
    )
    llm_model: str = Field(
        default="",
        description="语言模型的名称;空:不用模型,只用原文作答 / name of the language model; empty: none",
    )
    llm_base_url: BaseUrl = Field(
        default="",
        description="OpenAI 兼容服务器的地址,如 http://127.0.0.1:8000/v1 / "
        "address of the OpenAI-compatible server, such as http://127.0.0.1:8000/v1",
    )
    llm_api_key: SecretStr = Field(
        default=SecretStr(""),
        description="该服务器的密钥;空:不需要 / key for that server; empty: none needed",
    )
    llm_provider: str = Field(
        default="openai",
        pattern=r"^[a-z][a-z0-9_]{0,39}$",
        description="langchain 的 provider;openai 以外需安装其软件包 / "
        "provider by langchain's name; others than openai need their package",
    )
    llm_connect_seconds: float = Field(
        default=2.0,
        gt=0,
        le=60,
        description="连接模型服务器最多几秒 / seconds to connect to the model's server",
    )
    llm_first_seconds: float = Field(
        default=6.0,
        gt=0,
        le=300,
        description="等待第一段(和下一段)回答最多几秒 / seconds to the first piece, and between pieces",
    )
    llm_seconds: float = Field(
        default=12.0,
        gt=0,
        le=600,
        description="模型作答最多几秒,含重试;超时改用原文 / seconds for an answer with all retries",
    )
    llm_retries: int = Field(
        default=1,
        ge=0,
        le=10,
        description="失败后最多重试几次 / tries after a failed one, within the seconds",
    )
    llm_max_tokens: int = Field(
        default=800, ge=16, le=32_768, description="回答最多多少 token / longest answer, in tokens"
    )
    llm_max_evidence: int = Field(
        default=12_000,
        ge=500,
        le=1_000_000,
        description="交给模型的原文最多多少字 / characters of whole measures given to the model",
    )
    llm_understands: bool = Field(
        default=True,
        description="规则读不准时由模型帮助理解 / the model helps to read questions that rules are unsure of",
    )
    llm_parallel: int = Field(
        default=4, ge=1, le=256, description="同时进行的模型请求数 / calls to the model at a time"
    )
    llm_failures: int = Field(
        default=3, ge=1, le=1000, description="连续失败几次后暂停使用模型 / failures in a row before it rests"
    )
    llm_rest_seconds: float = Field(
        default=60.0, gt=0, le=86_400, description="暂停多少秒后再试 / seconds of that rest, then one trial"
    )
    host: str = Field(default="127.0.0.1", description="监听的地址 / address the server listens on")
    port: int = Field(default=7860, ge=1, le=65535, description="监听的端口 / port the server listens on")
    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="进程数;第 n 个监听端口 port+n-1,各自加载索引和模型 / "
        "processes; the n-th listens on port+n-1, each loads index and model for itself",
    )
    at_once: int = Field(
        default=32,
        ge=1,
        le=512,
        description="同时作答的问题数(线程) / questions answered at a time (threads)",
    )
    waiting: int = Field(
        default=512,
        ge=0,
        le=100_000,
        description="最多多少问题排队,再多则请稍后再试 / questions that may wait; more are told to come back",
    )
    answer_seconds: float = Field(
        default=20.0,
        gt=0,
        le=600,
        description="一个问题最多等待的秒数,含排队 / seconds a question may take, waiting included",
    )
    max_history: int = Field(
        default=100,
        ge=0,
        le=10_000,
        description="一次提问最多带多少轮对话 / turns of history with a question",
    )
    max_history_chars: int = Field(
        default=400_000,
        ge=0,
        le=10_000_000,
        description="对话历史最多多少字 / characters of history with a question",
    )
    max_body: int = Field(
        default=2 * 1024 * 1024,
        ge=1024,
        le=1024 * 1024 * 1024,
        description="请求正文最多多少字节 / largest body of a request, in bytes",
    )
    limit_address: Rates = Field(
        default="12000/minute",
        description="每个地址的提问次数,如 300/minute;20/second;空:不限 / "
        "questions of one address, such as 300/minute;20/second; empty: no limit",
    )
    limit_visit: Rates = Field(
        default="120/minute",
        description="每次访问(一个打开的页面)的提问次数;空:不限 / "
        "questions of one visit (an open page); empty: no limit",
    )
    limits_url: str = Field(
        default="memory://",
        description="计数保存在何处:memory:// 或 redis://主机:端口/0 / "
        "where counts are kept: memory:// or redis://host:port/0",
        pattern=r"^(memory://|rediss?://.+)$",
    )
    trusted_proxies: Networks = Field(
        default=(),
        description="可信代理的地址或网段,只采信它们的 X-Forwarded-For / "
        "addresses or networks of proxies whose X-Forwarded-For is believed",
    )
    allowed_hosts: Words = Field(
        default=(),
        description="可用的主机名,如 wence.example.gov.cn;空:监听本机时只限本机名,否则不限 / "
        "host names served; empty: those of this machine when listening on loopback, else any",
    )
    embed_origins: Origins = Field(
        default=(),
        description="可嵌入对话的网站来源,如 https://www.example.gov.cn / "
        "origins of pages that may embed the chat",
    )
    api_origins: Origins = Field(
        default=(),
        description="浏览器中可跨站调用 /api 的来源 / origins whose scripts may call /api from a browser",
    )
    metrics_from: Networks = Field(
        default=("127.0.0.0/8", "::1/128"),
        description="可读取 /metrics 的地址或网段;空:关闭 / "
        "addresses or networks that may read /metrics; empty: off",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="日志级别 / level of the log"
    )
    log_questions: bool = Field(
        default=False, description="true:日志中写明问题 / true: questions are written to the log"
    )

    @property
    def place(self) -> Place:
        """Where the index is. Raises UsageError for an address that is none."""
        if not self.index_uri:
            return self.index
        return parse_place(self.index_uri, self.index_token.get_secret_value())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file that `WENCE_CONFIG` names."""
        return (init_settings, env_settings, *_file_source(settings_cls))


def index_named(name: str) -> dict[str, object]:
    """The settings for an index named on the command line: a folder, or an address of another kind."""
    return {"index_uri": name} if is_remote(name) else {"index": Path(name), "index_uri": ""}


def read_settings() -> Settings:
    """The settings of this process. Raises UsageError that names the variable and what it may be."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "WENCE_" + str(first["loc"][0]).upper() if first["loc"] else CONFIG
        raise UsageError(
            f"设置 {name} 的值不对:{first['msg']}。请改正或删除它。",
            f"The setting {name} is wrong: {first['msg']}. Correct it or unset it.",
        ) from error


def _file_source(settings: type[BaseSettings]) -> list[PydanticBaseSettingsSource]:
    """The file of settings; UsageError if it is not there, or not readable as what its name says."""
    named = os.environ.get(CONFIG)
    if not named:
        return []
    file = Path(named).expanduser()
    try:
        file.read_text(encoding="utf-8")  # pydantic-settings passes over a file that is not there
        if file.suffix == ".toml":
            return [TomlConfigSettingsSource(settings, file)]
        return [DotEnvSettingsSource(settings, env_file=file, env_file_encoding="utf-8")]
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{CONFIG} 所指的设置文件 {file} 无法读取:{error}。请改正文件,或删除该变量。",
            f"The file of settings {file} named by {CONFIG} cannot be read: {error}. "
            "Correct it, or unset the variable.",
        ) from error
