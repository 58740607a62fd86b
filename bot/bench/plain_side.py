"""The plain alternative under the clock: fixed-size chunks, one vector each, the four nearest are the result.

LangChain's RecursiveCharacterTextSplitter (500 characters, 50 of overlap) cuts the source file as it is, the
same model embeds the chunks, FAISS' flat inner product finds them. A chunk knows nothing of measures, so what
it found is worked out from the offsets, in two ways: it is *about* the measure that fills most of it, and it
*touches* every measure that it shares a character with. The second favours chunks: three may touch ten.
As a saved page has much else on it, the hit rates are also taken on the measures' own stretch of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

import faiss
import numpy as np
from langchain_text_splitters import RecursiveCharacterTextSplitter

from bot.bench.clock import lap, peak_mib
from bot.bench.figures import ROUNDS, BenchQuestion, Found, HitRate, Job, Side, Times
from corpus.load import load_corpus
from corpus.measure import Guideline, Measure
from index.embed import Embedder, load_embedder

SIZE, OVERLAP, TOP = 500, 50, 4


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a source, and the measures it shares characters with: (measure, how many), in order."""

    text: str
    shares: tuple[tuple[Measure, int], ...]

    @property
    def about(self) -> tuple[Measure, ...]:
        """The measure that fills most of the chunk, the first of several alike; none for page furniture."""
        most = max((count for _, count in self.shares), default=0)
        return tuple(measure for measure, count in self.shares if count == most)[:1]

    @property
    def touched(self) -> tuple[Measure, ...]:
        """Every measure that the chunk shares a character with."""
        return tuple(measure for measure, _ in self.shares)


def split(guidelines: Sequence[Guideline], *, trimmed: bool = False) -> list[Chunk]:
    """Every source cut into chunks, or only its stretch from the first measure to the last one's end.

    A record, which has no source, is cut by itself.
    """
    chunks: list[Chunk] = []
    for guideline in guidelines:
        measures = guideline.measures
        if guideline.records:
            chunks += [chunk for measure in measures for chunk in _cut(measure.text, [(measure, 0)])]
            continue
        start, end = (measures[0].span.start, measures[-1].span.end) if trimmed else (0, None)
        placed = [(measure, measure.span.start - start) for measure in measures]
        chunks += _cut(guideline.source[start:end], placed)
    return chunks


def _cut(text: str, placed: Sequence[tuple[Measure, int]]) -> list[Chunk]:
    """The chunks of a text; `placed` says at which offset of it each measure begins."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=SIZE, chunk_overlap=OVERLAP, add_start_index=True)
    chunks = []
    for document in splitter.create_documents([text]):
        start: int = document.metadata["start_index"]
        end = start + len(document.page_content)
        shares = [(m, min(end, at + len(m.text)) - max(start, at)) for m, at in placed]
        chunks.append(Chunk(document.page_content, tuple((m, count) for m, count in shares if count > 0)))
    return chunks


class PlainSearch:
    """Chunks by the cosine of their vectors."""

    def __init__(self, chunks: Sequence[Chunk], embedder: Embedder) -> None:
        self.chunks = chunks
        self._embedder = embedder
        self._index = faiss.IndexFlatIP(embedder.dimension)
        self._index.add(
            np.array(embedder.embed_documents([chunk.text for chunk in chunks]), dtype=np.float32)
        )

    def encode(self, question: str) -> list[float]:
        """The vector of a question, as LangChain programs get it."""
        return self._embedder.embed_query(question)

    def nearest(self, vector: Sequence[float]) -> list[Chunk]:
        """The `TOP` nearest chunks, best first."""
        _, rows = self._index.search(np.array([vector], dtype=np.float32), min(TOP, len(self.chunks)))
        return [self.chunks[row] for row in rows[0]]


def measure_plain(job: Job) -> Side:
    """Load the model, cut and embed the corpus, search every question. Raises CorpusError or ModelError."""
    with lap() as model_lap:
        embedder = load_embedder(job.embedding_model or None, job.encoder)
    guidelines = load_corpus(job.corpus)
    with lap() as build_lap:
        search = PlainSearch(split(guidelines), embedder)
    found = _found(job, search)
    bare, encode, searching, total = _times(search, embedder, job.questions)
    peak = peak_mib()
    return Side(
        model_s=round(model_lap.seconds, 2),
        build_s=round(build_lap.seconds, 2),
        load_ms=None,
        bare=bare,
        encode=encode,
        search=searching,
        compose=None,
        total=total,
        found=found,
        trimmed=_found(job, PlainSearch(split(guidelines, trimmed=True), embedder)),
        results=len(search.chunks),
        characters=round(mean(len(chunk.text) for chunk in search.chunks), 1),
        peak_mib=peak,
    )


def _times(search: PlainSearch, embedder: Embedder, questions: Sequence[BenchQuestion]) -> list[Times]:
    """Of the bare encoding, of the steps encode and search, and of the whole; in this order."""
    rows: list[tuple[float, ...]] = []
    for each in [*questions] * ROUNDS:
        with lap() as bare:
            embedder.encode_queries([each.question])
        with lap() as encoding:
            vector = search.encode(each.question)
        with lap() as searching:
            search.nearest(vector)
        rows.append((bare.ms, encoding.ms, searching.ms, encoding.ms + searching.ms))
    return [Times.of(column) for column in zip(*rows, strict=True)]


def _found(job: Job, search: PlainSearch) -> Found | None:
    if not job.judged:
        return None
    rows = [(each, search.nearest(search.encode(each.question))) for each in job.questions]
    return Found(
        HitRate.of([rank(each, chunks, lambda chunk: chunk.about) for each, chunks in rows]),
        HitRate.of([rank(each, chunks, lambda chunk: chunk.touched) for each, chunks in rows]),
    )


def rank(
    question: BenchQuestion, chunks: Sequence[Chunk], measures: Callable[[Chunk], Sequence[Measure]]
) -> int | None:
    """The place, from 1, of the first chunk that has a right measure among its `measures`, or None."""
    right = (
        place
        for place, chunk in enumerate(chunks, 1)
        if any(question.is_answered_by(m.number, m.id) for m in measures(chunk))
    )
    return next(right, None)
