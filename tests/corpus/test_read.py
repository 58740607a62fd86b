"""Files of every encoding we accept, and files that are no text."""

from __future__ import annotations

from pathlib import Path

import pytest

import corpus.read
from corpus.errors import CorpusError
from corpus.read import read_text
from corpus.records import read_records

TEXT = "青川市节水办法\r\n第一条 为了节约用水，制定本办法。\n第二条 本办法自发布之日起施行。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_accepted_encoding_gives_the_same_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read_text(path) == TEXT


def test_traditional_text_in_big5(tmp_path: Path) -> None:
    text = "節約用水辦法\n第一條 為了節約用水，制定本辦法。\n第二條 本辦法自發布之日起施行。\n"
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode("big5"))
    assert read_text(path) == text


def test_the_byte_order_mark_of_utf8_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert read_text(path) == "\ufeff" + TEXT


@pytest.mark.parametrize(
    ("data", "zh", "en"),
    [
        (b"", "空文件", "empty"),
        (b" \r\n\n", "空文件", "empty"),
        (b"\xef\xbb\xbf\n", "空文件", "empty"),
        (b"\x7fELF\x02\x01\x01\x00" * 40, "二进制", "binary"),
        (b"%PDF-1.7\n1 0 obj\n", "二进制", "binary"),
        (b"abc\x01\x02\x03\x04", "二进制", "binary"),
        (b"\xff\xfe\x00", "编码", "encoding"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "不是文本|编码", "not a text|encoding"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, zh: str, en: str) -> None:
    path = tmp_path / "坏文件.txt"
    path.write_bytes(data)
    with pytest.raises(CorpusError) as refused:
        read_text(path)
    assert any(word in refused.value.zh for word in zh.split("|"))
    assert any(word in refused.value.en for word in en.split("|"))
    assert str(path) in refused.value.zh and str(path) in refused.value.en


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(CorpusError, match="无法读取"):
            read_text(path)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus.read, "MAX_BYTES", 10)
    path = tmp_path / "a.txt"
    path.write_bytes(b"12345678901")
    with pytest.raises(CorpusError, match="11 字节"):
        read_text(path)
    assert read_text(path, 11) == "12345678901"


def test_records_may_be_as_many_as_a_public_data_set_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus.read, "MAX_BYTES", 10)
    path = tmp_path / "r.jsonl"
    path.write_text('{"id": "1", "title": "", "text": "Documents have another limit."}', encoding="utf-8")
    assert len(read_records(path).measures) == 1
