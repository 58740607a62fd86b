"""What stands around the measures: title, issuer and document number before, signature after."""

from __future__ import annotations

import re
from itertools import takewhile

from corpus.lines import Lines
from corpus.measure import Span

_KINDS = (
    "意见|通知|通告|公告|通报|办法|条例|规定|决定|决议|方案|措施|规划|细则|解释|法典|法|函|答复|批复|复函|安排|"
    "纲要|计划|准则|章程|规则|指南|指引|政策|规程|规范|标准|清单|要点|报告|请示|倡议书|编|若干条"
)
_VERSION = r"(?:[(（](?:试行|暂行|草案|修订|修正|征求意见稿|\d{4}年[^)）]{0,12}|送审稿)[^)）]{0,6}[)）])?"
_TITLE = re.compile(rf"[^。；;！？!?，,：:]{{2,90}}(?:{_KINDS}){_VERSION}")
_ABOUT = re.compile(
    rf"[^\s。；：:，,《]*关于[^。；：:]{{2,80}}?(?:的[^\s。；：:，,]{{0,6}})(?:{_KINDS}){_VERSION}(?=\s|$)"
)
_DOC_NO = re.compile(
    r"[\u4e00-\u9fff]{1,12}[〔\[［（(【]\s*(?:19|20)\d{2}\s*[〕\]］）)】]\s*第?\s*\d{1,5}\s*号|"
    r"(?:中华人民共和国)?[\u4e00-\u9fff]{2,20}令?\s*第?\s*[\d〇零一二三四五六七八九十百]{1,6}\s*号令?"
)
_NUM = "[0-9〇○零一二三四五六七八九十百]"
_BODY = (
    r"[\u4e00-\u9fff、（）() ]{1,40}?"
    r"(?:部|委|委员会|局|厅|院|府|会|办公室|办公厅|办|公司|银行|署|集团|司令部|中心)"
)
_PASSED = re.compile(rf"日\s*由?([\u4e00-\u9fff]{{4,40}}?)第{_NUM}+次(?:会议|全体会议|主任会议|常务会议)")
_ORDERED = re.compile(rf"日\s*([\u4e00-\u9fff、]{{4,40}}?)(?:令|公告)第?{_NUM}+号")
_DATE = (
    rf"(?:[12][0-9]{{3}}|[一二][〇○零一二三四五六七八九]{{3}})\s*年\s*{_NUM}{{1,3}}\s*月\s*{_NUM}{{1,3}}\s*日"
)
_LABELLED = re.compile(rf"(?:发布|发文|制定|印发|颁布)(?:机构|机关|单位|部门)\s*[:：]\s*({_BODY})")
_CLOSING = re.compile(
    rf"{_DATE}|[（(](?:此件|本文|联系人|本件|发至).*[)）]|附\s*[件：:].*|"
    r"(?:抄送|主题词|联系人|联系电话|文档附件)[:：].*|.{2,40}印发"
)
_ANNEX = re.compile(r"附\s*[件录表图：:]?\s*[0-9０-９一二三四五六七八九十]*\s*[：:]?")
_SHORT = 40
_MAX_TITLE_LINES = 4
_MAX_TITLE = 400
_MAX_HEAD = 200
"""So much of so many lines is looked through for a title."""


def reads_like_title(text: str) -> bool:
    """True for a text that ends like the title of a document: …条例, …的通知, …办法（试行）."""
    return bool(_TITLE.fullmatch(re.sub(r"\s", "", text)))


def find_title(lines: Lines, head: list[Span]) -> str:
    """The title in the lines before the first numbered heading; empty if none reads like one.

    First the opening lines, joined until they end like a title (…条例, …的通知), then any stretch
    of the form 关于…的意见, then the first line if it is short and no sentence.
    """
    texts = [lines.of_span(span)[:_MAX_TITLE].strip("#* ") for span in head[:_MAX_HEAD]]
    texts = [text for text in texts if not _ANNEX.fullmatch(text)]
    for count in range(1, min(len(texts), _MAX_TITLE_LINES) + 1):
        joined = re.sub(r"\s", "", "".join(texts[:count]))
        last = re.sub(r"\s", "", texts[count - 1])
        if reads_like_title(last) and "关于" in last[1:]:
            return last
        if reads_like_title(joined) and not (lines.flat and "关于" in joined and count > 1):
            book = texts[count] if count < len(texts) and re.fullmatch(r"\S{2,10}编", texts[count]) else ""
            return f"{joined} {book}".strip()
    for text in texts:
        about = _ABOUT.search(text)
        if about:
            return re.sub(r"\s", "", about[0])
    first = texts[0] if texts else ""
    return first if len(first) <= _SHORT and not re.search("[。；，,：:]", first) else ""


def find_issuer(
    lines: Lines, head: list[Span], everything: list[Span], title: str, closing: Span | None
) -> str:
    """Who issued the document: named in the title (…局关于…), as the body that passed or ordered it, by the
    signature, in a line 发布机构：…, or on lines of its own above the title or under it. Empty if nobody is.

    `everything` is `head` with page data.
    """
    before, about, _ = title.partition("关于")
    if about and re.fullmatch(_BODY, before):
        return before
    texts = [lines.of_span(span) for span in head]
    passed = next((found for text in texts if (found := _PASSED.search(text) or _ORDERED.search(text))), None)
    if passed:
        return re.sub(f"第{_NUM}+届", "", passed[1])
    return (
        _signature(lines, closing)
        or _labelled(lines, everything)
        or _letterhead(texts, title)
        or _byline(texts, title)
    )


def find_doc_no(lines: Lines, head: list[Span]) -> str:
    """The document number (渝府发〔2025〕15号, 国务院令第790号) where it stands by itself; else empty."""
    for span in head:
        text = re.sub(r"^(?:发文字号|文\s*号)\s*[:：]\s*", "", lines.of_span(span)).strip("（）()")
        if _DOC_NO.fullmatch(text):
            return text
    return ""


def _labelled(lines: Lines, spans: list[Span]) -> str:
    found = (_LABELLED.fullmatch(lines.of_span(span)) for span in spans)
    return next((match[1] for match in found if match), "")


def _letterhead(texts: list[str], title: str) -> str:
    named: list[str] = []
    for text in texts:
        if text.startswith("关于") or not re.fullmatch(_BODY, text) or text in title:
            break
        named.append(text)
    return " ".join(named)


def _byline(texts: list[str], title: str) -> str:
    """The bodies named right under the title, a date behind them or not."""
    bare = [re.sub(r"[\s#*]", "", text) for text in texts]
    last = next((i for i, text in reversed([*enumerate(bare)][:_MAX_TITLE_LINES]) if text in title), None)
    named = bare[last + 1 :] if title and last is not None else []
    bodies = [re.fullmatch(rf"({_BODY})(?:{_DATE})?", text) for text in named]
    return " ".join(found[1] for found in takewhile(bool, bodies) if found)


def find_closing(lines: Lines, start: int, end: int) -> Span | None:
    """Signature, date, list of annexes and the like at the end of the stretch `start` to `end`.

    It begins at the first line from which on nothing but such lines follow, or at a line 附件 that
    stands alone. A short line counts as a signature only if a date comes after it.
    """
    pieces = lines.pieces(start, end)
    for span in pieces:
        if _ANNEX.fullmatch(lines.of_span(span)) and not lines.flat:
            return lines.span(span.start, pieces[-1].end)
    texts = [lines.of_span(span) for span in pieces]
    opener = re.compile(r"附\s*件\s*[：:]")
    listing = next((number for number, text in enumerate(texts) if opener.match(text)), len(texts))
    first, dated = len(pieces), False
    for number in range(len(pieces) - 1, -1, -1):
        text = texts[number]
        listed = number > listing and re.match(r"[0-9０-９]{1,2}\s*[.．、]", text)
        if not (_CLOSING.fullmatch(text) or (dated and _signs(text)) or listed):
            break
        first, dated = number, dated or bool(re.fullmatch(_DATE, text))
    return lines.span(pieces[first].start, pieces[-1].end) if first < len(pieces) else None


def _signs(text: str) -> bool:
    return len(text) <= _SHORT and bool(re.fullmatch(_BODY, text))


def _signature(lines: Lines, closing: Span | None) -> str:
    if closing is None:
        return ""
    signed: list[str] = []
    for span in lines.pieces(closing.start, closing.end):
        text = lines.of_span(span)
        if re.fullmatch(_DATE, text):
            return " ".join(signed)
        if re.fullmatch(_BODY, text):
            signed.append(text)
    return ""
