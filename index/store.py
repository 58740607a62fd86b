"""Index: guidelines made searchable. Build, save, load, encode a question, rank.

A question costs one call to the model (`encode`); everything after that takes a few
milliseconds. Rows of measures follow the guidelines in order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np

from corpus.applicability import Applicability, applicability
from corpus.applicability import from_json as applicability_of
from corpus.applicability import to_json as applicability_json
from corpus.errors import CorpusError
from corpus.gazetteer import LocatedGazetteer
from corpus.measure import Guideline, Measure
from corpus.normal import normalize, normalize_question
from index import rank as ranking
from index.background import Background
from index.dense import BadVectors
from index.expand import expand
from index.folder import Manifest, describe, read_folder, refuse, write_folder
from index.fusion import Weights
from index.hits import Query, Ranking, SentenceHit
from index.local import from_files, make_tables, to_files
from index.passage import corpus_hash, from_json, search_text, sentence_counts, to_json
from index.sparse import MAX_QUESTION_CHARS, BadPostings, tokenize
from index.tables import Rows, Tables

if TYPE_CHECKING:
    from index.embed import Embedder

_LIBRARIES: Final = ("faiss-cpu", "bm25s", "numpy")
_APPLICABILITY = "applicability.json"
_GUIDELINES, _BACKGROUND = "guidelines.json", "background"


class Index:
    """Guidelines with their vectors and postings. Safe to search from several threads.

    Made by `Index.build` or `Index.load`. `guidelines` are whole, `measures` are
    theirs in row order, `manifest` says what made the index.
    """

    def __init__(
        self,
        guidelines: Sequence[Guideline],
        manifest: Manifest,
        tables: Tables,
        embedder: Embedder | Callable[[], Embedder] | None,
        weights: Weights | None = None,
        background: Background | None = None,
        applies: Mapping[str, Applicability] | None = None,
    ) -> None:
        self.guidelines = list(guidelines)
        self.measures: list[Measure] = list(tables.measures)
        self.manifest = manifest
        self.weights = weights or Weights()
        self.background = background or Background.empty()
        self.applicability = dict(applies or {})
        self._tables = tables
        self._rows = {measure.id: row for row, measure in enumerate(tables.measures)}
        self._embedder = embedder if manifest.dense else None
        self._lock = Lock()

    @classmethod
    def build(
        cls,
        guidelines: Sequence[Guideline],
        embedder: Embedder | None,
        progress: Callable[[int], None] | None = None,
        background: Mapping[str, Sequence[str]] | None = None,
        gazetteers: Sequence[LocatedGazetteer] = (),
    ) -> Index:
        """Embed and tokenise every measure; without an embedder the index is BM25 alone.

        `progress` gets the number of passages just embedded; `index.passage.count_passages`
        is the total. `background` are off-topic questions by group (see `index.background`);
        `gazetteers` give the tables of `applicability`. Raises CorpusError where there is no measure
        at all or an id comes twice.
        """
        measures = [measure for guideline in guidelines for measure in guideline.measures]
        _check_measures(measures)
        texts = [search_text(measure) for measure in measures]
        sentence_texts = _sentence_texts(guidelines)
        vectors = None
        if embedder is not None:
            vectors = (
                embedder.encode_passages(texts, progress),
                embedder.encode_passages(sentence_texts, progress),
            )
        tables = make_tables(measures, _starts(guidelines), texts, sentence_texts, vectors)
        applies = applicability(guidelines, gazetteers)
        index = cls(guidelines, _manifest(guidelines, tables, embedder), tables, embedder, applies=applies)
        index.background = Background.measure(
            {
                group: [(query, index.rank(query, k=1)) for query in index.encode_many(questions)]
                for group, questions in (background or {}).items()
            }
        )
        return index

    def save(self, folder: Path) -> Manifest:
        """Write the index, replacing an older one in one step; the manifest as written.

        Raises IndexFolderError if the folder cannot be written or belongs to something else.
        """
        files = {_GUIDELINES: to_json(self.guidelines), **self.background.to_files(_BACKGROUND)}
        files[_APPLICABILITY] = applicability_json(self.applicability)
        files |= to_files(self._tables)
        self.manifest = replace(self.manifest, files=describe(files))
        write_folder(folder, self.manifest, files)
        return self.manifest

    @classmethod
    def load(
        cls,
        folder: Path,
        embedder: Embedder | Callable[[], Embedder] | None,
        weights: Weights | None = None,
    ) -> Index:
        """Read an index. Nothing is parsed before its sha256 was checked.

        `embedder` may be a function that loads one: it is called for the first question.
        None searches by BM25 alone. Raises IndexFolderError for a folder that is missing,
        damaged, of another format, or of another model than `embedder`.
        """
        manifest, files = read_folder(folder)
        try:
            guidelines = from_json(files[_GUIDELINES])
            tables = _tables(guidelines, manifest, files)
            applies = applicability_of(files[_APPLICABILITY])
            background = Background.from_files(files, _BACKGROUND, manifest.dimension)
        except (BadVectors, BadPostings, ValueError, KeyError) as error:
            raise refuse(folder, f"内容不一致（{error}）", f"its parts do not fit ({error})") from error
        index = cls(guidelines, manifest, tables, embedder, weights, background, applies)
        if embedder is not None and not callable(embedder):
            _check_model(folder, manifest, embedder)
        elif callable(embedder):
            index._embedder = _checked(folder, manifest, embedder)
        return index

    def encode(self, question: str) -> Query:
        """A question made ready for ranking: normalised, tokenised, embedded. Any string will do."""
        return self.encode_many([question])[0]

    def encode_many(self, questions: Sequence[str]) -> list[Query]:
        """`encode` for many questions with one batch through the model."""
        texts = [normalize_question(question[:MAX_QUESTION_CHARS]) for question in questions]
        filled = [i for i, text in enumerate(texts) if text]
        embedder = self._model() if filled else None  # no question, no need to load a model
        vectors = embedder.encode_queries([texts[i] for i in filled]) if embedder and filled else None
        row_of = {i: row for row, i in enumerate(filled)}
        return [
            Query(
                question=question,
                text=text,
                tokens=tuple(dict.fromkeys(tokenize(text))),
                extra=_extra_tokens(text),
                vector=vectors[row_of[i]] if vectors is not None and i in row_of else None,
            )
            for i, (question, text) in enumerate(zip(questions, texts, strict=True))
        ]

    def rank(self, query: Query, k: int = 10, only: Collection[str] | None = None) -> Ranking:
        """The k best measures, and the signals behind them; `only` (measure ids) filters before ranking."""
        allowed = None if only is None else self._rows_of(only)
        return ranking.rank(self._tables, query, k, self.weights, allowed)

    def search(self, question: str, k: int = 10) -> Ranking:
        """`encode` and `rank`."""
        return self.rank(self.encode(question), k)

    def rank_sentences(self, query: Query, rows: Iterable[int]) -> list[SentenceHit]:
        """Every sentence of the measures `rows`, best first. No model is called."""
        return ranking.rank_sentences(self._tables, query, rows)

    def row(self, measure_id: str) -> int:
        """The row of a measure; KeyError if it is not in the index."""
        return self._rows[measure_id]

    def _rows_of(self, ids: Collection[str]) -> Rows:
        return np.array(sorted({self._rows[i] for i in ids if i in self._rows}), dtype=np.int64)

    def _model(self) -> Embedder | None:
        with self._lock:
            if callable(self._embedder):
                self._embedder = self._embedder()
            return self._embedder


def _extra_tokens(text: str) -> tuple[str, ...]:
    """Tokens of the official words for what a question says; single characters are too common."""
    own = set(tokenize(text))
    tokens = dict.fromkeys(token for term in expand(text) for token in tokenize(term))
    return tuple(token for token in tokens if len(token) > 1 and token not in own)


def _check_measures(measures: Sequence[Measure]) -> None:
    if not measures:
        raise CorpusError(
            "语料中没有任何条款，无法构建索引。请检查语料目录。",
            "The corpus holds no measure at all, so there is nothing to index. Check the corpus folder.",
        )
    seen: set[str] = set()
    for measure in measures:
        if measure.id in seen:
            raise CorpusError(
                f"条款编号 {measure.id} 重复。请修改语料，使每个编号唯一。",
                f"The id {measure.id} comes twice. Change the corpus so that each id is unique.",
            )
        seen.add(measure.id)


def _sentence_texts(guidelines: Sequence[Guideline]) -> list[str]:
    """Sentences by themselves: with the title before them all of a measure's would look alike."""
    return [normalize(s.text) for g in guidelines if not g.records for m in g.measures for s in m.sentences]


def _starts(guidelines: Sequence[Guideline]) -> Rows:
    return np.concatenate([[0], np.cumsum(sentence_counts(guidelines))]).astype(np.int64)


def _manifest(guidelines: Sequence[Guideline], tables: Tables, embedder: Embedder | None) -> Manifest:
    return Manifest(
        built_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        model=embedder.name if embedder else None,
        fingerprint=embedder.fingerprint if embedder else None,
        dimension=embedder.dimension if embedder else 0,
        dense=embedder is not None,
        guidelines=len(guidelines),
        measures=len(tables.measures),
        sentences=int(tables.starts[-1]) if embedder else 0,
        corpus=corpus_hash(guidelines),
        versions={name: version(name) for name in _LIBRARIES},
        files={},
    )


def _tables(guidelines: Sequence[Guideline], manifest: Manifest, files: dict[str, bytes]) -> Tables:
    """Put the parts together; ValueError, BadVectors, BadPostings or KeyError if they do not fit."""
    measures = [measure for guideline in guidelines for measure in guideline.measures]
    starts = _starts(guidelines)
    if len(measures) != manifest.measures or (manifest.dense and starts[-1] != manifest.sentences):
        raise ValueError(f"{len(measures)} measures, {manifest.measures} in the manifest")
    return from_files(files, measures, starts, manifest.dimension if manifest.dense else 0)


def _checked(folder: Path, manifest: Manifest, load: Callable[[], Embedder]) -> Callable[[], Embedder]:
    """`load`, with a check that the model is the index's own."""

    def checked() -> Embedder:
        embedder = load()
        _check_model(folder, manifest, embedder)
        return embedder

    return checked


def _check_model(folder: Path, manifest: Manifest, embedder: Embedder) -> None:
    if manifest.dense and (manifest.fingerprint, manifest.dimension) != (
        embedder.fingerprint,
        embedder.dimension,
    ):
        raise refuse(
            folder,
            f"由模型 {manifest.model} 构建，与当前模型 {embedder.name} 不同",
            f"it was built with the model {manifest.model}, not with {embedder.name}",
        )
