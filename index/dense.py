"""Exact nearest neighbours by cosine: FAISS IndexFlatIP over unit vectors."""

from __future__ import annotations

from typing import Final

import faiss
import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

MAX_VECTORS: Final = 5_000_000


class BadVectors(ValueError):
    """The bytes are not a flat inner-product index of the wanted shape."""


class DenseIndex:
    """Unit vectors by row; rows are those of what was embedded."""

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        self._index = index
        self.size: int = index.ntotal
        self.dimension: int = index.d
        # The vectors where FAISS keeps them, not copied: scores of chosen rows are one product.
        self._vectors: Vectors = faiss.rev_swig_ptr(index.get_xb(), self.size * self.dimension).reshape(
            self.size, self.dimension
        )

    @classmethod
    def build(cls, vectors: Vectors) -> DenseIndex:
        """From float32 (n, d) with rows of length 1; n may be 0."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        if len(vectors):
            index.add(np.ascontiguousarray(vectors))
        return cls(index)

    @classmethod
    def from_bytes(cls, data: bytes, size: int, dimension: int) -> DenseIndex:
        """From `to_bytes`. Give it only bytes whose hash was checked: FAISS can crash on crafted ones.

        Raises BadVectors if the index is of another kind or shape than the manifest says.
        """
        if not 0 <= size <= MAX_VECTORS:
            raise BadVectors(f"{size} vectors, at most {MAX_VECTORS} are accepted")
        try:
            index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except RuntimeError as error:
            raise BadVectors(str(error)) from error
        if not isinstance(index, faiss.IndexFlatIP) or (index.ntotal, index.d) != (size, dimension):
            raise BadVectors("not the index that the manifest describes")
        return cls(index)

    def to_bytes(self) -> bytes:
        """FAISS' own serialisation."""
        data: bytes = faiss.serialize_index(self._index).tobytes()
        return data

    @property
    def vectors(self) -> Vectors:
        """All rows, float32 (size, dimension), where FAISS keeps them: do not write to it."""
        return self._vectors

    def match(self, vector: Vectors) -> DenseMatches:
        """The cosines of a unit vector, float32 (dimension,), with every row."""
        return DenseMatches(self._index, self._vectors, vector)


class DenseMatches:
    """The cosines of one vector with the rows of a `DenseIndex`; each is computed when asked for."""

    def __init__(self, index: faiss.IndexFlatIP, vectors: Vectors, vector: Vectors) -> None:
        self._index = index
        self._vectors = vectors
        self._vector = vector

    def top(self, k: int, only: Rows | None = None) -> Rows:
        """Up to k rows with the highest cosine, best first; `only` filters before ranking."""
        k = min(k, self._index.ntotal if only is None else len(only))
        if k == 0:
            return np.zeros(0, dtype=np.int64)
        chosen = None
        if only is not None:
            mask = np.zeros(self._index.ntotal, dtype=bool)
            mask[only] = True
            # The parameters only point at the selector, and that at the bits: both must outlive the search.
            bits = np.packbits(mask, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
            chosen = faiss.SearchParameters()
            chosen.sel = selector
        # One question has no work for several threads, and waiting for one another costs more than the scan.
        faiss.omp_set_num_threads(1)
        _, rows = self._index.search(self._vector[np.newaxis], k, params=chosen)
        found: Rows = rows[0][rows[0] >= 0]
        return found

    def at(self, rows: Rows) -> Vectors:
        """The cosine with each of `rows`, in their order."""
        found: Vectors
        if 2 * len(rows) > len(self._vectors):  # then to copy them together costs more than the product
            found = (self._vectors @ self._vector)[rows]
        else:
            found = self._vectors[rows] @ self._vector
        return found
