"""What Wence says itself: the same phrases in both languages, and every phrase that the code names exists."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest

from bot.phrases import say

BOT = Path(__file__).parents[2] / "bot"
KEY = re.compile(r"[a-z_]+\.[a-z_]+")
PART = "[a-z_.]+"


def phrases(lang: str) -> dict[str, str]:
    table = tomllib.loads((BOT / "phrases" / f"{lang}.toml").read_text(encoding="utf-8"))
    return {f"{group}.{name}": text for group, names in table.items() for name, text in names.items()}


ZH, EN = phrases("zh"), phrases("en")
GROUPS = {key.split(".")[0] for key in ZH}


def placeholders(text: str) -> set[str]:
    return set(Template(text).get_identifiers()) | set(re.findall(r"\{(\w+)\}", text))


def said() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `say` in the code, with where it stands."""
    for path in sorted(BOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                yield f"{path.relative_to(BOT)}:{node.lineno}", node


def named_keys(node: ast.AST) -> Iterator[str]:
    """Every phrase that an expression may name: constants, and f-strings as patterns."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else PART for p in node.values)
        for part in node.values:  # a phrase may be said inside an f-string
            if isinstance(part, ast.FormattedValue):
                yield from named_keys(part.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
        yield re.escape(node.value)
    else:
        for child in ast.iter_child_nodes(node):
            yield from named_keys(child)


def test_both_languages_have_the_same_phrases() -> None:
    assert set(ZH) == set(EN)
    assert len(ZH) > 50


@pytest.mark.parametrize("key", sorted(ZH))
def test_both_languages_have_the_same_placeholders(key: str) -> None:
    """English may need a number where Chinese needs a label: the example of a clause names one of the two."""
    if key == "example.clause":
        assert placeholders(ZH[key]) | placeholders(EN[key]) <= {"label", "number"}
    else:
        assert placeholders(ZH[key]) == placeholders(EN[key])


@pytest.mark.parametrize("key", sorted(ZH))
def test_english_is_english_and_chinese_is_chinese(key: str) -> None:
    assert ZH[key].strip() and EN[key].strip()
    if not key.startswith(("cite.", "ui.")) and re.sub(r"\$\w+", "", EN[key]).strip(" .,-—*#>|“”()\n"):
        assert not re.search(r"[\u4e00-\u9fff]", EN[key])


def test_every_phrase_that_is_said_exists_with_all_it_needs() -> None:
    wrong = []
    for where, call in said():
        key = call.args[1]
        if not isinstance(key, ast.Constant):
            continue
        given = {keyword.arg for keyword in call.keywords}
        for table in (ZH, EN):
            if key.value not in table:
                wrong.append(f"{where}: no phrase {key.value!r}")
            elif None not in given and not placeholders(table[key.value]) <= given:
                missing = placeholders(table[key.value]) - given
                wrong.append(f"{where}: {key.value!r} lacks {sorted(missing)}")
    assert wrong == []
    assert sum(1 for _ in said()) > 30


def test_every_computed_phrase_name_fits_a_phrase() -> None:
    """Names put together from parts (``topic.sure_{confidence}``) fit at least one phrase."""
    wrong = [
        f"{where}: {pattern}"
        for where, call in said()
        for pattern in named_keys(call.args[1])
        if "." in pattern and not any(re.fullmatch(pattern, key) for key in ZH)
    ]
    assert wrong == []


def test_every_phrase_is_used() -> None:
    """A phrase nobody says is dead; those of the chat page are read by its own code."""
    used: set[str] = set()
    for path in BOT.rglob("*.py"):
        for pattern in named_keys(ast.parse(path.read_text(encoding="utf-8"))):
            fixed = pattern.replace(PART, "")
            if pattern.split("\\.")[0] in GROUPS or (pattern != fixed and re.search("[a-z]{3}", fixed)):
                used |= {key for key in ZH if re.fullmatch(pattern, key)}
    assert {key for key in ZH if not key.startswith("ui.")} - used == set()


def test_a_phrase_is_filled() -> None:
    assert say("zh", "document.title", title="甲") == ZH["document.title"].replace("$title", "甲")
    assert say("en", "clause.measure_number", number=7) == "Measure 7"


def test_a_value_is_not_filled_again() -> None:
    """A title that holds a placeholder is shown as it is."""
    assert "$count $title ${x}" in say("zh", "document.title", title="$count $title ${x}")


@pytest.mark.parametrize("key", ["document.nothing", "nothing.title", "title", ""])
def test_an_unknown_phrase_is_an_error(key: str) -> None:
    with pytest.raises(KeyError):
        say("zh", key)


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="title"):
        say("zh", "document.title")
