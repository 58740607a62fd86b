"""Tables in the memory of this process: FAISS and BM25, made from texts, and as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.measure import Measure
from index.dense import DenseIndex, Vectors
from index.sparse import SparseIndex, tokenize
from index.tables import Rows, Tables

_MEASURES, _SENTENCES = "measures.faiss", "sentences.faiss"
_BM25, _BM25_SENTENCES = "bm25", "bm25-sentences"


def make_tables(
    measures: Sequence[Measure],
    starts: Rows,
    texts: Sequence[str],
    sentence_texts: Sequence[str],
    vectors: tuple[Vectors, Vectors] | None,
) -> Tables:
    """Tables from what is searched: a text a measure and one a sentence, and the vectors of both, if any."""
    dense, sentences = map(DenseIndex.build, vectors) if vectors else (None, None)
    return Tables(
        measures,
        starts,
        SparseIndex.build([tokenize(text) for text in texts]),
        SparseIndex.build([tokenize(text) for text in sentence_texts]),
        dense,
        sentences,
    )


def to_files(tables: Tables) -> dict[str, bytes]:
    """File name to content; TypeError for tables that are kept elsewhere."""
    files: dict[str, bytes] = {}
    for name, sparse in ((_BM25, tables.sparse), (_BM25_SENTENCES, tables.sparse_sentences)):
        if not isinstance(sparse, SparseIndex):
            raise TypeError(f"{type(sparse).__name__} is not kept in memory")
        files |= sparse.to_files(name)
    for name, dense in ((_MEASURES, tables.dense), (_SENTENCES, tables.sentences)):
        if dense is not None and not isinstance(dense, DenseIndex):
            raise TypeError(f"{type(dense).__name__} is not kept in memory")
        if dense is not None:
            files[name] = dense.to_bytes()
    return files


def vectors_of(tables: Tables) -> tuple[Vectors, Vectors] | None:
    """The vectors of measures and of sentences, by row; None if there are none."""
    dense, sentences = tables.dense, tables.sentences
    return None if dense is None or sentences is None else (dense.vectors, sentences.vectors)


def from_files(
    files: Mapping[str, bytes], measures: Sequence[Measure], starts: Rows, dimension: int
) -> Tables:
    """From `to_files`; `dimension` 0 means that there are no vectors.

    Raises BadVectors, BadPostings or KeyError if the files do not fit the measures.
    """
    sparse = SparseIndex.from_files(files, _BM25, len(measures))
    sparse_sentences = SparseIndex.from_files(files, _BM25_SENTENCES, int(starts[-1]))
    if not dimension:
        return Tables(measures, starts, sparse, sparse_sentences, None, None)
    dense = DenseIndex.from_bytes(files[_MEASURES], len(measures), dimension)
    sentences = DenseIndex.from_bytes(files[_SENTENCES], int(starts[-1]), dimension)
    return Tables(measures, starts, sparse, sparse_sentences, dense, sentences)
