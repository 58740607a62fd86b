"""Bytes of a file → text, with nothing changed but the encoding.

Text only; `corpus/formats/` reads pages and office documents. Newlines are left as they stand, so
offsets into the text are offsets into the decoded file.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from corpus.errors import CorpusError

MAX_BYTES = 20 * 1024 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ENCODINGS = ["utf_8", "gb18030", "utf_16", "utf_16_le", "utf_16_be", "big5"]
_TEXT_CONTROLS = frozenset("\t\n\v\f\r")
_MAX_CONTROL_SHARE = 0.01


def read_text(path: Path, limit: int | None = None) -> str:
    """The text of a file, decoded from UTF-8, GB18030 (GBK), UTF-16 or Big5.

    A UTF-8 byte order mark stays in the text as ``\\ufeff``. CorpusError if the file is missing,
    empty, larger than `limit` bytes (`MAX_BYTES`), binary, or in no encoding that fits.
    """
    return text_of(read_bytes(path, limit), path)


def text_of(data: bytes, path: Path) -> str:
    """The content of a text file, decoded; `path` is named in messages. CorpusError as for `read_text`."""
    text = decode(data, path)
    check_not_empty(text, path)
    if _looks_binary(text):
        raise _binary(path)
    return text


def check_not_empty(text: str, path: Path) -> None:
    """CorpusError if there is nothing to read in a text."""
    if not text.strip("\ufeff \t\r\n\v\f\u3000"):
        raise CorpusError(
            f"{path} 是空文件：没有任何文字。请放入文件正文，或删除该文件。",
            f"{path} is empty: it holds no text. Put the document's text into it, or remove the file.",
        )


def read_bytes(path: Path, limit: int | None = None) -> bytes:
    """The bytes of a file of at most `limit` (`MAX_BYTES`); CorpusError if it is larger or cannot be read."""
    limit = limit or MAX_BYTES
    try:
        size = path.stat().st_size
        if size > limit:
            raise CorpusError(
                f"{path} 过大：{size} 字节，上限 {limit} 字节。请拆成较小的文件。",
                f"{path} is too large: {size} bytes, the limit is {limit}. Split it into smaller files.",
            )
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise CorpusError(
            f"无法读取 {path}：{reason}。请检查路径和权限。",
            f"Cannot read {path}: {reason}. Check the path and its permissions.",
        ) from error


def decode(data: bytes, path: Path) -> str:
    """Bytes as text in the encoding they are found to be in; CorpusError if there is none that fits."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_as(data, encoding, path)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(data, cp_isolation=_ENCODINGS).best()
    if best is None:
        raise _binary(path) if b"\0" in data else _undecodable(path)
    return _decode_as(data, best.encoding, path)


def _decode_as(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(path) from error


def _looks_binary(text: str) -> bool:
    controls = sum(1 for char in text if char < " " and char not in _TEXT_CONTROLS)
    return "\0" in text or text.startswith("%PDF-") or controls > _MAX_CONTROL_SHARE * len(text)


def _binary(path: Path) -> CorpusError:
    return CorpusError(
        f"{path} 不是文本文件：内容为二进制数据，应为纯文本（.txt 或 .md）。请先另存为 UTF-8 纯文本。",
        f"{path} is not a text file: found binary data where plain text (.txt or .md) was expected. "
        "Save it as plain text in UTF-8 first.",
    )


def _undecodable(path: Path) -> CorpusError:
    return CorpusError(
        f"{path} 的编码无法识别：不是 UTF-8、GB18030（GBK）、UTF-16 或 Big5。请另存为 UTF-8。",
        f"The encoding of {path} is not recognised: neither UTF-8, GB18030 (GBK), UTF-16 nor Big5. "
        "Save it as UTF-8.",
    )
