"""A Milvus server, or Milvus Lite, as the few operations that an index needs. Each has a time limit.

The client's own log would repeat every failure with a traceback; what fails here is raised instead.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from index.remote.failures import in_use, is_missing, package_missing, refuse, translated
from index.remote.place import RemotePlace

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 60.0
WRITE_SECONDS: Final = 900.0
"""Building the index of a large collection, or loading it into memory, takes minutes."""

MOST_HITS: Final = 16_384
"""The most hits that Milvus gives for one search."""
_LONGEST: Final = 65_535
_MOST_VALUES: Final = 4_096
_LITE: Final = "milvus_lite"

_QUIET: Final = {"grpc.keepalive_time_ms": 330_000, "grpc.keepalive_permit_without_calls": False}
"""The client asks every 10 seconds whether the server lives; servers with gRPC's usual settings, such as that
of Milvus Lite, end the connection of a client that asks oftener than every 5 minutes."""

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a collection beside its id: `texts` and `lists` are filtered by, `contents` are not.

    `dense` is the dimension of its vectors, 0 for none; `sparse`: whether it holds sparse ones.
    """

    dense: int = 0
    sparse: bool = False
    texts: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()


class Server:
    """A connection. Safe to use from several threads; made by `connect`.

    `lite`: whether Milvus Lite answers, in this process or as a server.
    """

    def __init__(self, place: RemotePlace, client: Any, lite: bool) -> None:
        self.place = place
        self._client = client
        self.lite = lite

    @classmethod
    def connect(cls, place: RemotePlace) -> Server:
        """Connect; a Milvus Lite file is made if it is not there.

        Raises IndexServerError if the client is not installed, the server cannot be reached or refuses
        the token, or another process has the file open.
        """
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise package_missing(place, error) from error
        for name in ("pymilvus", "milvus_lite"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        if place.kind == "lite":
            _start(place)
        with translated(place):
            client = MilvusClient(
                place.address,
                token=place.token,
                db_name=place.database,
                timeout=CONNECT_SECONDS,
                grpc_options=_QUIET,
            )
            version = client.get_server_version(timeout=CONNECT_SECONDS)
        return cls(place, client, str(version).startswith(_LITE))

    def collections(self) -> list[str]:
        """The names of all collections."""
        with translated(self.place):
            return list(self._client.list_collections(timeout=READ_SECONDS))

    def pointed(self, alias: str) -> str | None:
        """The collection that an alias stands for; None if there is no such alias."""
        from pymilvus.exceptions import MilvusException

        with translated(self.place):
            try:
                found = self._client.describe_alias(alias, timeout=READ_SECONDS)
            except MilvusException as error:
                if is_missing(error):
                    return None
                raise
        return str(found["collection_name"])

    def point(self, alias: str, collection: str) -> None:
        """Let an alias stand for a collection from now on: one step, for all clients."""
        known = self.pointed(alias) is not None
        with translated(self.place):
            switch = self._client.alter_alias if known else self._client.create_alias
            switch(collection_name=collection, alias=alias, timeout=READ_SECONDS)

    def create(self, name: str, fields: Fields) -> None:
        """Make an empty collection with rows `id` (int64) and `fields`."""
        from pymilvus import DataType, MilvusClient

        with translated(self.place):
            schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("id", DataType.INT64, is_primary=True)
            if fields.dense:
                schema.add_field("dense", DataType.FLOAT_VECTOR, dim=fields.dense)
            if fields.sparse:
                schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
            for field in (*fields.texts, *fields.contents):
                schema.add_field(field, DataType.VARCHAR, max_length=_LONGEST)
            for field in fields.lists:
                schema.add_field(
                    field,
                    DataType.ARRAY,
                    element_type=DataType.VARCHAR,
                    max_capacity=_MOST_VALUES,
                    max_length=1024,
                )
            # A collection is never written to after its build: readers need not wait for newer writes.
            self._client.create_collection(
                name, schema=schema, consistency_level="Bounded", timeout=WRITE_SECONDS
            )

    def insert(self, name: str, batches: Iterable[Sequence[Row]]) -> None:
        """Add rows, a batch a request; each batch is to be of some megabytes at most."""
        for batch in batches:
            with translated(self.place):
                self._client.insert(name, list(batch), timeout=WRITE_SECONDS)

    def finish(self, name: str, fields: Fields) -> None:
        """Make what was inserted durable and searchable: exact search for vectors, filters by value."""
        with translated(self.place):
            self._client.flush(name, timeout=WRITE_SECONDS)
            for field, kind, metric in self._indexes(fields):
                params = self._client.prepare_index_params()
                params.add_index(field, index_type=kind, metric_type=metric)
                # Lite builds at once and has nothing to wait for; asking it costs half a second each time.
                self._client.create_index(name, params, timeout=WRITE_SECONDS, sync=not self.lite)
        self.load(name)

    def load(self, name: str) -> None:
        """Make a collection searchable; one that is so already is left alone.

        Milvus Lite forgets it when the file is closed, and on a server somebody may have released it.
        """
        with translated(self.place):
            self._client.load_collection(name, timeout=WRITE_SECONDS)

    def drop(self, name: str) -> None:
        """Remove a collection; one that is not there is no error."""
        with translated(self.place):
            self._client.drop_collection(name, timeout=WRITE_SECONDS)

    def size(self, name: str) -> int:
        """The number of rows, all finished writes counted."""
        with translated(self.place):
            found = self._client.query(
                name,
                filter="",
                output_fields=["count(*)"],
                consistency_level="Strong",
                timeout=READ_SECONDS,
            )
        return int(found[0]["count(*)"])

    def fetch(self, name: str, start: int, end: int, fields: Sequence[str]) -> list[dict[str, Any]]:
        """The rows with ids from `start` to before `end`, in order of id, with `fields`."""
        with translated(self.place):
            found = self._client.query(
                name,
                filter=f"id >= {start} and id < {end}",
                output_fields=["id", *fields],
                limit=MOST_HITS,
                consistency_level="Strong",
                timeout=READ_SECONDS,
            )
        return sorted((dict(row) for row in found), key=lambda row: int(row["id"]))

    def search(
        self, name: str, field: str, vector: object, limit: int, expression: str
    ) -> list[tuple[int, float]]:
        """Up to `limit` (id, inner product), best first; of sparse ones those above 0 only."""
        with translated(self.place):
            found = self._client.search(
                name,
                data=[vector],
                anns_field=field,
                limit=limit,
                filter=expression,
                output_fields=["id"],
                search_params={"metric_type": "IP"},
                timeout=READ_SECONDS,
            )
        return [(int(hit["id"]), float(hit["distance"])) for hit in found[0]]

    def _indexes(self, fields: Fields) -> Iterator[tuple[str, str, str]]:
        if fields.dense:
            yield "dense", "FLAT", "IP"
        if fields.sparse:
            yield "sparse", "SPARSE_INVERTED_INDEX", "IP"
        for field in fields.texts:
            yield field, "INVERTED", ""
        for field in () if self.lite else fields.lists:  # Lite has no index over lists: it looks at each row
            yield field, "INVERTED", ""


def literal(values: Sequence[str] | str) -> str:
    """A text, or a list of texts, as it stands in an expression: nothing in it can end the literal."""
    return json.dumps(values, ensure_ascii=False)


def _start(place: RemotePlace) -> None:
    """Start the embedded engine; the client would only say that it failed."""
    try:
        from milvus_lite import MilvusLite
        from milvus_lite.exceptions import DataDirLockedError
        from milvus_lite.server_manager import server_manager_instance
    except ImportError as error:
        raise package_missing(place, error) from error
    try:
        Path(place.address).parent.mkdir(parents=True, exist_ok=True)
        if server_manager_instance.start_and_get_uri(place.address) is None:
            MilvusLite(place.address).close()
            raise refuse(place, "Milvus Lite 无法启动", "Milvus Lite does not start")
    except DataDirLockedError as error:
        raise in_use(place) from error
    except OSError as error:
        raise refuse(place, f"文件无法打开（{error}）", f"the file cannot be opened ({error})") from error
