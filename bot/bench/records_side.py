"""Records under the clock: our search beside what one would write oneself, in turn on the same questions.

The floor is a question encoded by the model on torch and FAISS' flat search over the same vectors, nothing
else; the second floor is the encoder that Wence uses, FAISS and bm25s over the same tokens. Torch runs on one
thread for a question, which is its fastest where anything else runs beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import bm25s
import faiss
import numpy as np

from bot.bench.clock import lap
from bot.bench.figures import ROUNDS, Times
from bot.bench.records import (
    CORPUS,
    TOP,
    Asked,
    Building,
    RecordsJob,
    RecordsReport,
    Retrieval,
    Way,
    queries_of,
)
from corpus.measure import Guideline
from corpus.normal import normalize_question
from corpus.records import read_records
from index.embed import Embedder, load_embedder
from index.encoder import batches
from index.local import vectors_of
from index.passage import measure_texts
from index.sparse import tokenize
from index.store import Index

PARTS = 4
Search = Callable[[str], Sequence[str]]
"""A question to the ids of the best records, best first."""


class Floor:
    """FAISS and bm25s over the same vectors and tokens as ours, as their manuals have it."""

    def __init__(self, guideline: Guideline, index: Index) -> None:
        self._ids = [measure.id for measure in guideline.measures]
        vectors = vectors_of(index.tables)
        assert vectors is not None
        self._faiss = faiss.IndexFlatIP(vectors[0].shape[1])
        self._faiss.add(vectors[0])
        self._bm25 = bm25s.BM25(method="lucene")
        self._bm25.index([tokenize(text) for text in measure_texts([guideline])], show_progress=False)
        self._top = min(TOP, len(self._ids))

    def dense(self, embedder: Embedder, question: str) -> list[str]:
        """The model and FAISS."""
        _, rows = self._faiss.search(embedder.encode_queries([question]), self._top)
        return [self._ids[row] for row in rows[0]]

    def sparse(self, question: str) -> list[str]:
        """bm25s alone."""
        tokens = tokenize(normalize_question(question)) or [""]
        rows, scores = self._bm25.retrieve([tokens], k=self._top, show_progress=False)
        return [self._ids[row] for row, score in zip(rows[0], scores[0], strict=True) if score > 0]

    def both(self, embedder: Embedder, question: str) -> list[str]:
        """Both, one after the other, without fusing them."""
        return [*self.dense(embedder, question), *self.sparse(question)]


def measure_records(job: RecordsJob) -> RecordsReport:
    """Index the records and ask every question. Raises CorpusError, UsageError or ModelError."""
    asked = queries_of(job.folder)
    guideline = read_records(job.folder / CORPUS)
    ours = load_embedder(job.embedding_model or None, job.encoder)
    torch = load_embedder(job.embedding_model or None, "torch")
    building = _building(guideline, ours, torch, job.sample)
    with lap() as whole:
        index = Index.build([guideline], ours)
    floor = Floor(guideline, index)
    searches: dict[str, Search] = {
        "ours": lambda question: [hit.measure.id for hit in index.search(question, TOP).hits],
        "torch": lambda question: floor.dense(torch, question),
        "encoder": lambda question: floor.both(ours, question),
    }
    ways = _ways(asked, searches)
    return RecordsReport(
        records=len(guideline.measures),
        questions=len(asked),
        ours=replace(ways["ours"], name="Wence"),
        torch_floor=replace(ways["torch"], name="torch + FAISS"),
        onnx_floor=replace(ways["encoder"], name="encoder + FAISS + bm25s"),
        dense=_half("dense alone", asked, lambda question: floor.dense(ours, question)),
        sparse=_half("bm25s alone", asked, floor.sparse),
        building=replace(building, whole_s=round(whole.seconds, 2)),
    )


def _ways(asked: Sequence[Asked], searches: dict[str, Search]) -> dict[str, Way]:
    """Each question by every way before the next one: what else the machine does meets all alike."""
    times: dict[str, list[float]] = {name: [] for name in searches}
    found: dict[str, list[Sequence[str]]] = {name: [] for name in searches}
    for search in searches.values():  # warm
        search(asked[0].text)
    for turn in range(ROUNDS):
        for each in asked:
            for name, search in searches.items():
                with lap() as timed:
                    ids = search(each.text)
                times[name].append(timed.ms)
                if turn == 0:
                    found[name].append(ids)
    return {name: Way(name, Times.of(times[name]), Retrieval.of(asked, found[name])) for name in searches}


def _half(name: str, asked: Sequence[Asked], search: Search) -> Way:
    return Way(name, None, Retrieval.of(asked, [search(each.text) for each in asked]))


def _building(guideline: Guideline, ours: Embedder, torch: Embedder, sample: int) -> Building:
    """Evenly chosen records in parts, each part by all three in turn."""
    chosen = np.linspace(0, len(guideline.measures) - 1, min(sample, len(guideline.measures)), dtype=int)
    seconds = [0.0, 0.0, 0.0]
    for rows in np.array_split(chosen, PARTS):
        part = replace(guideline, measures=tuple(guideline.measures[row] for row in rows))
        if not part.measures:
            continue
        texts = measure_texts([part])
        for place, work in enumerate((_index, _bare_torch, _bare_encoder)):
            with lap() as timed:
                work(part, texts, torch if place == 1 else ours, ours)
            seconds[place] += timed.seconds
    ours_s, torch_s, encoder_s = (round(each, 2) for each in seconds)
    return Building(len(chosen), ours_s, torch_s, encoder_s, whole_s=0.0)


def _index(part: Guideline, texts: Sequence[str], embedder: Embedder, _: Embedder) -> None:
    with TemporaryDirectory(prefix="wence-bench-") as folder:
        Index.build([part], embedder).save(Path(folder) / "index")


def _bare_torch(part: Guideline, texts: Sequence[str], embedder: Embedder, ours: Embedder) -> None:
    for rows in batches(ours.encoder.lengths(texts)):
        embedder.encoder.run([texts[row] for row in rows], query=False)


def _bare_encoder(part: Guideline, texts: Sequence[str], embedder: Embedder, _: Embedder) -> None:
    embedder.encode_passages(texts)
