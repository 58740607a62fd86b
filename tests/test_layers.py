"""The floors of the house, read from the imports: bot → index → corpus, never back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("corpus", "index", "bot")
MAY_IMPORT = {"corpus": {"corpus"}, "index": {"corpus", "index"}, "bot": {"corpus", "index", "bot"}}
LANGCHAIN = ("index/embed.py", "bot/llm/", "bot/retriever.py", "bot/bench")
WEB = {"gradio", "gradio_client", "fastapi", "starlette", "uvicorn"}


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, at any depth of the module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def breaches(path: str, source: str) -> list[str]:
    """What in the module `path` (such as ``index/store.py``) breaks the rules of the house."""
    floor = path.split("/", 1)[0]
    found = []
    for line, name in imports(source):
        top = name.split(".", 1)[0]
        if top == "":
            found.append(f"{path}:{line}: relative import; name the package")
        elif top in FLOORS and top not in MAY_IMPORT[floor]:
            found.append(f"{path}:{line}: {floor} may not import {name}")
        elif top.startswith("langchain") and not path.startswith(LANGCHAIN):
            found.append(f"{path}:{line}: {name} belongs to the edges: {', '.join(LANGCHAIN)}")
        elif top in WEB and not path.startswith("bot/web/"):
            found.append(f"{path}:{line}: {name} belongs in bot/web/")
        elif top in {"pickle", "tests"}:
            found.append(f"{path}:{line}: {name} may not be imported")
    return found


def modules() -> list[Path]:
    return sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))


def test_every_module_keeps_to_its_floor() -> None:
    found = [
        breach
        for path in modules()
        for breach in breaches(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_all_floors_were_read() -> None:
    read = {path.relative_to(ROOT).parts[0] for path in modules() if path.name != "__init__.py"}
    assert read == set(FLOORS)


def test_prompts_are_data() -> None:
    """Prompts are text files; the package holds no code beside its docstring."""
    for path in (ROOT / "prompts").rglob("*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body), path


@pytest.mark.parametrize(
    ("path", "source", "word"),
    [
        ("corpus/parse.py", "from index.store import Index", "corpus may not import index.store"),
        ("corpus/parse.py", "import bot.answer", "corpus may not import bot.answer"),
        ("index/store.py", "def f():\n    from bot import ask", "index/store.py:2: index may not"),
        ("index/store.py", "from langchain_core.documents import Document", "belongs to the edges"),
        ("bot/ask.py", "import langchain", "belongs to the edges"),
        ("bot/ask.py", "import gradio as gr", "belongs in bot/web/"),
        ("bot/cli.py", "from fastapi import FastAPI", "belongs in bot/web/"),
        ("bot/ask.py", "from . import answer", "relative import"),
        ("index/store.py", "import pickle", "may not be imported"),
    ],
)
def test_a_breach_is_seen(path: str, source: str, word: str) -> None:
    (found,) = breaches(path, source)
    assert word in found


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bot/ask.py", "from index.store import Index\nfrom corpus.measure import Measure"),
        ("index/embed.py", "from langchain_core.embeddings import Embeddings"),
        ("bot/bench.py", "from langchain_text_splitters import RecursiveCharacterTextSplitter"),
        ("bot/web/ui.py", "import gradio as gr"),
        ("corpus/read.py", "import tomllib\nfrom corpus.errors import CorpusError"),
    ],
)
def test_what_is_allowed_passes(path: str, source: str) -> None:
    assert breaches(path, source) == []
