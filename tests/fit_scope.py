"""Fit the coefficients of `bot.scope`: run by hand after a change of features, model or off-topic questions.

    python tests/fit_scope.py

Positives: the answerable questions of the tuning half of `tests/data/questions/cq.jsonl`. Negatives: its
out-of-scope questions, and the off-topic questions, each half of them ranked against the background of the
other half, over three guidelines. Prints the coefficients and what they cost on the held half and on the two
invented guidelines.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.build import background_questions
from bot.phrases import Lang
from bot.question import read_question
from bot.scope import ANSWERABLE, Scope
from corpus.load import load_document, packaged_corpus
from index.embed import Embedder, load_embedder
from index.store import Index

DATA = Path(__file__).parent / "data"
SOURCES = {
    "cq": packaged_corpus() / "cq-district-innovation" / "source.txt",
    "jiangzhou": DATA / "corpus" / "jiangzhou-agri" / "source.txt",
    "linhai": DATA / "corpus" / "linhai-care" / "source.txt",
}
Row = tuple[tuple[float, ...], int, str]
"""Features, 1 for answerable or 0 for off-topic, the question."""


def rows_of(index: Index, questions: Iterable[tuple[str, int]], lang: Lang) -> list[Row]:
    """Features of the questions that are in `lang` and have a vector."""
    scope = Scope(index.background)
    chosen = [(text, label) for text, label in questions if read_question(text, 1000).lang == lang]
    queries = index.encode_many([text for text, _ in chosen])
    return [
        (scope.features(query, index.rank(query), lang), label, text)
        for query, (text, label) in zip(queries, chosen, strict=True)
        if query.vector is not None
    ]


def labelled(name: str, split: str) -> list[tuple[str, int]]:
    """The answerable (1) and out-of-scope (0) questions of a file."""
    lines = (DATA / "questions" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    return [
        (r["question"], int(r["refuse"] is None))
        for r in records
        if r["split"] == split
        and (
            r["refuse"] == "out_of_scope" or (r["kind"] in ("topic", "english", "traditional") and r["gold"])
        )
    ]


def off_topic_rows(embedder: Embedder, lang: Lang) -> list[Row]:
    """Every off-topic question as a negative, in each guideline, judged against the half it is not in."""
    questions = background_questions()[lang]
    rows: list[Row] = []
    for path in SOURCES.values():
        for mine, other in ((questions[::2], questions[1::2]), (questions[1::2], questions[::2])):
            index = Index.build([load_document(path)], embedder, background={lang: other})
            rows += rows_of(index, [(text, 0) for text in mine], lang)
    return rows


def report(name: str, rows: Sequence[Row], model: LogisticRegression) -> None:
    """Print the share of false refusals and of right ones, and which questions went wrong."""
    values = model.predict_proba(np.array([row[0] for row in rows]))[:, 1]
    good = [v >= ANSWERABLE for v, row in zip(values, rows, strict=True) if row[1]]
    bad = [v < ANSWERABLE for v, row in zip(values, rows, strict=True) if not row[1]]
    sys.stdout.write(
        f"  {name:<10} false refusals {1 - np.mean(good or [1]):.3f} of {len(good)}, "
        f"refused {np.mean(bad or [1]):.3f} of {len(bad)}\n"
    )


def main() -> None:
    """Fit and report both languages."""
    embedder = load_embedder()
    background = background_questions()
    indexes = {
        n: Index.build([load_document(p)], embedder, background=background) for n, p in SOURCES.items()
    }
    for lang in ("zh", "en"):
        off_topic = off_topic_rows(embedder, lang)
        tune = rows_of(indexes["cq"], labelled("cq", "tune"), lang)
        train = tune + off_topic
        model = LogisticRegression(C=0.1, class_weight="balanced")
        model.fit(np.array([row[0] for row in train]), [row[1] for row in train])
        weights = ", ".join(f"{w:.2f}" for w in model.coef_[0])
        sys.stdout.write(f'"{lang}": Coefficients(({weights}), {model.intercept_[0]:.2f}),\n')
        report("tune", tune, model)
        report("held", rows_of(indexes["cq"], labelled("cq", "held"), lang), model)
        for name in ("jiangzhou", "linhai"):
            report(name, rows_of(indexes[name], labelled(name, "held"), lang), model)
        report("off-topic", off_topic, model)


if __name__ == "__main__":
    main()
