"""Page furniture: what a saved page carries besides the document, each piece with its reason.

The rules speak of pages in general (copyright notices, share buttons, lists of other articles),
never of one site or one document. Before the first numbered heading single lines are furniture;
after the last one a first sure sign of the page's foot ends the document.
"""

from __future__ import annotations

import re

from corpus.lines import Lines
from corpus.matter import reads_like_title
from corpus.measure import Dropped, Span

_OTHERS = "list of other articles"
_MAX_FURNITURE = 200
"""Longer lines are prose, except notices that say of themselves what they are."""

_DATE = r"(?:(?:19|20)?\d{2}[-/.])?\d{1,2}[-/.]\d{1,2}|(?:19|20)\d{2}年\d{1,2}月\d{1,2}日"
_NOTICE = re.compile(
    r"(?:版权声明|版权所有|免责声明|特别声明|郑重声明|法律声明|转载声明|侵权声明|声明[:：]|"
    r"(?:本文|文章)(?:内容)?(?:由|来自|来源于)互联网|本站(?:所有|部分)|未经.{0,12}授权|copyright\b|©)",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"(?:相关|最新|热门|推荐|更多|精彩|延伸|上一|下一|往期|猜你)"
    r"(?:文章|新闻|资讯|稿件|阅读|链接|推荐|内容|解读|文件|报道|信息|文档|政策|篇|回顾|喜欢)"
    r"(?:推荐|排行|列表)?[>»\s]*(?:[:：].{0,80})?|解读|政策解读|图解"
)
_TAGS = re.compile(r"(?:文章|本文)?(?:标签|关键[词字]|Tags?)\s*[:：].{0,120}", re.IGNORECASE)
# Words of controls in a row. No word is the beginning of another one here, and what is open-ended
# (扫一扫…) comes at most twice: a line can be read in one way only, however long it is.
_WORDS = (
    r"(?:(?:打印|收藏|分享(?!到)|关闭|点赞|评论|复制链接|返回|登录|注册|退出|纠错|我要纠错|网站纠错|首页|"
    r"网站首页|无障碍|适老化|繁體|简体|(?:打印|关闭|返回)(?:本页|页面|窗口|顶部|列表|首页|正文)|"
    r"下载|微信|微博|邮箱|电脑版|客户端|小程序|字[体号](?:\s*[:：])?|大|中|小|默认|超大|[×xX>»·]|-->|<!--)"
    r"[\s|│/]*)*"
)
_BUTTON = re.compile(
    rf"[【\[（(]?\s*(?=[^】\]）)])[\s|│]*{_WORDS}"
    rf"(?:(?:扫一扫|(?:分享|转发)到|点击(?:下载|查看|进入)).{{0,30}}[\s|│/]*{_WORDS}){{0,2}}[】\]）)]?"
)
_CREDIT = re.compile(
    r"(?:文章|信息|稿件|新闻|内容)?(?:来\s*源|编\s*辑|责\s*编|责任编辑|供\s*稿|校\s*对|摄\s*影|初\s*审|复\s*审|终\s*审|"
    r"(?:浏览|阅读|点击|访问)(?:次数|量|数|率|字号)?|字\s*[号体]|当前位置|您的位置|您现在的位置|所在位置|当前栏目)"
    r"\s*[:：].{0,120}"
)
_PAGE_DATA = re.compile(
    r"(?:时\s*间|作\s*者|记\s*者|审\s*核|标\s*题|索\s*引\s*号|主题分类|主\s*题\s*词|有\s*效\s*性|公开方式|公开范围|"
    r"(?:发布|发文|成文|公开|更新|生成|印发|施行|实施)(?:时间|日期|机构|机关|单位|者|字号)|文\s*号)\s*[:：].{0,120}"
)
_SITE = re.compile(
    r".*(?:ICP[备证]|公网安备|网站标识码|网站地图|网站声明|关于我们|友情链接).*", re.IGNORECASE
)
_PATH = re.compile(r"[^。；，>›»]{1,20}(?:[>›»][^。；，>›»]{0,42})+")
_STAMP = re.compile(rf"(?:{_DATE})\s*(?:\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?)?")
_CHINESE_DATE = re.compile(r"(?:19|20)\d{2}年\d{1,2}月\d{1,2}日")
_RULES = (
    (_NOTICE, "copyright notice"),
    (_TAGS, "tags"),
    (_RELATED, _OTHERS),
    (_CREDIT, "byline"),
    (_BUTTON, "page control"),
    (_SITE, "site footer"),
    (_PATH, "page path"),
    (_PAGE_DATA, "page data"),
    (_STAMP, "bare date"),
)
_FOOT = frozenset(reason for _, reason in _RULES) - {"bare date", "page data"}
"""The reasons that are sure enough to end the document; in the last measure 时间：… may be text."""


def head_furniture(lines: Lines, start: int, end: int, title: str) -> list[Dropped]:
    """The furniture between `start` and `end`, the stretch before the first numbered heading.

    `title` is the document's own title (as far as known): a headline above a bare date that shares
    next to nothing with it belongs to another article.
    """
    if lines.flat:
        return []
    spans = lines.between(start, end)
    dropped: list[Dropped] = []
    for number, span in enumerate(spans):
        reason = furniture_reason(lines.of_span(span))
        above = len(dropped) == number
        if reason is None and above and _is_foreign_headline(lines, spans[number:], title):
            reason = "unrelated headline"
        if reason is not None:
            dropped.append(Dropped(span, reason))
    return dropped


def foot_furniture(lines: Lines, start: int) -> list[Dropped]:
    """Everything from the first sure sign of the page's foot after `start` to the end of the text."""
    dropped: list[Dropped] = []
    listing = False
    for span in lines.between(start, len(lines.text)):
        text = lines.of_span(span)
        reason = furniture_reason(text)
        if not dropped and reason not in _FOOT:
            continue
        if reason is None:
            dropped.append(Dropped(span, "headline of another article" if listing else "page foot"))
            continue
        dropped.append(Dropped(span, reason))
        # The dates of listed articles stand between their headlines.
        listing = (listing and reason == "bare date") or (reason == _OTHERS and not re.search("[:：].", text))
    return dropped


def marks(lines: Lines, spans: list[tuple[int, int]]) -> list[Dropped]:
    """Mark-up signs before headings, and the byte order mark."""
    dropped = [Dropped(lines.span(start, end), "mark-up sign") for start, end in spans if end > start]
    if lines.text.startswith("\ufeff"):
        dropped.append(Dropped(lines.span(0, 1), "byte order mark"))
    return dropped


def furniture_reason(text: str) -> str | None:
    """Why a line is furniture, or None."""
    if len(text) > _MAX_FURNITURE:
        return "copyright notice" if _NOTICE.match(text) else None
    for pattern, reason in _RULES:
        found = pattern.match(text) if pattern is _NOTICE else pattern.fullmatch(text)
        if found and not _CHINESE_DATE.fullmatch(text):
            return reason
    return None


def _is_foreign_headline(lines: Lines, spans: list[Span], title: str) -> bool:
    if len(spans) < 2 or not title:
        return False
    headline, below = (lines.of_span(span) for span in spans[:2])
    if headline.endswith(("。", "：", ":")) or reads_like_title(headline) or not _STAMP.fullmatch(below):
        return False
    mine, own = _pairs(headline), _pairs(title)
    return len(mine & own) < 0.3 * min(len(mine), len(own))


def _pairs(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1)}
