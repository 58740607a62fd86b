"""The project round the code: dependencies, wheel, Makefile and what the READMEs promise."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "corpus", "index", "prompts")
READMES = ("README.md", "README.zh-CN.md")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

pytest_plugins = ("pytester",)


def pinned() -> dict[str, str]:
    """Canonical name → release, as constraints.txt pins them."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = (Requirement(line) for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


def declared() -> list[Requirement]:
    """Every dependency that pyproject.toml wishes for, extras included, but for the project's own extras."""
    extras = (wish for wishes in PROJECT["optional-dependencies"].values() for wish in wishes)
    every = [Requirement(wish) for wish in [*PROJECT["dependencies"], *extras]]
    return [wish for wish in every if wish.name != "wence"]


def needed(wishes: list[Requirement]) -> dict[str, Requirement]:
    """The tree behind the wishes, from what is installed: canonical name → one wish for it."""
    found: dict[str, Requirement] = {}
    waiting = list(wishes)
    while waiting:
        wish = waiting.pop()
        name = canonicalize_name(wish.name)
        if name in found:
            continue
        found[name] = wish
        behind = [Requirement(text) for text in distribution(name).requires or ()]
        waiting += [next_ for next_ in behind if applies(next_, wish.extras)]
    return found


def applies(wish: Requirement, extras: set[str]) -> bool:
    """Whether a wish counts here, for a distribution that was asked for with `extras`."""
    return wish.marker is None or any(wish.marker.evaluate({"extra": extra}) for extra in extras | {""})


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=250,
    )


# Dependencies


def test_constraints_pin_the_whole_tree() -> None:
    assert sorted(set(needed(declared())) - set(pinned())) == []


def test_pins_meet_the_declared_ranges() -> None:
    pins = pinned()
    wrong = [str(wish) for wish in declared() if pins[canonicalize_name(wish.name)] not in wish.specifier]
    assert wrong == []


def test_no_pin_names_one_machines_build() -> None:
    assert [version for version in pinned().values() if not re.fullmatch(r"[0-9a-z.]+", version)] == []


def test_every_import_is_declared() -> None:
    """What the packages import is wished for by name, not taken because something else brings it."""
    owners = packages_distributions()
    wished = {canonicalize_name(wish.name) for wish in declared()}
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for name in third_party(path.read_text(encoding="utf-8"))
        if not wished & {canonicalize_name(owner) for owner in owners.get(name, [name])}
    }
    assert sorted(missing) == []


def third_party(source: str) -> set[str]:
    """Top-level names that a module imports from outside of the standard library and this project."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - set(PACKAGES)


# The wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout without a network."""
    out = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, cwd=ROOT)
    assert built.returncode == 0, built.stdout + built.stderr
    (file,) = out.glob("wence-*.whl")
    return file


def test_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    here = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == here
    assert any(name.endswith("/source.txt") for name in inside)


def test_wheel_declares_licence_and_command(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    parts = {name.split(".dist-info/")[1]: name for name in archive.namelist() if ".dist-info/" in name}
    assert archive.read(parts["licenses/LICENSE"]) == (ROOT / "LICENSE").read_bytes()
    assert b"wence = bot.cli:main" in archive.read(parts["entry_points.txt"])


def test_wheel_works_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere it finds its guideline, builds an index and searches it, with no checkout about."""
    place = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(place)
    code = "import bot, corpus, sys; from bot.cli import main; print(bot.__file__, file=sys.stderr); main()"
    done = run(
        *(sys.executable, "-c", code, "search", "--no-dense", "--json", "科技特派员"),
        cwd=tmp_path,
        PYTHONPATH=str(place),
        WENCE_INDEX=str(tmp_path / "index"),
        WENCE_CACHE_DIR=str(tmp_path / "cache"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(place) in done.stderr
    assert "#" in done.stdout


# Makefile and READMEs


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


def code(page: str) -> str:
    """What stands in code blocks and code spans of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))


@pytest.mark.parametrize("page", [*READMES, "CONTRIBUTING.md", "docs/design.md"])
def test_make_targets_in_the_pages_exist(page: str) -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)", code(page)))
    assert named <= targets()


@pytest.mark.parametrize("page", READMES)
def test_readme_names_the_first_steps(page: str) -> None:
    assert {"run", "test"} <= set(re.findall(r"\bmake ([a-z-]+)", code(page)))


@pytest.mark.parametrize("page", READMES)
def test_commands_in_the_readme_exist(page: str) -> None:
    from bot.cli import app

    known = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    named = set(re.findall(r"^[`$ ]*(?:\S*/)?wence ([a-z]+)", code(page), re.M))
    assert named and named <= known


@pytest.mark.parametrize("page", READMES)
def test_settings_in_the_readme_are_the_settings(page: str) -> None:
    from bot.settings import Settings

    text = "".join((ROOT / part).read_text(encoding="utf-8") for part in (page, "docs/serving.md"))
    rows = set(re.findall(r"^\| `WENCE_([A-Z_]+)`", text, re.M))
    assert rows == {name.upper() for name in Settings.model_fields} | {"CACHE_DIR"}


@pytest.mark.parametrize("page", [*READMES, "CONTRIBUTING.md", "docs/design.md", "CHANGELOG.md"])
def test_links_to_files_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    assert [link for link in linked if not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", READMES)
def test_readme_counts_the_off_topic_questions(page: str) -> None:
    lines = (ROOT / "bot" / "data" / "calibration.jsonl").read_text(encoding="utf-8").splitlines()
    text = (ROOT / page).read_text(encoding="utf-8")
    assert re.findall(r"(\d+) (?:off-topic questions that ship|个无关问题都)", text) == [str(len(lines))]


def test_old_python_is_told_what_to_do(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    old = tmp_path / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "constraints.txt").touch()
    done = run("make", "install", "PYTHON=./old-python", cwd=tmp_path)
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed; found: Python 3.9.2" in done.stderr
    assert not (tmp_path / ".venv").exists()


# Skips on CI


SKIPS = {
    "in_test": "def test_it():\n    pytest.skip({reason!r})",
    "by_mark": "@pytest.mark.skipif(True, reason={reason!r})\ndef test_it():\n    pass",
    "module": "pytest.skip({reason!r}, allow_module_level=True)",
}


@pytest.mark.parametrize("kind", sorted(SKIPS))
@pytest.mark.parametrize(
    ("ci", "reason", "passes"),
    [
        ("true", "no Chromium", False),
        ("", "no Chromium", True),
        ("true", "beside the checkout: not there", True),
    ],
)
def test_a_skip_on_ci_is_a_failure(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, kind: str, ci: str, reason: str, passes: bool
) -> None:
    pytester.makeconftest((ROOT / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile("import pytest\n\n" + SKIPS[kind].format(reason=reason))
    monkeypatch.setenv("CI", ci)
    outcomes = pytester.runpytest_subprocess("-p", "no:cacheprovider").parseoutcomes()
    assert outcomes == ({"skipped": 1} if passes else {"failed" if kind == "in_test" else "errors": 1})


def test_an_expected_failure_on_ci_is_no_skip(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeconftest((ROOT / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile("import pytest\n\n@pytest.mark.xfail\ndef test_it():\n    assert False")
    monkeypatch.setenv("CI", "true")
    assert pytester.runpytest_subprocess("-p", "no:cacheprovider").parseoutcomes() == {"xfailed": 1}
