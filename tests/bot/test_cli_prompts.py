"""`wence prompts` shows what a model would be sent, and asks none."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from tests.bot.llm.scripted_server import Scripted

DATA = Path(__file__).parents[1] / "data" / "corpus"
Run = Callable[..., tuple[str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs it with a corpus and an index of its own and BM25 alone: what goes to both streams."""
    shutil.copytree(DATA / "linhai-care", tmp_path / "corpus" / "linhai-care")
    monkeypatch.setenv("WENCE_CORPUS", str(tmp_path / "corpus"))
    monkeypatch.setenv("WENCE_INDEX", str(tmp_path / "index"))

    def prompts(*arguments: str) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["wence", "prompts", "--no-dense", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        out, err = capfd.readouterr()
        return out, err

    return prompts


def test_the_evidence_is_what_the_extract_quotes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted() as server:
        monkeypatch.setenv("WENCE_LLM_BASE_URL", server.url)
        monkeypatch.setenv("WENCE_LLM_MODEL", "scripted")
        sent = json.loads(run("--json", "第三条说了什么")[0])
        assert server.requests == []
    assert sent["prompt"].startswith("answer/zh/")
    assert [each["role"] for each in sent["messages"]] == ["system", "user"]
    (evidence,) = sent["evidence"]
    assert evidence["n"] == 1 and evidence["measure"].endswith("#3")
    assert "\n[1] 《" in sent["messages"][1]["content"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("第三条说了什么",), ("== system (answer/zh/", "== user (answer/zh/", "第三条说了什么")),
        (("What does article 3 say?",), ("== system (answer/en/",)),
        (("--for", "route", "第三条说了什么"), ("route/zh/", "JSON")),
        (
            ("--for", "rewrite", "--after", "第三条说了什么", "那第四条呢"),
            ("Q: 第三条说了什么\nA: ", "那第四条呢"),
        ),
    ],
)
def test_for_people(run: Run, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    out, _ = run(*arguments)
    assert [word for word in words if word not in out] == []


def test_without_evidence_nothing_would_be_sent(run: Run) -> None:
    out, err = run("你好")
    assert out == ""
    assert "不会询问模型" in err and "would not be asked" in err
