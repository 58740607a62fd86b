"""One side of a benchmark in a process of its own, so that neither warms up or fills the memory of the other.

`python -m bot.bench.side wence` (or `plain`, or `warm`, which only loads the model) reads a Job as JSON from
standard input and writes a Side as JSON to standard output; a WenceError comes out as a Failure, with exit
code `FAILED`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from pydantic import TypeAdapter

from bot.bench.figures import Job, Side
from corpus.errors import WenceError

FAILED = 3
JOB, SIDE = TypeAdapter(Job), TypeAdapter(Side)


@dataclass(frozen=True, slots=True)
class Failure:
    """A WenceError on its way to the process that started this one."""

    zh: str
    en: str


FAILURE = TypeAdapter(Failure)


def run_side(name: str, job: Job) -> Side | None:
    """Measure the side `name`; "warm" loads the model and measures nothing. Raises WenceError."""
    if name == "wence":
        from bot.bench.wence_side import measure_wence

        return measure_wence(job)
    if name == "plain":
        from bot.bench.plain_side import measure_plain

        return measure_plain(job)
    from index.embed import load_embedder

    load_embedder(job.embedding_model or None)
    return None


def main() -> None:
    """Standard input to standard output."""
    job = JOB.validate_json(sys.stdin.buffer.read())
    try:
        side = run_side(sys.argv[1], job)
    except WenceError as error:
        sys.stdout.buffer.write(FAILURE.dump_json(Failure(error.zh, error.en)))
        sys.exit(FAILED)
    if side is not None:
        sys.stdout.buffer.write(SIDE.dump_json(side))


if __name__ == "__main__":
    main()
