"""The encoder alone on the questions of the load: the most that any server over it could answer."""

from __future__ import annotations

import math
from time import process_time
from typing import Final

from bot.bench.clock import lap
from bot.bench.load.figures import Bare, BareJob
from index.embed import load_embedder

SIZES: Final = (1, 8, 16, 32, 64, 128)


def measure_bare(job: BareJob) -> Bare:
    """Questions a second for each size of batch, of the best of some rounds. Raises ModelError."""
    embedder = load_embedder(job.embedding_model or None, job.encoder)
    questions = list(job.questions)
    embedder.encode_queries(questions[: max(SIZES)])  # warm
    best: dict[int, float] = {}
    cpu: dict[int, float] = {}
    for _ in range(job.rounds):
        for size in SIZES:
            part = questions[: max(SIZES) if size > 1 else 32]
            busy = process_time()
            with lap() as timed:
                for start in range(0, len(part), size):
                    embedder.encode_queries(part[start : start + size])
            cpu[size] = min(cpu.get(size, math.inf), 1000 * (process_time() - busy) / len(part))
            best[size] = max(best.get(size, 0.0), round(len(part) / timed.seconds, 1))
    return Bare(best, round(cpu[max(best, key=best.__getitem__)], 2))
