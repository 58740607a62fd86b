"""Markdown: the text stays as it is; beside it, for the parser, one of the same length without mark-up.

Every sign of mark-up (``##``, ``**``, ``[…](…)``, ``\\.``, table bars, front matter, comments) becomes a
blank, so that 第一章 in ``## **第一章** 总则`` stands where it would in plain text, at the same offset.
Within a sentence the blank has no width: 加强**党的**领导 is one phrase.
"""

from __future__ import annotations

import re

from corpus.formats.document import Document

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.{0,5000}?)\n---[ \t]*(?=\r?\n)", re.DOTALL)
_FRONT_TITLE = re.compile(r"(?m)^title\s*:\s*[\"']?(.{1,200}?)[\"']?\s*$")
_LINE_SIGNS = (
    re.compile(r"(?m)^[ \t]*(?:```|~~~).*$"),
    re.compile(r"(?m)^[ \t]*(?:[-*_=][ \t]*){3,}$"),
    re.compile(r"(?m)^[ \t]*(?:\|[ \t]*)?(?::?-{2,}:?[ \t]*\|[ \t]*)+(?::?-{2,}:?[ \t]*)?$"),
    re.compile(r"(?m)^[ \t]*(?:>[ \t]?)+"),
    re.compile(r"(?m)^[ \t]*#{1,6}(?=[ \t\u3000]|[^#\s])"),
    re.compile(r"(?m)[ \t]#+[ \t]*$"),
    re.compile(r"(?m)^[ \t]*[-*+](?=[ \t])"),
    re.compile(r"(?m)^[ \t]*\||\|[ \t]*$|(?<=[ \t])\|(?=[ \t])"),
)
_TAG = re.compile(r"</?(?:[a-zA-Z][a-zA-Z0-9]{0,12})(?:\s[^<>\n]{0,300})?/?>")
_SPACE = re.compile(r"&(?:nbsp|ensp|emsp|#160|#12288|#x3000);")
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\n]{0,1000}\)")
_LINK = re.compile(r"(\[)([^\[\]\n]{1,500})(\]\([^()\n]{0,1000}\)|\]\[[^\[\]\n]{0,100}\])")
_EMPHASIS = re.compile(r"(?<!\\)(?:\*{1,3}|~~|`+)|(?<![\w\\])_{1,3}(?=\S)|(?<=\S)(?<!\\)_{1,3}(?![\w])")
_LABEL = re.compile(
    "(?:第.{1,8}?[编章节条]|[〇一二三四五六七八九十百]{1,6}、?|[(（][^)）]{0,5}[)）]?|[0-9０-９]{1,3}[.．、]?)?"
)
_LABEL_MAX = 24
JOINT = "\u2060"
"""A blank without width."""
_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~])")


def read_markdown(text: str) -> Document:
    """A text with mark-up; `reading` has blanks in the place of all signs, and the same length."""
    front = _FRONT.match(text)
    title = _FRONT_TITLE.search(front[1]) if front else None
    reading = _blank_all(text, front.end() if front else 0)
    return Document(text, title=title[1].strip() if title else "", reading="" if reading == text else reading)


def _blank_all(text: str, start: int) -> str:
    reading = _without_comments(_blanks(text[:start]) + text[start:])
    reading = _IMAGE.sub(_blanked, reading)
    reading = _LINK.sub(lambda link: _blanks(link[1]) + link[2] + JOINT * len(link[3]), reading)
    for pattern in (_TAG, _SPACE, *_LINE_SIGNS):
        reading = pattern.sub(_blanked, reading)
    for pattern in (_EMPHASIS, _ESCAPE):
        reading = pattern.sub(_joined, reading)
    return reading


def _without_comments(text: str) -> str:
    parts, start = [], 0
    while (opened := text.find("<!--", start)) >= 0 and (closed := text.find("-->", opened)) >= 0:
        parts += [text[start:opened], _blanks(text[opened : closed + 3])]
        start = closed + 3
    return "".join([*parts, text[start:]])


def _blanked(found: re.Match[str]) -> str:
    return _blanks(found[0])


def _blanks(text: str) -> str:
    """As many blanks as there are characters; newlines stay."""
    return re.sub(r"[^\r\n]", " ", text)


def _joined(found: re.Match[str]) -> str:
    """Blanks without width, but around a number and after a sentence, where a gap tells what begins there."""
    before = found.string[max(0, found.start() - _LABEL_MAX) : found.start()]
    line = re.split(r"[\r\n]", before)[-1]
    whole = len(line) < len(before) or found.start() <= _LABEL_MAX
    gap = (whole and _LABEL.fullmatch(line.strip("*_~` \t\u3000"))) or re.search(r"[。；！？：;:]\s*$", line)
    return (" " if gap else JOINT) * len(found[0])
