"""All settings, from `WENCE_*` environment variables, read once into one frozen object."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import UsageError
from corpus.load import packaged_corpus
from index.offline import cache_folder


class Settings(BaseSettings):
    """What can be set, and the defaults. Every field is `WENCE_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="WENCE_", frozen=True, extra="ignore")

    corpus: Path = Field(default_factory=packaged_corpus, description="folder with the guidelines")
    index: Path = Field(default_factory=lambda: cache_folder() / "index", description="folder of the index")
    embedding_model: str = Field(
        default="",
        description="hub name or folder of a sentence-transformers model; empty: the offline model",
    )
    dense: bool = Field(default=True, description="false: search with BM25 alone, no model is loaded")
    max_question: int = Field(default=1000, ge=10, le=100_000, description="longest question, in characters")
    host: str = Field(default="127.0.0.1", description="address the chat listens on")
    port: int = Field(default=7860, ge=1, le=65535, description="port the chat listens on")


def read_settings() -> Settings:
    """The settings of this process. Raises UsageError that names the variable and what it may be."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "WENCE_" + ".".join(str(part) for part in first["loc"]).upper()
        raise UsageError(
            f"环境变量 {name} 的值不对:{first['msg']}。请改正或删除它。",
            f"The environment variable {name} is wrong: {first['msg']}. Correct it or unset it.",
        ) from error
