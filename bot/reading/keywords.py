"""Which words a question wants found: 哪些条款提到科技特派员 → 科技特派员.

The frame of the question (哪些条款, 提到, 吗, …) is taken off; what is left is the keyword. Quoted
words are taken as they are. Works on normalised text (`corpus.normal.normalize`).
"""

from __future__ import annotations

import re

_SAY = (
    r"(?:提到|提及|提过|提了|说到|说过|讲到|谈到|谈及|写到|写了|写着|写有|写过|点到|点名|出现|包含|包括|含有|含|载有|"
    r"涉及到?|带有|带|有写|见于|用到|用了|使用)(?:了|过|到)?"
)
_PLACE = r"(?:条款|措施|条文|条目|条|地方|处|段落|段|句子|句|部分|章节|章|内容|项|意见|原文|全文|文中|文件|政策)"
_WHICH = r"(?:哪些|哪几|哪一|哪个|哪|什么|几|多少|所有|全部)(?:个|些)?"

_QUOTED = re.compile(r"[“\"「『《‘'](?P<word>[^”\"」』》’']{1,60})[”\"」』》’']")
_TAIL = r"[\s,。?!:;吗呢啊呀吧么没的了]*$"

# Each frame holds one group `word`. Tried in order; the first that fits and leaves a word wins.
_FRAMES = tuple(
    re.compile(frame)
    for frame in (
        # 哪些条款(里)提到X / 文件哪里写了X / 有几条涉及X
        rf"{_WHICH}\s*{_PLACE}?(?:里面|里边|里|中|上)?(?:都|还|也|有|会|曾)*{_SAY}\s*(?P<word>.+?)(?:的)?{_TAIL}",
        # 提到X的条款(有哪些) / 列出含X的措施
        rf"{_SAY}\s*(?P<word>.+?)(?:的|这个词的|字样的|一词的){_PLACE}(?:有|是|都|一共|总共|在)*"
        rf"(?:哪些|哪几{_PLACE}?|几{_PLACE}?|多少{_PLACE}?|哪里|什么|列出来|列一下)?{_TAIL}",
        # X(这个词)出现在哪些条款 / X在哪几条(里)(出现|提到)
        rf"^(?P<word>.+?)(?:这个词|这个说法|这个概念|这一说法|一词|字样|这几个字|这四个字)?(?:都|一共|总共|分别|主要|是|被)*"
        rf"(?:{_SAY})?(?:在|于)(?:原文|全文|文件|文中|意见|政策)?(?:的|里|中)*(?:{_WHICH}\s*{_PLACE}|哪里|何处|哪儿|哪)"
        rf"(?:里面|里|中|内)?(?:被|有|都)*(?:{_SAY})?{_TAIL}",
        # X出现了几次 / X被提到多少次
        rf"^(?P<word>.+?)(?:这个词|一词|字样)?(?:在(?:原文|全文|文件|文中|意见|政策)(?:里|中)?)?(?:一共|总共|被|都)*"
        rf"{_SAY}(?:几|多少)(?:次|遍|回|处){_TAIL}",
        # (文件里)有没有提到X / 提到X了吗
        rf"(?:有没有|有无|是否|有)(?:{_WHICH}?\s*{_PLACE})?(?:里|中)?(?:有)?{_SAY}\s*(?P<word>.+?)(?:吗|没有|没)?{_TAIL}",
        rf"{_PLACE}(?:里面|里|中)?(?:有|也|都)?{_SAY}\s*(?P<word>.+?)(?:了吗|吗|没有|没){_TAIL}",
        # 搜索X / 检索关键词X
        rf"^(?:请|帮我|帮忙|麻烦)*(?:全文)?(?:搜索|检索|搜一下|搜)(?:一下)?(?:关键词|关键字|词)?[:\s]*(?P<word>.+?)"
        rf"(?:这个词|字样)?{_TAIL}",
        # (列出)所有带X的条款
        rf"(?:列出|找出|找到|查找|找一下|列一下|给我|查)(?:所有|全部|一下|下)*(?:{_SAY}|有)\s*(?P<word>.+?)(?:的|字样的){_PLACE}{_TAIL}",
        # which measures mention X / where is X mentioned / does the document mention X
        r"(?:which|what|list|find|show|all)\b.*?\b(?:measures?|clauses?|articles?|provisions?|sections?|items?|parts?|places?)\b"
        r".*?\b(?:mention|mentions|mentioning|contain|contains|containing|refers? to|referring to|include|includes|use|uses)\s+"
        r"(?:the )?(?:word |words |term |phrase )?(?P<word>.+?)[\s?.!]*$",
        r"\bwhere (?:is|are|does)\s+(?:the )?(?:word |term |phrase )?(?P<word>.+?)\s+"
        r"(?:mentioned|appear|appears|occur|found|used)\b",
        r"\b(?:does|do|is there)\b.*?\bmention(?:s|ed)?(?: of)?\s+(?:the )?(?:word |term |phrase )?(?P<word>.+?)[\s?.!]*$",
    )
)
_HEAD_NOISE = re.compile(
    r"^(?:请问|请|帮我|帮忙|麻烦|我想知道|想知道|想问一下|问一下|查一下|看一下|告诉我|这份|这个|该|本|在|有没有|关于|"
    r"(?:这份|本|该)?(?:文件|意见|政策|原文|全文|文中)(?:里面|里|中)?|同时|既|到|了|过|对|“|\"|,|:|\s)+"
)
_TAIL_NOISE = re.compile(
    r"(?:这个词|这个说法|这个概念|这几个字|这四个字|一词|字样|的字眼|等字样|方面的?内容|的内容|的?相关内容|[\s,。?!:;\"”])+$"
)
_JOINT = re.compile(r"\s*(?:、|,|和|与|及|以及|或者|或|还有|跟|\bor\b|\band\b)\s*")
_BOTH = re.compile(r"同时|既.+又|都(?:提到|出现|包含|含|有)|\bboth\b")
_MENTION = re.compile(rf"{_SAY}|搜索|检索|搜|mention|contain|refer|appear|occur|found|used|includ|\buses?\b")


def asks_for_mentions(text: str) -> bool:
    """Whether a normalised question speaks of words being mentioned somewhere."""
    return bool(_MENTION.search(text)) and keyword_phrase(text) != ""


def keyword_phrase(text: str) -> str:
    """The words that a normalised question wants found, framing taken off; empty when it is no such question."""
    for frame in _FRAMES:
        match = frame.search(text)
        word = _bare(match["word"]) if match else ""
        if word:
            return word
    return ""


def split_keywords(phrase: str) -> tuple[str, ...]:
    """The single keywords of a phrase: quoted ones, else the parts of a list (A、B和C)."""
    quoted = tuple(match["word"].strip() for match in _QUOTED.finditer(phrase))
    if quoted:
        return quoted
    return tuple(dict.fromkeys(part for part in (_bare(p) for p in _JOINT.split(phrase)) if part))


def wants_all_together(text: str) -> bool:
    """Whether several keywords must stand in the same measure (同时提到A和B)."""
    return bool(_BOTH.search(text))


def _bare(word: str) -> str:
    word = _TAIL_NOISE.sub("", _HEAD_NOISE.sub("", word.strip()))
    return word.strip()
