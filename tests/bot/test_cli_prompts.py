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
QUESTION = "养老机构的床位建设有什么补贴?"
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
        sent = json.loads(run("--json", QUESTION)[0])
        assert server.requests == []
    assert sent["prompt"].startswith("answer/zh/")
    assert [each["role"] for each in sent["messages"]] == ["system", "user"]
    first = sent["evidence"][0]
    assert first["n"] == 1 and first["measure"].startswith("linhai-care#")
    assert "\n[1] 《" in sent["messages"][1]["content"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((QUESTION,), ("== system (answer/zh/", "== user (answer/zh/", QUESTION)),
        (("How much subsidy do care homes get for a bed?",), ("== system (answer/en/",)),
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


@pytest.mark.parametrize("question", ["你好", "第三条说了什么", "一共有多少条?"])
def test_clauses_lists_and_refusals_are_not_for_a_model(run: Run, question: str) -> None:
    out, err = run(question)
    assert out == ""
    assert "不会询问模型" in err and "would not be asked" in err
