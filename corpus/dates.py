"""Dates that a document states of itself (passed, published, effective, …), and what it replaces.

Read from the lines before the first heading (2007年6月29日…会议通过), the signature after the last, and the
sentences on its own validity (本办法自…起施行，有效期5年，《…办法》同时废止). Dates are ISO:
``2025-01-08``, or ``2022-11`` where the text names no day. What the meta data says is never overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from corpus.measure import Guideline, Meta
from corpus.numbering import numeral

_YEAR = r"(?:(?:19|20)\d{2}|[一二][〇○零Ｏ九][〇○零一二三四五六七八九]{2})"
_NUM = r"(?:\d{1,2}|[一二三四五六七八九十廿]{1,3})"
DATE = rf"(?P<y>{_YEAR})\s*[年./-]\s*(?P<m>{_NUM})\s*[月./-]\s*(?P<d>{_NUM})\s*日?"
_ANY_DATE = re.compile(DATE)
_DIGITS = str.maketrans("０１２３４５６７８９〇○零Ｏ一二三四五六七八九", "01234567890000123456789")
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")

_SELF = (
    r"(?:本|该|此)(?:办法|规定|条例|法|细则|意见|通知|措施|方案|规则|决定|解释|规程|指南|文件|政策|若干|章程|规范|"
    r"制度|公告)"
)
_FORCE = r"(?:施行|实施|执行|生效|试行)"
_EVENTS = re.compile(r"通过|修正|修订|公布|发布|印发|颁布|批准|施行|实施|生效|废止|失效")
_EVENT_OF = {
    **dict.fromkeys(("通过", "批准"), "passed"),
    **dict.fromkeys(("修正", "修订"), "amended"),
    **dict.fromkeys(("公布", "发布", "印发", "颁布"), "published"),
    **dict.fromkeys(("施行", "实施", "生效"), "effective"),
    **dict.fromkeys(("废止", "失效"), "repealed"),
}
_ORDERED = re.compile(r"日\s*([\u4e00-\u9fff、]{2,24}(?:令|公告)\s*第?\s*\d{1,4}\s*号)")
_LABELLED = re.compile(rf"(?:成文|发布|印发|公布|发文|颁布)(?:日期|时间)\s*[:：]\s*{DATE}")
_ALONE = re.compile(rf"\s*{DATE}(?:\s*印发)?\s*")
_FROM = re.compile(rf"自\s*{DATE}\s*(?:起|开始)?\s*(?:正式)?{_FORCE}")
_FROM_ISSUE = re.compile(
    rf"自?(?:发布|公布|印发|颁布|下发|发文|签发)之?日(?:起|后)?"
    rf"(?:满?(?P<n>{_NUM})(?:日|天)后?|(?P<m>{_NUM})个月后?)?(?:起|开始)?{_FORCE}"
)
_UNTIL = re.compile(
    rf"(?:有效期(?:限)?[^。；;]{{0,12}}?(?:至|到|截至)|{_FORCE}(?:期限?)?(?:至|到|截至))\s*{DATE}"
)
_ENDS = re.compile(rf"(?:截至|至|到|于)\s*{DATE}\s*(?:止|起?(?:自动|自行)?(?:失效|废止))")
_YEARS = re.compile(
    rf"(?:有效期|试行期|施行期|执行期)(?:限)?(?:为|是|:|：)?\s*(?P<n>{_NUM})\s*(?P<unit>年|个月)"
)
_REPEALS = re.compile(r"(?:同时|自行|予以|自动)?(?:废止|停止执行|不再执行)")
_REPEALED_TITLE = re.compile(r"[（(\[【](?:已)?(?:废止|失效|作废)[^）)\]】]{0,8}[）)\]】]")
_TITLED = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》(?P<rest>第)?")
_NUMBERED = re.compile(
    r"[\u4e00-\u9fff]{1,12}[〔\[［（(]\s*(?:19|20)\d{2}\s*[〕\]］）)]\s*第?\s*\d{1,5}\s*号"
)
_CLAUSES = re.compile("[^。；;\n]+")
_REACH = 90
"""So many characters after a date, at most, stands what happened on it."""


def dated(guideline: Guideline) -> Meta:
    """The meta data of a guideline, completed by what its text says of its dates and of what it replaces."""
    meta = guideline.meta
    head, tail = _head(guideline), _tail(guideline)
    found = _events(head)
    found.setdefault("published", _signed(guideline) or _heading_date(head))
    own = list(_own_sentences(guideline, head, tail))
    published = meta.published or found.get("published", "") or found.get("passed", "")
    effective = meta.effective or _effective(own, published) or found.get("effective", "")
    return replace(
        meta,
        doc_no=meta.doc_no or _order(head),
        published=meta.published or found.get("published", ""),
        passed=meta.passed or found.get("passed", ""),
        amended=meta.amended or found.get("amended", ""),
        effective=effective,
        repealed=meta.repealed or found.get("repealed", ""),
        valid_until=meta.valid_until or _valid_until(own, effective),
        replaces=meta.replaces or tuple(dict.fromkeys(_replaced(guideline, own))),
        status=meta.status or ("repealed" if _REPEALED_TITLE.search(meta.title) else ""),
    )


def _order(head: str) -> str:
    """The number of the order that issued a document (国务院令第306号), where it stands above the text."""
    found = _ORDERED.search(head)
    return re.sub(r"\s|^中华人民共和国(?=国务院|.{2,8}部)", "", found[1]) if found else ""


def _iso(found: re.Match[str]) -> str:
    year, month, day = _year(found["y"]), _small(found["m"]), _small(found["d"])
    try:
        return date(int(year), month, day).isoformat()
    except ValueError:
        return ""


def _year(text: str) -> str:
    return text.translate(_DIGITS)


def _small(text: str) -> int:
    return numeral(text.replace("廿", "二十"))


def _head(guideline: Guideline) -> str:
    """Everything before the first heading, without a table of contents."""
    first = min([m.span.start for m in guideline.measures] + [s.span.start for s in guideline.sections])
    contents = [d.span for d in guideline.dropped if d.reason == "table of contents"]
    end = min([first, *(span.start for span in contents)])
    return guideline.source[:end].translate(_WIDE)


def _tail(guideline: Guideline) -> str:
    """The signature after the last measure."""
    closing = guideline.closing
    return guideline.source[closing.start : closing.end].translate(_WIDE) if closing else ""


def _events(head: str) -> dict[str, str]:
    """What happened when, by the lines under a title; of several amendments the last."""
    found: dict[str, str] = {}
    dates = [match for match in _ANY_DATE.finditer(head) if _iso(match)]
    for number, match in enumerate(dates):
        end = dates[number + 1].start() if number + 1 < len(dates) else len(head)
        after = re.split(r"[。\n]", head[match.end() : min(end, match.end() + _REACH)])[0]
        events = _EVENTS.findall(re.sub(r"[《〈<][^》〉>]*[》〉>]", "", after))
        for event in events[-1:] if "关于" in after else events[:1]:
            name = _EVENT_OF[event]
            if name == "amended" or name not in found:
                found[name] = max(found.get(name, ""), _iso(match)) if name == "amended" else _iso(match)
    return found


def _signed(guideline: Guideline) -> str:
    """The date of the signature: a line of its own after the text, or before an annex."""
    parts = [guideline.closing] if guideline.closing else []
    parts += [d.span for d in guideline.dropped if d.reason == "heading of an annex"]
    for span in parts:
        for line in re.split(r"[\n\r]|\s{2,}", guideline.source[span.start : span.end].translate(_WIDE)):
            found = _ALONE.fullmatch(line)
            if found and _iso(found):
                return _iso(found)
    last = _ANY_DATE.search(_tail(guideline))
    return _iso(last) if last else ""


def _heading_date(head: str) -> str:
    """A date that is labelled (发布日期：…), or that stands on a line of its own above the text."""
    found = _LABELLED.search(head)
    if found and _iso(found):
        return _iso(found)
    alone = (_ALONE.fullmatch(line.strip("（）() ")) for line in head.splitlines())
    return next((_iso(match) for match in alone if match and _iso(match)), "")


def _own_sentences(guideline: Guideline, head: str, tail: str) -> Iterable[str]:
    """The sentences on the validity of the document itself."""
    texts = [head, *(m.text.translate(_WIDE) for m in guideline.measures if _mentions(m.text)), tail]
    for text in texts:
        if _mentions(text):
            yield from (s for s in re.split("[。\n]", text) if _mentions(s))


def _mentions(text: str) -> bool:
    return any(word in text for word in ("施行", "实施", "执行", "生效", "废止", "有效期", "试行"))


def _speaks_of_itself(sentence: str) -> bool:
    return bool(re.search(_SELF, sentence)) or "之日起" in sentence or sentence.lstrip().startswith("自")


def _effective(own: list[str], published: str) -> str:
    for sentence in own:
        found = _FROM.search(sentence)
        if found and _iso(found) and _speaks_of_itself(sentence):
            return _iso(found)
    for sentence in own:
        issue = _FROM_ISSUE.search(sentence)
        if issue and _speaks_of_itself(sentence) and len(published) == 10:
            return _later(published, days=_small(issue["n"]) if issue["n"] else 0, months=issue["m"])
    return ""


def _valid_until(own: list[str], effective: str) -> str:
    for sentence in own:
        found = _UNTIL.search(sentence) or _ENDS.search(sentence)
        if found and _iso(found) and _speaks_of_itself(sentence):
            return _iso(found)
    for sentence in own:
        span = _YEARS.search(sentence)
        if span and _speaks_of_itself(sentence) and len(effective) == 10:
            months = _small(span["n"]) * (12 if span["unit"] == "年" else 1)
            return _later(effective, days=-1, months=str(months))
    return ""


def _later(start: str, *, days: int, months: str | None) -> str:
    """An ISO date so many days and months after `start`."""
    day = date.fromisoformat(start)
    count = day.month - 1 + (_small(months) if months else 0)
    year, month = day.year + count // 12, count % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return (date(year, month, min(day.day, last)) + timedelta(days=days)).isoformat()


def _replaced(guideline: Guideline, own: list[str]) -> Iterable[str]:
    """Titles and numbers of the documents that this one puts out of force as a whole."""
    repealing = "废止" in guideline.meta.title
    texts = [m.text.translate(_WIDE) for m in guideline.measures] if repealing else own
    for text in texts:
        for clause in _CLAUSES.findall(text):
            end = _REPEALS.search(clause)
            if end is None or (not repealing and "依照" in clause):
                continue
            named = clause if repealing else clause[: end.start()]
            yield from (m[1].strip() for m in _TITLED.finditer(named) if not m["rest"])
            yield from (re.sub(r"\s", "", m[0]) for m in _NUMBERED.finditer(named))
