"""What a model may make of a question: the tables of tests/data/understanding, over real HTTP."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from bot.understanding.known import Known
from bot.understanding.understanding import Understanding
from tests.bot.llm import scripted_server as acts
from tests.bot.llm.scripted_server import Scripted

DATA = Path(__file__).parents[2] / "data" / "understanding"


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _ids(cases: list[dict[str, Any]]) -> list[str]:
    return [f"{number}-{case['fault']}" for number, case in enumerate(cases)]


def _reason(caplog: pytest.LogCaptureFixture) -> str | None:
    said = [record.getMessage() for record in caplog.records if "is not used" in record.getMessage()]
    return said[-1].rsplit(": ", 1)[1] if said else None


REWRITES = _lines("rewrites.jsonl")
READINGS = _lines("readings.jsonl")


@pytest.mark.parametrize("case", REWRITES, ids=_ids(REWRITES))
def test_a_rewrite_passes_or_is_told_why_not(
    case: dict[str, Any],
    server: Scripted,
    understanding: Understanding,
    known: Known,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    server.act, before = acts.says(*case["said"]), len(server.requests)
    history = [(question, answer) for question, answer in case["history"]]
    found = understanding.rewritten(case["question"], case["lang"], history, known)
    assert len(server.requests) == before + 1
    assert _reason(caplog) == case["fault"]
    assert (found is None) == bool(case["fault"])
    assert found is None or found in case["said"]
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("bot.")]
    assert not any(case["question"] in line or case["said"] in line for line in ours)


@pytest.mark.parametrize("case", READINGS, ids=_ids(READINGS))
def test_a_reading_passes_or_is_told_why_not(
    case: dict[str, Any],
    server: Scripted,
    understanding: Understanding,
    known: Known,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    server.act = acts.says(case["said"])
    found = understanding.route(case["question"], case["lang"], known)
    assert (found.question if found else None) == case["reading"]
    assert _reason(caplog) == case["fault"]


def test_the_tables_have_every_fault() -> None:
    kinds = {case["fault"] for case in REWRITES}
    assert kinds >= {"place", "clause", "number", "document", "quote", "word", "denial", "answer", "language"}
    assert sum(case["fault"] is None for case in REWRITES) >= 15
    assert {case["fault"] for case in READINGS} >= {
        "form",
        "refused",
        "district",
        "clause",
        "topic",
        "denial",
    }
