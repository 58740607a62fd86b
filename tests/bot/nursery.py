"""Builds to be killed. A program: reads a job a line (JSON), forks a build for each, says pid and end.

What is costly to import is imported once. The model is a made-up one of eight dimensions: it is not what is
tried here, and sixty builds have to fit into seconds.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from bot import build
from bot.settings import Settings
from corpus.errors import WenceError
from index.embed import Embedder, Vectors

NOBODY = 65534
QUESTIONS = {"zh": ["明天下雨吗", "红烧肉怎么做", "谁赢了比赛"], "en": ["any rain tomorrow", "who won"]}
"""In place of the hundreds of off-topic questions, which would take most of the time."""


class MadeUp(Embedder):
    """Vectors from the hash of a text."""

    def __init__(self) -> None:
        self.name, self.dimension, self.fingerprint = "made-up", 8, "made-up"

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """One row a text, of length 1; takes a little while, as a model does."""
        rows = [np.frombuffer(hashlib.sha256(text.encode()).digest(), dtype=np.uint8)[:8] for text in texts]
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), 8) + 1
        time.sleep(0.0005 * len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As passages."""
        return self.encode_passages(texts)


def slow_down(seconds: float) -> None:
    """Make every step of the switch take long enough to be killed in the middle of it."""

    def slowly(real: Callable[..., object]) -> Callable[..., object]:
        def slow(*args: object, **options: object) -> object:
            time.sleep(seconds)
            try:
                return real(*args, **options)
            finally:
                time.sleep(seconds)

        return slow

    for place, name in ((os, "replace"), (os, "fsync"), (os, "unlink"), (shutil, "rmtree")):
        setattr(place, name, slowly(getattr(place, name)))


def run(job: dict[str, str | float]) -> int:
    """One build in this process; what it says goes to the file `said`. 0 done, 1 refused."""
    corpus, index = Path(str(job["corpus"])), Path(str(job["index"]))
    settings = Settings(corpus=corpus, index=index, embedding_model="made-up")
    if job.get("slow"):
        slow_down(float(job["slow"]))
    with open(str(job["said"]), "w", encoding="utf-8") as said:
        if job.get("limit"):
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(job["limit"]), resource.RLIM_INFINITY))
        if job.get("nobody") and os.geteuid() == 0:
            os.setuid(NOBODY)
        try:
            built = build.build_index(settings, Console(file=said))
            said.write(f"embedded {built.embedded}\n")
        except WenceError as error:
            said.write(str(error))
            return 1
    return 0


def warm_up() -> None:
    """One build before any fork, so that dictionaries and gazetteers are read once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "corpus").mkdir()
        (folder / "corpus" / "law.txt").write_text("青川市办法\n第一条 甲。\n", encoding="utf-8")
        run({"corpus": str(folder / "corpus"), "index": str(folder / "index"), "said": os.devnull})


def main() -> None:
    """Until standard input ends."""
    build.load_embedder = lambda name, encoder: MadeUp()
    build.background_questions = lambda: QUESTIONS
    warm_up()
    children = 0
    for line in sys.stdin:
        if line.strip() == "wait":
            while children:
                pid, status = os.wait()
                children -= 1
                print(json.dumps([pid, os.waitstatus_to_exitcode(status)]), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                code = run(json.loads(line))
            finally:
                os._exit(code)
        children += 1
        print(pid, flush=True)


if __name__ == "__main__":
    main()
