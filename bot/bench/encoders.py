"""The encoder that Wence takes beside torch: time of a question, of passages, and how far vectors differ."""

from __future__ import annotations

import numpy as np

from bot.bench.clock import lap
from bot.bench.figures import ROUNDS, Encoders, Job, Times
from corpus.load import load_corpus
from index.embed import Vectors, load_embedder
from index.onnx_encoder import OnnxEncoder
from index.passage import measure_texts, sentence_texts

PASSAGES = 48


def measure_encoders(job: Job) -> Encoders:
    """Both on the same texts, in turn. Raises CorpusError or ModelError."""
    ours = load_embedder(job.embedding_model or None, job.encoder)
    torch = load_embedder(job.embedding_model or None, "torch")
    questions = [each.question for each in job.questions]
    guidelines = load_corpus(job.corpus)
    passages = [*measure_texts(guidelines), *sentence_texts(guidelines)][:PASSAGES]
    pair = (ours, torch)
    singles: tuple[list[float], list[float]] = ([], [])
    seconds = [0.0, 0.0]
    for question in [questions[0], *questions * ROUNDS]:  # the first of all is for warming up
        for place, embedder in enumerate(pair):
            with lap() as timed:
                embedder.encode_queries([question])
            singles[place].append(timed.ms)
    vectors: list[Vectors] = []
    for place, embedder in enumerate(pair):
        with lap() as timed:
            vectors.append(embedder.encode_passages(passages))
        seconds[place] = timed.seconds
    name = "ONNX Runtime" if isinstance(ours.encoder, OnnxEncoder) else "torch"
    return Encoders(
        name,
        Times.of(singles[0][1:]),
        Times.of(singles[1][1:]),
        round(len(passages) / seconds[0], 1),
        round(len(passages) / seconds[1], 1),
        float(np.abs(vectors[0] - vectors[1]).max()),
    )
