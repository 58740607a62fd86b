"""An index over Milvus: builds that readers do not notice, builds that are killed, and clear errors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from pymilvus.grpc_gen import milvus_pb2_grpc

from corpus.errors import IndexServerError, WenceError
from corpus.measure import Guideline
from index.filters import Filter
from index.open import Place, open_index, parse_place, save_index, version_of
from index.remote import layout
from index.remote.place import RemotePlace
from index.remote.server import Fields, Server
from index.store import Index
from tests.index.backends import Hashed, milvus_server, place_of, same


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemotePlace]:
    """A server in another process; every test begins with whatever the one before has left."""
    with milvus_server(tmp_path_factory.mktemp("server") / "data.db") as address:
        place = parse_place(address)
        assert isinstance(place, RemotePlace)
        yield place


def versions(place: RemotePlace) -> set[str]:
    """The versions that a server holds any collection of."""
    names = Server.connect(place).collections()
    return {version for name in names if (version := layout.version_of(name))}


def test_readers_go_on_while_the_index_is_built_anew(
    server: RemotePlace, guidelines: list[Guideline]
) -> None:
    model = Hashed()
    first = save_index(Index.build(guidelines[:1], model), server)
    reader, version = open_index(server, model), version_of(server)
    save_index(Index.build(guidelines, model), server)
    assert version_of(server) != version
    assert reader.manifest == first
    assert reader.search("补贴").hits[0].measure.guideline == guidelines[0].slug
    fresh = open_index(server, model)
    assert len(fresh.guidelines) == len(guidelines)
    assert len(versions(server)) == 2

    save_index(Index.build(guidelines[1:], model), server)
    assert len(versions(server)) == 2
    assert fresh.search("补贴").hits
    with pytest.raises(IndexServerError, match="may have been rebuilt"):
        reader.search("补贴 老人")


BUILDER = """
import sys
from pathlib import Path
from tests.index.backends import Hashed
from corpus.load import load_document
from index.open import parse_place, save_index
from index.store import Index
index = Index.build([load_document(Path(sys.argv[1]))], Hashed())
print("ready", flush=True)
save_index(index, parse_place(sys.argv[2]))
"""


@pytest.mark.parametrize("kind", ["milvus-lite", "milvus-server"])
@pytest.mark.parametrize("delay", [0.05, 0.2, 0.5])
def test_a_build_that_is_killed_leaves_the_old_index(
    delay: float, kind: str, guidelines: list[Guideline], tmp_path: Path
) -> None:
    model = Hashed()
    source = Path(__file__).parent.parent / "data" / "corpus" / "xizhou-tech" / "source.txt"
    with place_of(kind, tmp_path) as place:
        save_index(Index.build(guidelines[:1], model), place)
        address = place.address if kind == "milvus-server" else str(place)  # type: ignore[union-attr]
        if kind == "milvus-lite":
            _release(place)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        child = subprocess.Popen(
            [sys.executable, "-c", BUILDER, str(source), address],
            stdout=subprocess.PIPE,
            env=environment,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        found = open_index(place, model)
        assert [g.slug for g in found.guidelines] in ([guidelines[0].slug], ["xizhou-tech"])
        assert found.search("科技 农场").hits


def _release(place: Place) -> None:
    from milvus_lite.server_manager import server_manager_instance

    assert isinstance(place, RemotePlace)
    server_manager_instance.release_server(place.address)


def test_what_dead_builds_left_goes_after_a_day() -> None:
    old, new, used, before = "v20200101000000_aaaaaa", layout.new_version(), "v20200102000000_b", "v1"
    used, before = "v20200103000000_bbbbbb", "v20200102000000_cccccc"
    gone = "v20200101120000_dddddd"
    complete = [layout.collection(v, layout.PARTS) for v in (used, before, gone)]
    rows = [layout.collection(v, layout.MEASURES) for v in (old, new, used, before, gone)]
    names = [*complete, *rows, "somebody_elses", "wence_of_another_kind"]
    assert set(layout.superseded(names, {used, before})) == {
        layout.collection(gone, layout.PARTS),
        layout.collection(gone, layout.MEASURES),
        layout.collection(old, layout.MEASURES),
    }


def test_a_file_that_another_process_has_open(tmp_path: Path) -> None:
    file = tmp_path / "index.db"
    with milvus_server(file), pytest.raises(IndexServerError, match="open in another process") as caught:
        open_index(parse_place(f"milvus-lite:{file}"), None)
    assert f"milvus-lite server --data-dir {file}" in caught.value.en


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:9", "cannot be reached"),
        ("http://nowhere.invalid:19530", "cannot be reached"),
        ("milvus-lite:/proc/none/index.db", "the file cannot be opened"),
    ],
)
def test_what_cannot_be_reached_is_said(address: str, said: str) -> None:
    with pytest.raises(IndexServerError, match=said):
        open_index(parse_place(address), None)


class Refusing(milvus_pb2_grpc.MilvusServiceServicer):  # type: ignore[misc]
    """A server that knows nobody."""

    def Connect(self, request: object, context: grpc.ServicerContext) -> None:
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "auth check failure")


def test_a_wrong_token_is_said_and_not_shown() -> None:
    server = grpc.server(ThreadPoolExecutor(2))
    port = server.add_insecure_port("127.0.0.1:0")
    milvus_pb2_grpc.add_MilvusServiceServicer_to_server(Refusing(), server)
    server.start()
    try:
        with pytest.raises(IndexServerError, match="refuses access") as caught:
            open_index(parse_place(f"http://root:geheim@127.0.0.1:{port}"), None)
    finally:
        server.stop(None).wait()
    assert "WENCE_INDEX_TOKEN" in caught.value.en
    assert "geheim" not in f"{caught.value.zh}{caught.value.en}"


@pytest.mark.parametrize("package", ["pymilvus", "milvus_lite"])
def test_a_missing_package_is_named(package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(IndexServerError, match=r"pip install 'wence\[milvus\]'"):
        open_index(parse_place(f"milvus-lite:{tmp_path}/index.db"), None)


def test_an_empty_place_and_one_of_somebody_else(tmp_path: Path) -> None:
    with place_of("milvus-lite", tmp_path) as place:
        assert version_of(place) is None
        assert not list(tmp_path.iterdir())  # looking makes no file
        with pytest.raises(IndexServerError, match="there is no index in it"):
            open_index(place, None)
        assert isinstance(place, RemotePlace)
        server, fields = Server.connect(place), Fields(dense=2)
        server.create("photos", fields)
        server.finish("photos", fields)
        server.point(layout.ALIAS, "photos")
        with pytest.raises(IndexServerError, match="is no index of Wence"):
            open_index(place, None)


def _other_format(server: Server, parts: str, rows: list[dict[str, object]]) -> None:
    manifest = json.loads(str(rows[0]["data"])) | {"format": 99}
    rows[0]["data"] = json.dumps(manifest)


def _damaged(server: Server, parts: str, rows: list[dict[str, object]]) -> None:
    data = str(rows[1]["data"])
    rows[1]["data"] = data[:40] + ("A" if data[40] != "A" else "B") + data[41:]


def _missing(server: Server, parts: str, rows: list[dict[str, object]]) -> None:
    del rows[1]


def _fewer_rows(server: Server, parts: str, rows: list[dict[str, object]]) -> None:
    version = layout.version_of(parts)
    assert version is not None
    name, fields = layout.collection(version, layout.MEASURES), layout.row_fields(64)
    server.drop(name)
    server.create(name, fields)
    server.finish(name, fields)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_other_format, "its format is 99"),
        (_damaged, "is damaged"),
        (_missing, "is missing"),
        (_fewer_rows, "rows are missing"),
    ],
)
def test_what_does_not_fit_is_refused(
    damage: Callable[[Server, str, list[dict[str, object]]], None],
    said: str,
    guidelines: list[Guideline],
    tmp_path: Path,
) -> None:
    with place_of("milvus-lite", tmp_path) as place:
        save_index(Index.build(guidelines[:1], Hashed()), place)
        assert isinstance(place, RemotePlace)
        server = Server.connect(place)
        parts = server.pointed(layout.ALIAS) or ""
        rows = server.fetch(parts, 0, 1000, ["name", "data", "dense"])
        damage(server, parts, rows)
        server.drop(parts)
        server.create(parts, layout.PART_FIELDS)
        server.insert(parts, [rows])
        server.finish(parts, layout.PART_FIELDS)
        server.point(layout.ALIAS, parts)
        with pytest.raises(WenceError, match=said):
            open_index(place, None)


def test_an_index_that_cannot_be_written_leaves_nothing(
    server: RemotePlace, guidelines: list[Guideline], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Hashed()
    save_index(Index.build(guidelines[:1], model), server)
    before, version = versions(server), version_of(server)

    def refuse(self: Server, name: str) -> int:
        return -1

    monkeypatch.setattr(Server, "size", refuse)
    with pytest.raises(IndexServerError, match="arrived"):
        save_index(Index.build(guidelines, model), server)
    monkeypatch.undo()
    assert (versions(server), version_of(server)) == (before, version)


def test_texts_without_tokens_and_long_lists_survive(
    server: RemotePlace, guidelines: list[Guideline]
) -> None:
    odd = replace(guidelines[0], slug='a"b\\c', records=True)
    bare = replace(odd.measures[0], id="bare", title="", text="——", sentences=())
    bare = replace(bare, span=replace(bare.span, start=0, end=2), body=replace(bare.body, start=0, end=2))
    model = Hashed()
    near = Index.build([replace(odd, measures=(bare, *odd.measures[1:]))], model)
    save_index(near, server)
    far = open_index(server, model)
    query = near.encode("家庭农场")
    for where in (None, Filter(documents=('a"b\\c',))):
        same(near.rank(query, 100, where=where), far.rank(query, 100, where=where))
