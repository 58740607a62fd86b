"""Wence inside any LangChain program: a `BaseRetriever` over an index."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from index.hits import Hit
from index.store import Index


class WenceRetriever(BaseRetriever):
    """Measures that fit a question, as Documents, best first.

    ``page_content`` is the measure verbatim; the metadata say where it stands:
    id, number, label, title, section, start, end (character offsets into the
    source), line, and the fused score, comparable within one call only.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    k: int = Field(default=4, ge=1)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [_document(hit) for hit in self.index.search(query, self.k).hits]


def _document(hit: Hit) -> Document:
    measure = hit.measure
    return Document(
        id=measure.id,
        page_content=measure.text,
        metadata={
            "id": measure.id,
            "number": measure.number,
            "label": measure.label,
            "title": measure.title,
            "section": measure.section,
            "start": measure.span.start,
            "end": measure.span.end,
            "line": measure.span.line,
            "score": hit.score,
        },
    )
