"""Index: guidelines made searchable. Build, save, load, encode a question, rank.

A question costs one call to the model (`encode`); everything after that takes a few
milliseconds. Rows of measures follow the guidelines in order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np

from corpus.applicability import Applicability, applicability
from corpus.errors import CorpusError
from corpus.gazetteer import LocatedGazetteer
from corpus.measure import Guideline, Measure
from corpus.normal import normalize_question
from index import rank as ranking
from index.background import Background
from index.contents import Contents, sentence_starts
from index.dense import BadVectors, Vectors
from index.expand import expand
from index.filters import Filter, Labels
from index.folder import Manifest, describe, read_folder, refuse, write_folder
from index.fusion import Weights
from index.hits import Query, Ranking, SentenceHit
from index.local import from_files, make_tables, to_files, vectors_of
from index.origin import Origin
from index.passage import corpus_hash, measure_texts, sentence_texts
from index.rank_sentences import rank_sentences
from index.same_model import checked
from index.sparse import MAX_QUESTION_CHARS, BadPostings, tokenize
from index.tables import Rows, Tables

if TYPE_CHECKING:
    from index.embed import Embedder

_LIBRARIES: Final = ("faiss-cpu", "bm25s", "numpy")

Narrow = Callable[[Filter], Tables]
"""Tables in which every search is filtered where the rows are, for those that can do so."""


class Index:
    """Guidelines with their vectors and postings. Safe to search from several threads.

    Made by `Index.build` or `Index.load`. `guidelines` are whole, `measures` are
    theirs in row order, `manifest` says what made the index and `origin` of what.
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
        self.origin = Origin()
        self._tables = tables
        self._rows = {measure.id: row for row, measure in enumerate(tables.measures)}
        self._embedder = embedder if manifest.dense else None
        self._narrow: Narrow | None = None
        self._lock = Lock()

    @classmethod
    def of(
        cls,
        contents: Contents,
        manifest: Manifest,
        tables: Tables,
        embedder: Embedder | Callable[[], Embedder] | None,
        weights: Weights | None = None,
        narrow: Narrow | None = None,
    ) -> Index:
        """An index put together from what was read."""
        background, applies = contents.background, contents.applicability
        index = cls(contents.guidelines, manifest, tables, embedder, weights, background, applies)
        index.origin = contents.origin
        index._narrow = narrow
        index.labels = Labels(contents.guidelines, applies, contents.facets)
        return index

    @cached_property
    def labels(self) -> Labels:
        """What measures are filtered by."""
        return Labels(self.guidelines, self.applicability)

    @property
    def tables(self) -> Tables:
        """Where the scores of rows come from."""
        return self._tables

    @property
    def contents(self) -> Contents:
        """What is kept beside vectors and postings."""
        facets = self.labels.all_facets()
        return Contents(self.guidelines, self.applicability, self.background, self.origin, facets)

    @classmethod
    def build(
        cls,
        guidelines: Sequence[Guideline],
        embedder: Embedder | None,
        progress: Callable[[int], None] | None = None,
        background: Mapping[str, Sequence[str]] | None = None,
        gazetteers: Sequence[LocatedGazetteer] = (),
        applies: Mapping[str, Applicability | None] | None = None,
    ) -> Index:
        """Embed and tokenise every measure; without an embedder the index is BM25 alone.

        `progress` gets the number of passages just embedded; `index.passage.count_passages`
        is the total. `background` are off-topic questions by group (see `index.background`);
        `gazetteers` give the tables of `applicability`, `applies` those that are known. Raises
        CorpusError where there is no measure at all or an id comes twice.
        """
        measures = [measure for guideline in guidelines for measure in guideline.measures]
        _check_measures(measures)
        texts, sentences = measure_texts(guidelines), sentence_texts(guidelines)
        vectors = None
        if embedder is not None:
            vectors = (
                embedder.encode_passages(texts, progress),
                embedder.encode_passages(sentences, progress),
            )
        tables = make_tables(measures, sentence_starts(guidelines), texts, sentences, vectors)
        manifest = _manifest(guidelines, tables, embedder)
        found = applicability(guidelines, gazetteers, applies)
        index = cls(guidelines, manifest, tables, embedder, applies=found)
        if background and embedder:  # what is measured are cosines
            index.background = Background.measure(
                {
                    group: [
                        (query, index.rank(query, k=1, sentences=False))
                        for query in index.encode_many(questions)
                    ]
                    for group, questions in background.items()
                }
            )
        return index

    def save(self, folder: Path) -> Manifest:
        """Write the index, replacing an older one in one step; the manifest as written.

        Raises IndexFolderError if the folder cannot be written or belongs to something else.
        """
        files = self.contents.to_files() | to_files(self._tables)
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
            contents = Contents.from_files(files, manifest.dimension)
            tables = _tables(contents.guidelines, manifest, files)
        except (BadVectors, BadPostings, ValueError, KeyError) as error:
            raise refuse(folder, f"内容不一致（{error}）", f"its parts do not fit ({error})") from error
        return cls.of(
            contents, manifest, tables, checked(embedder, manifest, partial(refuse, folder)), weights
        )

    def encode(self, question: str) -> Query:
        """A question made ready for ranking: normalised, tokenised, embedded. Any string will do."""
        return self.encode_many([question])[0]

    def encode_many(self, questions: Sequence[str]) -> list[Query]:
        """`encode` for many questions with one batch through the model."""
        queries = [self.lexical(question) for question in questions]
        filled = [i for i, query in enumerate(queries) if query.text]
        embedder = self._model() if filled else None  # no question, no need to load a model
        if embedder is None:
            return queries
        vectors = embedder.encode_queries([queries[i].text for i in filled])
        for i, vector in zip(filled, vectors, strict=True):
            queries[i] = replace(queries[i], vector=vector)
        return queries

    def lexical(self, question: str) -> Query:
        """A question made ready for ranking by its words alone: no model is called."""
        text = normalize_question(question[:MAX_QUESTION_CHARS])
        return Query(question, text, tuple(dict.fromkeys(tokenize(text))), _extra_tokens(text), None)

    def rank(
        self,
        query: Query,
        k: int = 10,
        only: Collection[str] | None = None,
        where: Filter | None = None,
        *,
        sentences: bool = True,
    ) -> Ranking:
        """The k best measures, and the signals behind them.

        `only` (measure ids) and `where` filter before ranking; given both, both hold. Without `sentences`
        hits come without their best sentence, in half the time.
        """
        allowed, tables = None if only is None else self._rows_of(only), self._tables
        if where:
            rows = self.labels.rows(where)
            if allowed is None and self._narrow:
                tables = self._narrow(where)
            allowed = rows if allowed is None else np.intersect1d(rows, allowed)
        return ranking.rank(tables, query, k, self.weights, allowed, sentences=sentences)

    def search(self, question: str, k: int = 10, where: Filter | None = None) -> Ranking:
        """`encode` and `rank`."""
        return self.rank(self.encode(question), k, where=where)

    def rank_sentences(self, query: Query, rows: Iterable[int]) -> list[SentenceHit]:
        """Every sentence of the measures `rows`, best first. No model is called."""
        return rank_sentences(self._tables, query, rows)

    def vectors(self) -> tuple[Vectors, Vectors] | None:
        """The vectors of measures and of sentences, by row, wherever they are; None if there are none."""
        return vectors_of(self._tables)

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
    starts = sentence_starts(guidelines)
    if len(measures) != manifest.measures or (manifest.dense and starts[-1] != manifest.sentences):
        raise ValueError(f"{len(measures)} measures, {manifest.measures} in the manifest")
    return from_files(files, measures, starts, manifest.dimension if manifest.dense else 0)
