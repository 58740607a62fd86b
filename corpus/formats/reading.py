"""A file of any accepted format → `Document`. What a file is shows in its content, not in its name."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Literal

from corpus.errors import CorpusError
from corpus.formats.document import Document
from corpus.formats.refused import Refused
from corpus.read import check_not_empty, decode, read_bytes, text_of

Format = Literal["text", "markdown", "html", "docx", "pdf"]
SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx", ".pdf")
"""The endings of the names of documents; `LEGACY` are looked into, too, and refused with advice."""
LEGACY = (
    ".doc",
    ".wps",
    ".rtf",
    ".odt",
    ".ofd",
    ".mht",
    ".mhtml",
    ".docm",
    ".dotx",
    ".xls",
    ".xlsx",
    ".ppt",
    ".pptx",
)
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,5000}?-->\s*)*<(?:!doctype\s+html|html|head|body|meta)\b",
    re.I | re.S,
)
_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.I)
_OLE, _ZIP, _PDF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"%PDF-"
_SAVE = ("请用 Word 或 WPS 另存为 .docx", "Save it as .docx with Word or WPS")
_SAVE_PAGE = ("请用浏览器另存为 .html", "Save it as .html with a browser")
_WIDE = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "utf8": "utf-8"}
_MAX_BROKEN = 0.001
_MAX_TAGS = 200_000
_MAX_CHARS = 3_000_000
"""Longer texts and pages of more tags are no documents; they would only take time."""


def read_document(path: Path) -> Document:
    """The text of a document with what is known of its positions.

    CorpusError if the file cannot be read, is of a kind that is not read, is damaged, encrypted, a
    scan without text, or larger than is safe.
    """
    return document_of(read_bytes(path), path)


def document_of(data: bytes, path: Path) -> Document:
    """The document in the bytes of a file; `path` names it. CorpusError as for `read_document`."""
    try:
        document = _read(data, _format(data, path), path)
    except Refused as refused:
        raise CorpusError(
            f"无法读取 {path}：{refused.zh}。{refused.advice[0]}。",
            f"Cannot read {path}: {refused.en}. {refused.advice[1]}.",
        ) from refused
    check_not_empty(document.text, path)
    return document


def _bounded(text: str, form: Format) -> str:
    """The text itself; Refused if it is longer, or has more tags, than any document."""
    tags = text.count("<") if form == "html" else 0
    if tags > _MAX_TAGS:
        raise _too_much(
            f"网页标签过多（{tags} 个，上限 {_MAX_TAGS} 个）", f"it has {tags} tags, the limit is {_MAX_TAGS}"
        )
    if form != "html" and len(text) > _MAX_CHARS:
        raise _too_much(
            f"文字过多（{len(text)} 字，上限 {_MAX_CHARS} 字）",
            f"it has {len(text)} characters, the limit is {_MAX_CHARS}",
        )
    return text


def _too_much(zh: str, en: str) -> Refused:
    return Refused(zh, en, ("请拆成较小的文件", "Split it into smaller files"))


def _read(data: bytes, form: Format, path: Path) -> Document:
    if form == "html":
        from corpus.formats.html import read_html

        return read_html(_bounded(_decode_html(data, path), form))
    if form == "docx":
        from corpus.formats.docx import read_docx

        return read_docx(data)
    if form == "pdf":
        from corpus.formats.pdf import read_pdf

        return read_pdf(data)
    text = _bounded(text_of(data, path), form)
    if form == "markdown":
        from corpus.formats.markdown import read_markdown

        return read_markdown(text)
    return Document(text)


def _format(data: bytes, path: Path) -> Format:
    """What a file is. Refused for kinds that are known and not read."""
    suffix = path.suffix.lower()
    head = data[:4096].lstrip(b"\xef\xbb\xbf")
    if _PDF in head[:1024]:
        return "pdf"
    if data.startswith(_ZIP):
        return _zipped(data)
    if data.startswith(_OLE):
        raise _ole(data)
    if head.startswith(b"{\\rtf"):
        raise Refused("是 RTF 文件", "it is a file in RTF", _SAVE)
    if re.match(rb"(?:From:|MIME-Version:)", head, re.I) and b"multipart/related" in data[:4096]:
        raise Refused(
            "是网页归档（.mht）", "it is a web archive (.mht)", ("请另存为 .html", "Save it as .html")
        )
    if _HTML_START.match(_narrow(head)) or suffix in (".html", ".htm"):
        return "html"
    if suffix in (".docx", ".pdf"):
        name = suffix[1:]
        raise Refused(
            f"内容不是 {name}，文件可能已损坏或改过扩展名",
            f"its content is no {name}; it is damaged or has been renamed",
            ("请重新获取该文件", "Get the file again"),
        )
    if suffix in LEGACY:
        raise Refused(f"不支持 {suffix} 格式", f"the format {suffix} is not read", _SAVE)
    return "markdown" if suffix in (".md", ".markdown") else "text"


def _narrow(head: bytes) -> bytes:
    """The head of a file in UTF-16 as far as it is ASCII."""
    return head.replace(b"\0", b"").lstrip(b"\xff\xfe") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head


def _zipped(data: bytes) -> Format:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist()[:10_000])
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused(
            "文件不完整或已损坏（压缩包无法打开）",
            "it is incomplete or damaged (its archive cannot be opened)",
            ("请重新获取该文件", "Get the file again"),
        ) from error
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return "docx"
    known = {"xl/": "Excel", "ppt/": "PowerPoint", "OFD.xml": "OFD", "content.xml": "OpenDocument"}
    kind = next(
        (kind for start, kind in known.items() if any(name.startswith(start) for name in names)), "ZIP"
    )
    raise Refused(f"是 {kind} 文件", f"it is a file of {kind}", _SAVE)


def _ole(data: bytes) -> Refused:
    """Old Office files; an encrypted .docx is packed into one, too."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Refused(
            "文件已加密",
            "the file is encrypted",
            ("请取消密码后另存", "Remove the password and save it anew"),
        )
    return Refused("是旧版 Office 或 WPS 文件（如 .doc）", "it is a file of old Office or WPS (.doc)", _SAVE)


def _decode_html(data: bytes, path: Path) -> str:
    """A page as text: by its byte order mark, else as it says itself, else as it is found to be."""
    stated = _CHARSET.search(data[:8192])
    if stated is None or data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return decode(data, path)
    name = stated[1].decode("ascii").lower()
    try:
        return data.decode(_WIDE.get(name, name))
    except LookupError:
        return decode(data, path)
    except UnicodeDecodeError:
        return _decode_broken(data, _WIDE.get(name, name), path)


def _decode_broken(data: bytes, encoding: str, path: Path) -> str:
    """A page that is not all in the encoding it states: in another one, or with a few broken characters."""
    try:
        return decode(data, path)
    except CorpusError:
        text = data.decode(encoding, errors="replace")
        if text.count("\ufffd") > _MAX_BROKEN * len(text):
            raise
        return text
