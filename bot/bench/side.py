"""One side of a benchmark in a process of its own, so that neither warms up or fills the memory of the other.

`python -m bot.bench.side wence` (or `plain`, or `warm`, which only loads the model) reads a Job as JSON from
standard input and writes a Side as JSON to standard output; `encoders` writes Encoders, and `records` reads a
RecordsJob and writes a RecordsReport; `bare` reads a BareJob and writes a Bare. A WenceError comes out as a
Failure, with exit code `FAILED`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from pydantic import TypeAdapter

from bot.bench.figures import Encoders, Job, Side
from bot.bench.load.figures import Bare, BareJob
from bot.bench.records import RecordsJob, RecordsReport
from corpus.errors import WenceError

FAILED = 3
JOB, SIDE = TypeAdapter(Job), TypeAdapter(Side)
RECORDS_JOB, RECORDS, ENCODERS = TypeAdapter(RecordsJob), TypeAdapter(RecordsReport), TypeAdapter(Encoders)
BARE_JOB, BARE = TypeAdapter(BareJob), TypeAdapter(Bare)


@dataclass(frozen=True, slots=True)
class Failure:
    """A WenceError on its way to the process that started this one."""

    zh: str
    en: str


FAILURE = TypeAdapter(Failure)


def run_side(name: str, job: bytes) -> bytes:
    """Measure `name`, from JSON to JSON; "warm" loads the model and measures nothing. Raises WenceError."""
    if name == "records":
        from bot.bench.records_side import measure_records

        return RECORDS.dump_json(measure_records(RECORDS_JOB.validate_json(job)))
    if name == "bare":
        from bot.bench.load.bare import measure_bare

        return BARE.dump_json(measure_bare(BARE_JOB.validate_json(job)))
    return _measure(name, JOB.validate_json(job))


def _measure(name: str, job: Job) -> bytes:
    if name == "wence":
        from bot.bench.wence_side import measure_wence

        return SIDE.dump_json(measure_wence(job))
    if name == "plain":
        from bot.bench.plain_side import measure_plain

        return SIDE.dump_json(measure_plain(job))
    if name == "encoders":
        from bot.bench.encoders import measure_encoders

        return ENCODERS.dump_json(measure_encoders(job))
    from index.embed import load_embedder

    load_embedder(job.embedding_model or None, job.encoder)
    return b""


def main() -> None:
    """Standard input to standard output."""
    try:
        found = run_side(sys.argv[1], sys.stdin.buffer.read())
    except WenceError as error:
        sys.stdout.buffer.write(FAILURE.dump_json(Failure(error.zh, error.en)))
        sys.exit(FAILED)
    sys.stdout.buffer.write(found)


if __name__ == "__main__":
    main()
