"""The offline model: conversion checked against the source file, and a source that is hostile."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from corpus.errors import ModelError
from index import offline
from index.weights import BadWeights, read_weights


@pytest.fixture(scope="module")
def source() -> Path:
    return offline.find_source()


@pytest.fixture(scope="module")
def folder() -> Path:
    return offline.ensure_model()


def test_rows_of_the_folder_are_those_of_the_source(source: Path, folder: Path) -> None:
    weights = read_weights(source)
    stored = load_file(folder / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    table = stored["embeddings.word_embeddings.weight"]
    assert (
        len(table)
        == tokenizer.get_vocab_size()
        == json.loads((folder / "config.json").read_text())["vocab_size"]
    )
    for piece in ("<s>", "<pad>", "</s>", "<unk>", "▁", "的", "企业", "重庆", "support", "%", "<mask>"):
        row = weights.rows("emb.word", np.array([weights.pieces.index(piece)]))[0]
        assert np.allclose(table[tokenizer.token_to_id(piece)], row, atol=1e-3), piece
    assert np.allclose(
        stored["encoder.layer.7.intermediate.dense.weight"], weights.tensor("l7.fi.w"), rtol=1e-3, atol=1e-4
    )


def decode_slowly(raw: bytes) -> list[float]:
    """Q4_0 as the C engine reads it, one weight at a time."""
    weights: list[float] = []
    for start in range(0, len(raw), 18):
        (scale,) = struct.unpack_from("<e", raw, start)
        nibbles = raw[start + 2 : start + 18]
        weights += [((b & 15) - 8) * scale for b in nibbles] + [((b >> 4) - 8) * scale for b in nibbles]
    return weights


@pytest.mark.parametrize("name", ["l0.q.w", "l5.ao.w", "l11.fo.w"])
def test_decoding_agrees_with_the_definition(name: str, source: Path) -> None:
    weights = read_weights(source)
    entry = weights.directory[name]
    raw = weights.data[entry.offset : entry.offset + 180]
    assert weights.tensor(name).ravel()[:320].tolist() == pytest.approx(decode_slowly(raw))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("支持企业", ["<s>", "▁", "支持", "企业", "</s>"]),
        ("1～3万元", ["<s>", "▁1", "～", "3", "万元", "</s>"]),
        ("ABC　，", ["<s>", "▁ABC", "▁", ",", "</s>"]),
    ],
)
def test_segmentation(text: str, pieces: list[str], folder: Path) -> None:
    assert Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text).tokens == pieces


@pytest.mark.parametrize(
    ("script", "known"), [("区县", True), ("tech", True), ("ひらがな", False), ("наука", False)]
)
def test_scripts_that_stay(script: str, known: bool, folder: Path) -> None:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert (tokenizer.token_to_id("<unk>") not in tokenizer.encode(script).ids) == known


def patched(at: int, layout: str, value: float | bytes) -> Callable[[bytearray], None]:
    def change(data: bytearray) -> None:
        struct.pack_into(layout, data, at, value)

    return change


HOSTILE: dict[str, Callable[[bytearray], None]] = {
    "magic": patched(0, "<4s", b"EVIL"),
    "version": patched(4, "<I", 2),
    "hidden huge": patched(8, "<i", 2**31 - 1),
    "hidden negative": patched(8, "<i", -384),
    "layers zero": patched(12, "<i", 0),
    "heads do not divide": patched(16, "<i", 7),
    "rows huge": patched(24, "<i", 2**31 - 1),
    "epsilon not a number": patched(36, "<f", float("nan")),
    "block size": patched(40, "<i", 64),
    "pieces negative": patched(44, "<i", -1),
    "pieces huge": patched(44, "<i", 2**31 - 1),
    "unk outside": patched(60, "<i", 10**6),
    "blob huge": patched(64, "<Q", 2**63),
    "blob offset backwards": patched(76, "<I", 2**31),
    "score not a number": patched(1000104, "<f", float("inf")),
    "piece not utf-8": patched(2000095, "<B", 255),
    "norm table huge": patched(4581441, "<I", 2**32 - 1),
    "tensor count": patched(4632322, "<i", 10**6),
    "name too long": patched(4632326, "<H", 65535),
    "dtype": patched(4632336, "<B", 9),
    "elements": patched(4632337, "<I", 1),
    "offset outside": patched(4632341, "<Q", 2**62),
    "size": patched(4632349, "<Q", 1),
    "cut off": lambda data: data.__delitem__(slice(5_000_000, None)),
    "cut in the header": lambda data: data.__delitem__(slice(20, None)),
    "empty": lambda data: data.clear(),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused(case: str, source: Path, tmp_path: Path) -> None:
    data = bytearray(source.read_bytes())
    HOSTILE[case](data)
    (tmp_path / "weights.bin").write_bytes(data)
    with pytest.raises(BadWeights):
        read_weights(tmp_path / "weights.bin")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.binary(max_size=400))
def test_noise_is_refused(tail: bytes, source: Path, tmp_path: Path) -> None:
    with source.open("rb") as file:
        head = file.read(44 if len(tail) % 2 else 0)
    (tmp_path / "noise.bin").write_bytes(head + tail)
    with pytest.raises(BadWeights):
        read_weights(tmp_path / "noise.bin")


def test_the_cache_folder_can_be_moved_and_a_damaged_model_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENCE_CACHE_DIR", str(tmp_path / "cache"))
    folder = offline.ensure_model()
    assert folder.is_relative_to(tmp_path)
    (folder / "model.safetensors").write_bytes(b"cut off by a full disk")
    (folder.parent / ".model-killed" / "fresh").mkdir(parents=True)
    assert offline.ensure_model() == folder
    assert (folder / "model.safetensors").stat().st_size > 100_000_000
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, f"{folder.name}.lock"}


def test_a_changed_source_is_refused(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENCE_CACHE_DIR", str(tmp_path / "cache"))
    changed = tmp_path / offline.SOURCE_FILE
    shutil.copy(source, changed)
    with changed.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x00")
    monkeypatch.setattr(offline, "find_source", lambda: changed)
    with pytest.raises(ModelError, match="not the expected one"):
        offline.ensure_model()
    assert not list((tmp_path / "cache").glob("*v1"))


def test_without_the_package_the_error_names_the_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENCE_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(offline, "PACKAGE", "no_such_package_of_weights")
    with pytest.raises(ModelError) as raised:
        offline.ensure_model()
    for way_out in ("wence[offline]", "WENCE_EMBEDDING_MODEL", "--no-dense"):
        assert way_out in raised.value.zh
        assert way_out in raised.value.en


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("WENCE_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="WENCE_CACHE_DIR"):
        offline.ensure_model()
