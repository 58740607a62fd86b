"""A server under load: the encoder alone first, then level after level of visitors against one process."""

from __future__ import annotations

import asyncio
import os
import platform
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Final

from bot.bench.load.bare import SIZES
from bot.bench.load.figures import Bare, BareJob, Door, Level, LoadReport, Met, Sample, level_of
from bot.bench.load.questions import questions_about
from bot.bench.load.served import Served, serving
from bot.bench.load.visitors import CROSSED, THINK_SECONDS, Crowd, ask, connection
from bot.bench.run import start_side
from bot.bench.side import BARE, BARE_JOB
from bot.settings import Settings
from corpus.errors import UsageError

VISITORS: Final = (50, 200, 500)
SECONDS: Final = 60.0
_ASKED_AGAIN: Final = 100
"""So many answers of each level are compared with the answer to the same question asked alone."""
_CHAT_VISITORS: Final = 50
"""Through Gradio's queue come these visitors, for a quarter of the time."""
_MOST_VISITORS: Final = 10_000
_WARM_QUESTIONS: Final = 50
_ROUNDS, _LONG_SECONDS = 3, 10.0
_SAMPLE_SECONDS: Final = 0.5


def run_load(
    settings: Settings,
    *,
    report: Callable[[str], None],
    visitors: Sequence[int] = VISITORS,
    seconds: float = SECONDS,
) -> LoadReport:
    """Put a server of this machine under load; `report` is told what goes on.

    Each of `visitors` is a level of so many who ask for `seconds`, with a second to think after each answer.
    The encoder alone is measured before and after, as the speed of a machine drifts within minutes.
    Raises UsageError without a model or a level, WenceError if the server does not start.
    """
    if not settings.dense or not visitors:
        raise UsageError(
            "压力测试要与模型的编码速度比较：请取消 WENCE_DENSE=false，并给出访客数，如 --visitors 50,200。",
            "The load is compared with the model's encoding: unset WENCE_DENSE=false, and say how many "
            "visitors, such as --visitors 50,200.",
        )
    questions = questions_about(settings.corpus)
    report("测量模型单独编码… / measuring the encoder alone…")
    rounds = _ROUNDS if seconds >= _LONG_SECONDS else 1
    job = BareJob(settings.embedding_model, settings.encoder, tuple(islice(questions, max(SIZES))), rounds)
    before = _bare(job)
    report("启动服务… / starting the server…")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    levels: list[Level] = []
    with serving(settings) as served:
        _warm(served, questions)
        plan: list[tuple[Door, int, float]] = [("api", count, seconds) for count in visitors]
        plan.append(("chat", min(_CHAT_VISITORS, max(visitors)), seconds / 4))
        for door, count, duration in plan:
            report(f"{count} 位访客，{duration:g} 秒… / {count} visitors for {duration:g} s ({door})…")
            levels.append(_level(served, door, count, duration, questions, cores))
    report("再测量模型单独编码… / measuring the encoder alone again…")
    bare = before.mean(_bare(job))
    compared = tuple(level.beside(bare) for level in levels)
    return LoadReport(bare, compared, served.ready_s, cores, THINK_SECONDS, platform.python_version())


def _bare(job: BareJob) -> Bare:
    """In a process of its own."""
    return BARE.validate_json(start_side("bare", BARE_JOB.dump_json(job)))


def visitors_of(text: str) -> tuple[int, ...]:
    """Numbers of visitors, written with commas. UsageError if it is something else."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() and 1 <= int(part) <= _MOST_VISITORS for part in parts):
        raise UsageError(
            f"--visitors 应为 1 到 {_MOST_VISITORS} 的整数，用逗号分开，如 50,200；收到 {text!r}。",
            f"--visitors takes numbers from 1 to {_MOST_VISITORS} with commas between, such as 50,200; "
            f"not {text!r}.",
        )
    return tuple(map(int, parts))


def _level(
    served: Served,
    door: Door,
    count: int,
    duration: float,
    questions: Iterator[str],
    cores: int,
) -> Level:
    crowd = Crowd(served.url, door, questions, count)
    with _sampling(served) as samples:
        start, busy = time.perf_counter(), time.process_time()
        asyncio.run(crowd.stay(duration))
        last = max(met.sent + met.seconds for met in crowd.met)
        spent = last - start, time.process_time() - busy
    crossed = sum(met.problem == CROSSED for met in crowd.met)
    crossed += asyncio.run(_differing(served, [met for met in crowd.met if not met.problem]))
    return level_of(door, count, crowd.met, crossed, spent, samples, cores)


async def _differing(served: Served, met: Sequence[Met]) -> int:
    """How many of a sample of answers are not what the same question gets when nobody else asks."""
    sample = met[:: max(1, len(met) // _ASKED_AGAIN)]
    async with connection(served.url) as client:
        alone = [await ask(client, "api", each.question) for each in sample]
    return sum(each.text != again.text for each, again in zip(sample, alone, strict=True))


def _warm(served: Served, questions: Iterator[str]) -> None:
    """The first questions of a process are slow; a visitor meets them once a day."""

    async def few() -> None:
        async with connection(served.url) as client:
            for question in islice(questions, _WARM_QUESTIONS):
                await ask(client, "api", question)

    asyncio.run(few())


@contextmanager
def _sampling(served: Served) -> Iterator[list[Sample]]:
    """Samples of the server, taken in a thread until the block is left."""
    samples: list[Sample] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            found = served.sample()
            if found:
                samples.append(found)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()
