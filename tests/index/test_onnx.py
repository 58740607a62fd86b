"""The model as a graph: its vectors are torch's, and its folder survives damage, kills and two makers."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelError
from index import onnx_folder
from index.embed import Embedder, load_embedder
from index.encoder import TorchEncoder, fingerprint
from index.offline import cache_folder, ensure_model
from index.onnx_encoder import OnnxEncoder
from index.onnx_folder import GRAPH, MANIFEST, TOKENIZER, GraphManifest, ensure_graph, read_graph, source_of

ROOT = Path(__file__).resolve().parent.parent.parent
TOLERANCE = 1e-5
SENTENCE = "对新认定的高新技术企业,给予一次性奖励20万元。"
ODD = ["", " ", "\n", "?", "贷", "ABC Company Ltd.", "ひらがな наука", "１～３万元", "\ud800 half", "🙂" * 40]
LENGTHS = [1, 2, 11, 60, 250, 508, 509, 510, 511, 512, 9000]


@pytest.fixture(scope="module")
def torch_embedder() -> Embedder:
    return load_embedder(None, "torch")


@pytest.fixture(scope="module")
def graph() -> Embedder:
    return load_embedder(None, "onnx")


# The vectors


def apart(one: Embedder, other: Embedder, texts: list[str]) -> float:
    """The largest difference of any component, as questions and as passages."""
    queries = np.abs(one.encode_queries(texts) - other.encode_queries(texts)).max()
    passages = np.abs(one.encode_passages(texts) - other.encode_passages(texts)).max()
    return float(max(queries, passages))


def test_by_default_a_graph_is_used(embedder: Embedder, graph: Embedder, torch_embedder: Embedder) -> None:
    assert isinstance(embedder.encoder, OnnxEncoder) and isinstance(graph.encoder, OnnxEncoder)
    assert isinstance(torch_embedder.encoder, TorchEncoder)


@pytest.mark.parametrize("length", LENGTHS)
def test_the_same_vectors_at_every_length(length: int, graph: Embedder, torch_embedder: Embedder) -> None:
    text = (SENTENCE * (length // len(SENTENCE) + 1))[:length]
    assert apart(graph, torch_embedder, [text]) <= TOLERANCE


def test_the_same_vectors_in_mixed_batches(graph: Embedder, torch_embedder: Embedder) -> None:
    texts = [(SENTENCE * 30)[: 3 * i * i] for i in range(12)] + ODD
    assert apart(graph, torch_embedder, texts) <= TOLERANCE
    alone = np.stack([graph.encode_passages([text])[0] for text in texts[::5]])
    assert np.abs(alone - graph.encode_passages(texts)[::5]).max() <= TOLERANCE


def test_rows_have_length_one_and_none_is_missing(graph: Embedder) -> None:
    vectors = graph.encode_passages(ODD)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert graph.encode_queries([]).shape == (0, graph.dimension)


def test_an_index_of_one_is_served_by_the_other(graph: Embedder, torch_embedder: Embedder) -> None:
    assert (graph.fingerprint, graph.dimension) == (torch_embedder.fingerprint, torch_embedder.dimension)


def test_several_threads_at_once(graph: Embedder) -> None:
    texts = [SENTENCE[: i % 20 + 1] for i in range(24)]
    alone = graph.encode_queries(texts)
    with ThreadPoolExecutor(6) as pool:
        one_by_one = list(pool.map(lambda text: graph.encode_queries([text])[0], texts))
        whole = list(pool.map(graph.encode_queries, [texts] * 3))
    assert np.abs(np.stack(one_by_one) - alone).max() <= TOLERANCE
    assert all(np.abs(vectors - alone).max() <= TOLERANCE for vectors in whole)


def test_lengths_are_tokens_up_to_the_limit(graph: Embedder) -> None:
    assert graph.encoder.lengths(["支持企业", SENTENCE * 100]) == [5, 512]


def test_fingerprint_is_that_of_the_weights(torch_embedder: Embedder) -> None:
    assert isinstance(torch_embedder.encoder, TorchEncoder)
    model = torch_embedder.encoder.model
    weight = next(iter(model.parameters()))
    weight.data.mul_(2)
    try:
        changed = fingerprint(model)
    finally:
        weight.data.div_(2)
    assert fingerprint(model) == torch_embedder.fingerprint != changed


# The folder


@pytest.fixture
def made(graph: Embedder, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A copy of the graph's folder, and its source. Nothing is exported: the copy is hard links."""
    source = source_of(ensure_model())
    folder = tmp_path / "graph"
    shutil.copytree(cache_folder() / "multilingual-e5-small-onnx", folder, copy_function=os.link)
    yield folder, source


def rewrite(path: Path, data: bytes) -> None:
    """Another file under the same name: the linked one must stay as it is."""
    path.unlink()
    path.write_bytes(data)


def test_a_whole_folder_is_read(made: tuple[Path, str]) -> None:
    folder, source = made
    manifest = read_graph(folder, source)
    assert manifest and manifest.dimension == 384 and manifest.passage_prompt == "passage: "
    assert read_graph(folder, "another source") is None


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER])
@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_a_damaged_folder_is_not_used(name: str, damage: str, made: tuple[Path, str]) -> None:
    folder, source = made
    data = (folder / name).read_bytes()
    if damage == "gone":
        (folder / name).unlink()
    else:
        rewrite(folder / name, data[: len(data) // 2] if damage == "cut" else data[:-9] + b"x" + data[-8:])
    assert read_graph(folder, source) is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"format": 1}', b"\xff" * 9, b" " * 100_000])
def test_a_manifest_that_is_none(content: bytes, made: tuple[Path, str]) -> None:
    folder, source = made
    rewrite(folder / MANIFEST, content)
    assert read_graph(folder, source) is None


def test_a_manifest_of_another_format(made: tuple[Path, str]) -> None:
    folder, source = made
    form = json.loads((folder / MANIFEST).read_text())
    rewrite(folder / MANIFEST, json.dumps({**form, "format": onnx_folder.FORMAT + 1}).encode())
    assert read_graph(folder, source) is None


def test_the_source_is_the_files_and_not_their_times(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "config.json").write_text("{}")
    (tmp_path / "a" / "empty").write_text("")
    (tmp_path / "a" / "weights").write_bytes(bytes(range(256)) * 8192)
    shutil.copytree(tmp_path / "a", tmp_path / "b", copy_function=shutil.copyfile)
    os.utime(tmp_path / "b" / "weights", (1, 1))
    assert source_of(tmp_path / "a") == source_of(tmp_path / "b")
    (tmp_path / "b" / "config.json").write_text("[]")
    assert source_of(tmp_path / "a") != source_of(tmp_path / "b")
    (tmp_path / "b" / "config.json").write_text("{}")
    (tmp_path / "b" / "weights").write_bytes(bytes(range(255, -1, -1)) * 8192)
    assert source_of(tmp_path / "a") != source_of(tmp_path / "b")


EXPORT = """
import sys, time
from pathlib import Path
from index import onnx_folder
from index.onnx_folder import GRAPH, TOKENIZER, GraphManifest, ensure_graph, sha256, write_manifest

def export(model, source, fresh):  # in place of the real one, which takes seconds
    with (fresh / GRAPH).open("wb") as file:
        for _ in range(20):
            file.write(b"x" * 10_000); file.flush(); time.sleep(0.004)
    (fresh / TOKENIZER).write_bytes(b"y")
    files = {name: sha256(fresh / name) for name in (GRAPH, TOKENIZER)}
    write_manifest(fresh, GraphManifest(source, files=files, max_tokens=512))
    print("made", flush=True)

onnx_folder._export = export
print("started", flush=True)
assert ensure_graph(Path(sys.argv[1]), "s", "m").max_tokens == 512
"""


def maker(folder: Path) -> subprocess.Popen[str]:
    """A process that makes a graph of 200 KB in a tenth of a second."""
    return subprocess.Popen(
        [sys.executable, "-c", EXPORT, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_two_makers_make_it_once(tmp_path: Path) -> None:
    makers = [maker(tmp_path / "graph") for _ in range(3)]
    said = [process.communicate()[0] for process in makers]
    assert [process.returncode for process in makers] == [0, 0, 0]
    assert "".join(said).count("made") == 1


def test_a_kill_at_any_moment_leaves_no_half_graph(tmp_path: Path) -> None:
    folder = tmp_path / "graph"
    for step in range(8):
        process = maker(folder)
        assert process.stdout and process.stdout.readline() == "started\n"
        time.sleep(0.02 * step)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if found := read_graph(folder, "s"):
            assert found.max_tokens == 512
            shutil.rmtree(folder)
        else:
            assert not folder.exists()
    last = maker(folder)
    assert "made" in last.communicate()[0] and last.returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"graph", "graph.lock"}


# Models that cannot be a graph


def test_a_model_that_is_refused_runs_on_torch_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refused = GraphManifest(source_of(ensure_model()), refused="its vectors differ by 2.0e-03")
    monkeypatch.setattr("index.onnx_folder.read_graph", lambda folder, source: refused)
    with caplog.at_level(logging.WARNING, "index.embed"):
        embedder = load_embedder()
    assert isinstance(embedder.encoder, TorchEncoder)
    assert [record.getMessage() for record in caplog.records] == [
        "multilingual-e5-small runs on torch, not in ONNX Runtime: its vectors differ by 2.0e-03"
    ]
    with pytest.raises(ModelError) as raised:
        load_embedder(None, "onnx")
    assert "WENCE_ENCODER" in raised.value.zh and "2.0e-03" in raised.value.en


def test_a_cache_without_room_leads_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> GraphManifest:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.onnx_folder.ensure_graph", full)
    assert isinstance(load_embedder().encoder, TorchEncoder)


def test_vectors_that_differ_are_found_out(graph: Embedder, torch_embedder: Embedder) -> None:
    from index.onnx_export import NotExportable, _check

    assert isinstance(graph.encoder, OnnxEncoder) and isinstance(torch_embedder.encoder, TorchEncoder)
    _check(torch_embedder.encoder, graph.encoder)
    weight = next(iter(torch_embedder.encoder.model.parameters()))
    weight.data.mul_(1.01)
    try:
        with pytest.raises(NotExportable, match="differ"):
            _check(torch_embedder.encoder, graph.encoder)
    finally:
        weight.data.div_(1.01)


def test_an_export_that_breaks_off_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="broke off"):
        ensure_graph(tmp_path / "graph", "s", str(tmp_path / "no model"))
    assert {path.name for path in tmp_path.iterdir()} == {"graph.lock"}


@pytest.mark.timeout(300)
def test_another_model_is_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small one of another make: RoBERTa's positions, the first token for the whole, no normalisation."""
    folder = tmp_path / "tiny"
    make_tiny(folder)
    monkeypatch.setenv("WENCE_CACHE_DIR", str(tmp_path / "cache"))
    graph = load_embedder(str(folder), "onnx")
    assert isinstance(graph.encoder, OnnxEncoder)
    on_torch = load_embedder(str(folder), "torch")
    assert graph.fingerprint == on_torch.fingerprint and graph.dimension == 32
    assert apart(graph, on_torch, [SENTENCE, "贷", SENTENCE * 9, "ABC"]) <= TOLERANCE


def make_tiny(folder: Path) -> None:
    """A sentence-transformers folder with random weights, and the tokeniser of the offline model."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import AutoTokenizer, RobertaConfig, RobertaModel

    tokenizer = AutoTokenizer.from_pretrained(str(ensure_model()))
    config = RobertaConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=70, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    torch.manual_seed(3)
    RobertaModel(config).save_pretrained(str(folder / "plain"))
    tokenizer.save_pretrained(str(folder / "plain"))
    transformer = Transformer(str(folder / "plain"), max_seq_length=64)
    SentenceTransformer(modules=[transformer, Pooling(32, "cls")], prompts={"query": "Q: "}).save(str(folder))
    shutil.rmtree(folder / "plain")
