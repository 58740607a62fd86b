"""Both sides of the benchmark, one after the other, each in a fresh process."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from bot.bench.figures import Encoders, Job, Side
from bot.bench.questions import packaged_questions, questions_of
from bot.bench.records import CORPUS, SAMPLE, RecordsJob, RecordsReport, queries_of
from bot.bench.report import BenchReport
from bot.bench.side import ENCODERS, FAILED, FAILURE, JOB, RECORDS, RECORDS_JOB, SIDE
from bot.settings import Settings
from corpus.errors import UsageError, WenceError
from corpus.load import packaged_corpus


def run_bench(
    settings: Settings,
    *,
    report: Callable[[str], None],
    questions: Path | None = None,
    records: Path | None = None,
    sample: int = SAMPLE,
) -> BenchReport:
    """Measure Wence and the plain pipeline on the corpus of `settings`; `report` is told what goes on.

    `questions` is a `.jsonl` file with `question` and `gold`; without one, the packaged questions are asked,
    which can be judged on the packaged guideline only. The index goes into a folder that is removed again.
    `records` is a folder of records with questions, measured as well where it is given; `sample` of them are
    indexed to compare the times of building.
    Raises UsageError if something needed is missing, WenceError for what a side raised.
    """
    _check(settings)
    if records is not None:
        _check_records(records)
    job = _job(settings, questions)
    data = JOB.dump_json(job)
    report("准备模型… / preparing the model…")
    start_side("warm", data)
    report("测量问策… / measuring Wence…")
    wence = SIDE.validate_json(start_side("wence", data))
    report("测量切块加检索… / measuring the plain pipeline…")
    plain = SIDE.validate_json(start_side("plain", data))
    report("测量编码… / measuring the encoder…")
    encoders = ENCODERS.validate_json(start_side("encoders", data))
    found = None
    if records is not None:
        report("测量记录检索,需几分钟… / measuring the records, which takes minutes…")
        records_job = RecordsJob(records.absolute(), settings.embedding_model, sample, settings.encoder)
        found = RECORDS.validate_json(start_side("records", RECORDS_JOB.dump_json(records_job)))
    return _report(job, wence, plain, encoders, found)


def _check(settings: Settings) -> None:
    if not settings.dense:
        raise UsageError(
            "评测要比较的是向量检索,而 WENCE_DENSE 为 false。请取消该变量后再运行。",
            "The benchmark compares searches with a model, and WENCE_DENSE is false. Unset it and run again.",
        )
    if find_spec("langchain_text_splitters") is None:
        raise UsageError(
            "评测需要 langchain-text-splitters,尚未安装。请运行 pip install 'wence[bench]'。",
            "The benchmark needs langchain-text-splitters, which is not installed. "
            "Run pip install 'wence[bench]'.",
        )


def _check_records(folder: Path) -> None:
    queries_of(folder)
    if not (folder / CORPUS).is_file():
        raise UsageError(
            f"{folder} 中没有 {CORPUS}。请指定含有 corpus.jsonl 与 queries.jsonl 的文件夹。",
            f"There is no {CORPUS} in {folder}. Name a folder with corpus.jsonl and queries.jsonl.",
        )


def _job(settings: Settings, questions: Path | None) -> Job:
    asked = packaged_questions() if questions is None else questions_of(questions)
    known = questions is not None or settings.corpus.resolve() == packaged_corpus().resolve()
    judged = known and all(each.gold for each in asked)
    return Job(settings.corpus.absolute(), settings.embedding_model, asked, judged, settings.encoder)


def start_side(name: str, job: bytes) -> bytes:
    """What the process of a side wrote. Raises its WenceError, or one that says how it ended."""
    done = subprocess.run(
        # The same modules as here: -P keeps a folder named bot in the working directory out.
        [sys.executable, "-P", "-m", "bot.bench.side", name],
        input=job,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
    )
    if done.returncode == FAILED:
        failure = FAILURE.validate_json(done.stdout)
        raise WenceError(failure.zh, failure.en)
    if done.returncode:
        last = done.stderr.decode("utf-8", errors="replace").strip().rsplit("\n", 1)[-1]
        raise WenceError(
            f"评测进程 {name} 中断(退出码 {done.returncode}):{last}。请检查内存是否足够,然后重试。",
            f"The benchmark process {name} broke off (exit code {done.returncode}): {last}. "
            "Check that there is enough memory, then try again.",
        )
    return done.stdout


def _report(
    job: Job, wence: Side, plain: Side, encoders: Encoders, records: RecordsReport | None
) -> BenchReport:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    model = job.embedding_model or "multilingual-e5-small (offline)"
    python = platform.python_version()
    return BenchReport(wence, plain, encoders, records, len(job.questions), model, cores, python)
