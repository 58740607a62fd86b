"""Settings come from WENCE_* and from nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings, cache_folder, read_settings
from corpus.errors import UsageError
from corpus.load import packaged_corpus


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*Settings.model_fields, "config"]:
        monkeypatch.delenv(f"WENCE_{name.upper()}", raising=False)


def test_defaults() -> None:
    settings = read_settings()
    assert settings.corpus == packaged_corpus()
    assert settings.index == cache_folder() / "index"
    assert settings.dense is True
    assert (settings.host, settings.port, settings.max_question) == ("127.0.0.1", 7860, 1000)
    assert settings.embedding_model == ""


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("WENCE_CORPUS", "/tmp/语料", "corpus", Path("/tmp/语料")),
        ("WENCE_INDEX", "relative", "index", Path("relative")),
        ("WENCE_DENSE", "false", "dense", False),
        ("WENCE_DENSE", "0", "dense", False),
        ("WENCE_PORT", "80", "port", 80),
        ("WENCE_MAX_QUESTION", "10", "max_question", 10),
        ("WENCE_EMBEDDING_MODEL", "some/model", "embedding_model", "some/model"),
        ("wence_port", "81", "port", 81),
    ],
)
def test_a_variable_sets_its_field(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field: str, expected: object
) -> None:
    monkeypatch.setenv(variable, value)
    assert getattr(read_settings(), field) == expected


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WENCE_PORT", "no"),
        ("WENCE_PORT", "0"),
        ("WENCE_PORT", "65536"),
        ("WENCE_PORT", ""),
        ("WENCE_DENSE", "perhaps"),
        ("WENCE_MAX_QUESTION", "9"),
        ("WENCE_MAX_QUESTION", "100001"),
    ],
)
def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError) as caught:
        read_settings()
    assert variable in caught.value.zh and variable in caught.value.en
    assert caught.value.exit_code == 2


def test_unknown_variables_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENCE_SOMETHING", "1")
    assert read_settings() == Settings()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        read_settings().port = 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "wence.toml",
            'port = 81\ndense = false\nembed_origins = ["https://a.cn", "https://b.cn"]\nother = 1\n',
        ),
        (
            "wence.env",
            "WENCE_PORT=81\nWENCE_DENSE=false\nWENCE_EMBED_ORIGINS=https://a.cn, https://b.cn\nOTHER=1\n",
        ),
    ],
)
def test_a_file_sets_what_the_environment_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("WENCE_CONFIG", str(tmp_path / name))
    monkeypatch.setenv("WENCE_PORT", "82")
    settings = read_settings()
    assert (settings.port, settings.dense) == (82, False)
    assert settings.embed_origins == ("https://a.cn", "https://b.cn")


@pytest.mark.parametrize(
    ("name", "text"),
    [("none.toml", None), ("bad.toml", "port ="), ("bad.env", "WENCE_PORT=no"), ("v.toml", "port = 0")],
)
def test_a_file_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, text: str | None
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("WENCE_CONFIG", str(tmp_path / name))
    with pytest.raises(UsageError, match=r"WENCE_(CONFIG|PORT)"):
        read_settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WENCE_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("WENCE_EMBED_ORIGINS", "www.example.cn"),
        ("WENCE_EMBED_ORIGINS", "https://a.cn/path"),
        ("WENCE_EMBED_ORIGINS", "https://a.cn; script-src *"),
        ("WENCE_LIMIT_ADDRESS", "often"),
        ("WENCE_LIMITS_URL", "file:///x"),
        ("WENCE_LOG_LEVEL", "loud"),
    ],
)
def test_wrong_settings_of_the_server_are_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError, match=variable):
        read_settings()


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENCE_TRUSTED_PROXIES", "10.0.0.7, 192.168.0.0/16,")
    monkeypatch.setenv("WENCE_METRICS_FROM", "")
    settings = read_settings()
    assert settings.trusted_proxies == ("10.0.0.7/32", "192.168.0.0/16") and settings.metrics_from == ()
