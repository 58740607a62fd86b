"""What an index looks like in Milvus: three collections a version, and an alias for the version in use.

    wence_<version>_measures     a row a measure: vector, BM25 weights, and the fields that it is filtered by
    wence_<version>_sentences    a row a sentence, in the same way
    wence_<version>_parts        manifest, texts, tables and vocabulary, as chunks (`index.remote.parts`)
    wence                        alias of the parts in use: switching it is one step, for all readers

A version is never changed once the alias stands for it.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from index.remote.server import Fields

ALIAS: Final = "wence"
MEASURES: Final = "measures"
SENTENCES: Final = "sentences"
PARTS: Final = "parts"
PART_FIELDS: Final = Fields(dense=2, contents=("name", "data"))
"""Milvus wants a vector in each collection: that of a part says nothing."""

_NAME = re.compile(rf"wence_(v(\d{{14}})_[0-9a-f]{{6}})_({MEASURES}|{SENTENCES}|{PARTS})")
_STALE: Final = timedelta(days=1)


def new_version() -> str:
    """A name for the version that is now being built: the time, and something that no other build has."""
    return f"v{datetime.now(UTC):%Y%m%d%H%M%S}_{secrets.token_hex(3)}"


def collection(version: str, kind: str) -> str:
    """The name of a collection of a version."""
    return f"wence_{version}_{kind}"


def version_of(name: str) -> str | None:
    """The version a collection belongs to; None for a collection of somebody else."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def row_fields(dimension: int) -> Fields:
    """The fields of measures and of sentences; without vectors for dimension 0."""
    return Fields(dimension, sparse=True, texts=("document",), lists=("districts", "facets"))


def superseded(names: list[str], keep: set[str]) -> list[str]:
    """The collections of versions that nobody needs any more, out of all on a server.

    Those of complete versions that are not in `keep`, and those of builds that began a day ago and never
    came to an end; a build that goes on just now has no parts yet.
    """
    complete = {version_of(name) for name in names if name.endswith(f"_{PARTS}")}
    found = ((name, version_of(name)) for name in names)
    return [name for name, v in found if v and v not in keep and (v in complete or _is_stale(v))]


def _is_stale(version: str) -> bool:
    begun = datetime.strptime(version[1:15], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return datetime.now(UTC) - begun > _STALE
