"""The load benchmark: its arithmetic, its questions, what visitors notice, and one real run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bench.load.figures import Bare, LoadReport, Met, Sample, growth, level_of
from bot.bench.load.questions import Frames, frames, made_of, matters, questions_about
from bot.bench.load.run import run_load, visitors_of
from bot.bench.load.table import load_text
from bot.bench.load.visitors import CROSSED, ask, connection
from bot.settings import Settings
from corpus.errors import UsageError
from corpus.load import load_corpus, packaged_corpus

CARE = Path(__file__).resolve().parent.parent / "data" / "corpus" / "linhai-care" / "source.txt"
BARE = Bare({1: 80.0, 32: 200.0, 64: 160.0}, 9.5)


def met(seconds: float, problem: str = "", encoded: bool = True) -> Met:
    return Met(0.0, seconds, "问", "" if problem else "答", problem, encoded)


# Arithmetic


@pytest.mark.parametrize(
    ("mib", "expected"),
    [
        ([], None),
        ([100, 100, 100], None),
        ([50, 90, 100, 100], 0.0),
        ([100, 100, 100, 110], 10.0),
        ([500, 100, 100, 95], -5.0),
        ([*range(100, 120), *[200] * 10, *[210] * 10], 5.0),
    ],
)
def test_growth_is_that_of_the_second_half(mib: list[int], expected: float | None) -> None:
    samples = [Sample(float(i), float(each), 0.0) for i, each in enumerate(mib)]
    assert growth(samples) == expected


def test_a_level() -> None:
    found = [*(met(0.1 * n) for n in range(1, 21)), met(9.0, "HTTP 503"), met(9.0, "HTTP 503")]
    samples = [Sample(0.0, 100.0, 5.0), Sample(10.0, 104.0, 15.0)]
    level = level_of("api", 20, found, 0, (10.0, 2.0), samples, cores=2).beside(BARE)
    assert (level.answers, level.errors, level.problems) == (20, 2, {"HTTP 503": 2})
    assert (level.p50, level.p95, level.p99) == (1.0, 1.9, 2.0)
    assert (level.per_second, level.of_encoder, level.encoded) == (2.0, 0.01, 1.0)
    assert (level.server_cpu, level.client_cpu) == (0.5, 0.1)
    assert (level.server_ms, level.client_ms) == (500.0, 100.0)
    assert level.mib == 104.0 and level.growth is None


def test_a_level_without_answers() -> None:
    level = level_of("chat", 1, [met(1.0, "ReadTimeout")], 0, (1.0, 0.0), [], cores=1)
    assert (level.answers, level.errors, level.per_second, level.server_cpu) == (0, 1, 0.0, None)


def test_the_report_as_text_and_json() -> None:
    level = level_of("api", 200, [met(0.5)] * 100, 3, (1.0, 0.1), [], cores=2).beside(BARE)
    poor = replace(level, problems={"HTTP 503": 7})
    report = LoadReport(BARE, (level, poor), 4.2, 2, 1.0, "3.11")
    text = load_text(report)
    assert "200 visitors (api): {'HTTP 503': 7}" in text
    assert "80 (1), 200 (32), 160 (64)" in text and "9.5 ms alone" in text
    assert len({len(line) for line in text.splitlines()[:3]}) == 1
    form = json.loads(json.dumps(report.to_json()))
    assert form["best_encoder_per_s"] == 200.0
    assert form["levels"][0]["crossed"] == 3 and form["levels"][1]["problems"] == {"HTTP 503": 7}


def test_the_encoder_before_and_after() -> None:
    drifted = BARE.mean(Bare({1: 60.0, 32: 100.0, 64: 170.0}, 10.5))
    assert drifted == Bare({1: 70.0, 32: 150.0, 64: 165.0}, 10.0) and drifted.best == 165.0


# Questions


def test_hardly_two_questions_are_equal_and_every_run_asks_the_same() -> None:
    asked = list(islice(questions_about(packaged_corpus()), 2000))
    assert len(set(asked)) == len(asked)
    assert asked == list(islice(questions_about(packaged_corpus()), 2000))
    assert asked != list(islice(questions_about(packaged_corpus(), seed=1), 2000))


def test_questions_are_of_the_corpus() -> None:
    pieces = matters(load_corpus(packaged_corpus()))
    assert len(pieces) == len(set(pieces)) > 100
    assert all(any(piece in q for piece in pieces) for q in islice(questions_about(packaged_corpus()), 200))


def test_few_combinations_come_again() -> None:
    ways = Frames(("$matter?",), ("$place $matter?",))
    asked = list(islice(made_of(["甲", "乙"], [], ways), 9))
    assert set(asked) == {"甲?", "乙?"} and len(asked) == 9


def test_the_packaged_ways_to_ask_can_be_filled_in() -> None:
    assert all("$matter" in way for way in frames().with_matter)
    assert all("$matter" in way and "$place" in way for way in frames().with_both)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("50,200,500", (50, 200, 500)), (" 7 ", (7,)), ("1,,2,", (1, 2)), ("", None), ("0", None), ("x", None),
     ("-5", None), ("2.5", None), ("10001", None), ("²", None)],
)  # fmt: skip
def test_numbers_of_visitors(text: str, expected: tuple[int, ...] | None) -> None:
    if expected is None:
        with pytest.raises(UsageError, match="--visitors"):
            visitors_of(text)
    else:
        assert visitors_of(text) == expected


def test_without_a_model_there_is_nothing_to_compare_with() -> None:
    with pytest.raises(UsageError, match="WENCE_DENSE"):
        run_load(Settings(dense=False), report=print, visitors=(1,))


# Visitors

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(status: int = 200, **fields: object) -> Reply:
    form = {"question": "问", "id": "问", "text": "答", "timing_ms": {"encode": 3.0}, **fields}

    async def reply(request: web.Request) -> web.Response:
        return web.json_response(form, status=status)

    return reply


def says(text: str) -> Reply:
    async def reply(request: web.Request) -> web.Response:
        return web.Response(text=text)

    return reply


async def cuts_off(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize(
    ("reply", "text", "problem"),
    [
        (answer(), "答", ""),
        (answer(question="别人的问题"), "", CROSSED),
        (answer(id="别人的"), "", CROSSED),
        (answer(503), "", "HTTP 503"),
        (says("<html>"), "", "JSONDecodeError"),
        (says("{}"), "", "KeyError"),
        (cuts_off, "", "ServerDisconnectedError"),
    ],
)
def test_what_a_visitor_notices(reply: Reply, text: str, problem: str) -> None:
    async def asked() -> Met:
        app = web.Application()
        app.router.add_post("/api/ask", reply)
        async with TestServer(app) as server, connection(str(server.make_url("/"))) as client:
            return await ask(client, "api", "问")

    found = asyncio.run(asked())
    assert (found.text, found.problem) == (text, problem)


def test_a_real_load(tmp_path: Path) -> None:
    """Few visitors for a moment: every answer is right, and every figure is there."""
    (tmp_path / "care.txt").write_bytes(CARE.read_bytes())
    said: list[str] = []
    report = run_load(Settings(corpus=tmp_path), report=said.append, visitors=(3,), seconds=3)
    api, chat = report.levels
    assert (api.door, api.visitors, chat.door) == ("api", 3, "chat")
    for level in report.levels:
        assert (level.errors, level.crossed) == (0, 0)
        assert level.answers >= 1 and 0 < level.p50 <= level.p95 <= level.p99
        assert level.of_encoder > 0 and level.client_ms > 0
    assert api.encoded > 0.5 and (api.mib or 0) > 100
    assert report.bare.best > 1 and report.ready_s > 0 and len(said) == 5
