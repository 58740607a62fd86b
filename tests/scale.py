"""What an index of many records costs, in a folder and over Milvus: the numbers of docs/scaling.md.

    python tests/scale.py RECORDS.jsonl 5000 PLACE…

PLACE is a folder, milvus-lite:FILE.db or http://HOST:19530; what it holds is replaced. Records are those of
the file, again and again with their sentences in another order until there are enough. Vectors are random:
what the model costs is measured by `wence bench`. Each place is read and searched in a process of its own.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from corpus.records import read_records
from index.embed import Embedder, Vectors
from index.filters import Filter
from index.open import Place, open_index, parse_place, save_index
from index.store import Index

DIMENSION: Final = 384
QUESTIONS: Final = 40


class RandomVectors(Embedder):
    """Unit vectors of the size that the model gives, without the model."""

    def __init__(self) -> None:
        self.name, self.dimension, self.fingerprint = "random", DIMENSION, "0" * 16
        self._random = np.random.default_rng(0)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        vectors = self._random.standard_normal((len(texts), DIMENSION), dtype=np.float32)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)


def main() -> None:
    """Build once, then write, read and search at each place; a JSON line for each."""
    if sys.argv[1] == "--read":
        report(read_and_search(parse_place(sys.argv[2]), json.loads(sys.argv[3])))
        return
    file, count, places = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    with tempfile.TemporaryDirectory() as folder:
        records = Path(folder) / "records.jsonl"
        questions = write_records(file, records, count)
        started = time.perf_counter()
        index = Index.build([read_records(records)], RandomVectors())
    report({"records": count, "build_s": time.perf_counter() - started, "peak_mb": peak_mb()})
    for name in places:
        place = parse_place(name)
        started = time.perf_counter()
        save_index(index, place)
        report({"place": str(place), "write_s": time.perf_counter() - started, "disk_mb": disk_mb(place)})
        sys.stdout.flush()
        release(place)
        subprocess.run(
            [sys.executable, __file__, "--read", name, json.dumps(questions, ensure_ascii=False)], check=True
        )


def write_records(source: Path, target: Path, count: int) -> list[str]:
    """`count` records; beginnings of some as questions."""
    lines = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    shuffled = random.Random(0)
    with target.open("w", encoding="utf-8") as out:
        for i in range(count):
            record = lines[i % len(lines)]
            sentences = record["text"].split("。")
            if i >= len(lines):
                shuffled.shuffle(sentences)
            text = "。".join(sentences) or "无"
            out.write(json.dumps(record | {"id": f"r{i}", "text": text}, ensure_ascii=False) + "\n")
    return [record["text"][:30] for record in lines[:: max(1, len(lines) // QUESTIONS)]][:QUESTIONS]


def read_and_search(place: Place, questions: list[str]) -> dict[str, object]:
    """Seconds to open, memory, and milliseconds a question, with filters and without."""
    before, started = held_mb(), time.perf_counter()
    index = open_index(place, RandomVectors())
    opened = time.perf_counter() - started
    half = Filter(facets=("strength:must",))
    found: dict[str, object] = {"open_s": opened, "memory_mb": held_mb() - before}
    found["filtered_rows"] = len(index.labels.rows(half))
    queries = index.encode_many(questions)
    for name, where in (("plain", None), ("facet", half)):
        times = []
        for query in queries:
            started = time.perf_counter()
            index.rank(query, 10, where=where)
            times.append(1000 * (time.perf_counter() - started))
        found[f"{name}_ms"] = statistics.median(times)
        found[f"{name}_p95_ms"] = sorted(times)[int(0.95 * len(times))]
    return found


def release(place: Place) -> None:
    """Let another process open a Milvus Lite file."""
    if not isinstance(place, Path) and place.kind == "lite":
        from milvus_lite.server_manager import server_manager_instance

        server_manager_instance.release_server(place.address)


def disk_mb(place: Place) -> float | None:
    """What the files of an index take, in MB; None for a server."""
    folder = place if isinstance(place, Path) else Path(place.address)
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []
    return sum(path.stat().st_size for path in files) / 1e6 if files else None


def peak_mb() -> float:
    """The most memory that this process has held, in MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def held_mb() -> float:
    """The memory that this process holds now, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def report(found: dict[str, object]) -> None:
    """A line of JSON on standard output."""
    rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in found.items()}
    sys.stdout.write(json.dumps(rounded, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
