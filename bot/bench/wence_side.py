"""Wence under the clock: the same path that `wence index` and `wence ask` take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

from bot.ask import Assistant
from bot.bench.clock import lap, peak_mib
from bot.bench.figures import ROUNDS, BenchQuestion, Found, HitRate, Job, Side, Times
from bot.build import background_questions
from corpus.load import load_corpus
from corpus.normal import normalize_question
from index.embed import Embedder, load_embedder
from index.hits import Hit
from index.store import Index

RESULTS = 4
"""As many measures are looked at as the plain pipeline takes chunks."""
_LOADS = 5


def measure_wence(job: Job) -> Side:
    """Load the model, build and load an index, ask every question. Raises CorpusError or ModelError."""
    with lap() as model_lap:
        embedder = load_embedder(job.embedding_model or None, job.encoder)
    with TemporaryDirectory(prefix="wence-bench-") as folder:
        place = Path(folder) / "index"
        with lap() as build_lap:
            build(job, embedder, place)
        loads = [_load_ms(place, embedder) for _ in range(_LOADS)]
        index = Index.load(place, embedder)
    rate = _found(job, [index.search(each.question, RESULTS).hits for each in job.questions])
    times = _times(Assistant(index), embedder, job.questions)
    return Side(
        model_s=round(model_lap.seconds, 2),
        build_s=round(build_lap.seconds, 2),
        load_ms=round(median(loads), 1),
        bare=times[0],
        encode=times[1],
        search=times[2],
        compose=times[3],
        total=times[4],
        found=rate,
        trimmed=rate,
        results=len(index.measures),
        characters=round(mean(len(measure.text) for measure in index.measures), 1),
        peak_mib=peak_mib(),
    )


def build(job: Job, embedder: Embedder, place: Path) -> None:
    """From the corpus folder to a saved index, off-topic questions ranked against it as always."""
    guidelines = load_corpus(job.corpus)
    Index.build(guidelines, embedder, background=background_questions()).save(place)


def _load_ms(place: Path, embedder: Embedder) -> float:
    with lap() as timed:
        Index.load(place, embedder)
    return timed.ms


def _times(assistant: Assistant, embedder: Embedder, questions: Sequence[BenchQuestion]) -> list[Times]:
    """Of the bare encoding, of the steps encode, search and compose, and of the whole; in this order."""
    rows: list[tuple[float, ...]] = []
    for each in [*questions] * ROUNDS:
        with lap() as bare:
            embedder.encode_queries([normalize_question(each.question)])
        with lap() as whole:
            timing = assistant.ask(each.question).timing
        steps = (timing.encode, timing.search, timing.compose) if timing else (0.0, 0.0, 0.0)
        rows.append((bare.ms, *steps, whole.ms))
    return [Times.of(column) for column in zip(*rows, strict=True)]


def _found(job: Job, hits: Sequence[Sequence[Hit]]) -> Found | None:
    """A hit is one measure whole: what it is about is also all that it touches."""
    if not job.judged:
        return None
    rate = HitRate.of([_rank(each, found) for each, found in zip(job.questions, hits, strict=True)])
    return Found(rate, rate)


def _rank(question: BenchQuestion, hits: Sequence[Hit]) -> int | None:
    right = (hit.rank for hit in hits if question.is_answered_by(hit.measure.number, hit.measure.id))
    return next(right, None)
