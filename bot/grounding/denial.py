"""What a piece denies or bans beside the piece that it repeats."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grounding.evidence import bigrams
from bot.grounding.words import pattern

_BAN_BEHIND = re.compile(r"(?:禁止|严禁|不允许|不被允许|不可以)的?\s*$")
_VERBS = frozenset(("取消", "停止", "暂停", "拒绝", "排除", "避免", "防止"))


def negations(text: str) -> tuple[str, ...]:
    """What a piece denies, each with its sign: 不合格, 不得重复; not bounds (不超过) or words like 不断."""
    rest = pattern("no_negation").sub(" ", pattern("bounds").sub(" ", pattern("besides").sub(" ", text)))
    return tuple(rest[match.start() : match.end() + 2] for match in pattern("negation").finditer(rest))


def same_denial(told: str, sentence: str, there: str, around: str, whole: str) -> bool:
    """Whether a piece denies what the piece of the measure does, and nothing else.

    `sentence` is what the piece stands in, `around` the segment of the measure, `whole` its sentence.
    """
    own, other = negations(told), negations(re.sub("等[不非][^,;。的]{2}", "等", there))
    if _takes_in(told, whole):
        return False
    if (
        _excepts(told, whole)
        or _besides(told, sentence)
        or _contrasts(told, sentence)
        or (own and excepted(told, whole))
    ):
        return True
    if not _BAN_BEHIND.search(told) and _affirmed(told, own, around, sentence):
        return False
    if own and all(_denied(one, whole) for one in own):
        return True
    if own and not other and pattern("exempt").search(there):
        return re.search("不[用需必收交缴]|无[需须]", told) is not None
    own, other = (tuple(one for one in some if one[:2] not in _VERBS) for some in (own, other))
    if own and other:
        return not any(one[-2:] in whole and not _denied(one, whole) for one in own)
    if other:
        elsewhere = all(one[:3] in sentence for one in other)
        return elsewhere or (bool(negations(sentence)) and not any(one[-2:] in told for one in other))
    return not own


def _besides(told: str, sentence: str) -> bool:
    """Whether a piece 除A外 goes on with 还: A is the case as well."""
    if re.search("除.+外$", told) is None:
        return False
    return re.search(re.escape(told) + ",[^,]{0,10}?(?:还|另|也|同时|并|再)", sentence) is not None


def _excepts(told: str, whole: str) -> bool:
    """Whether a piece 除A外 takes out what the measure does: A除外."""
    match = re.match("除(?:了)?(?P<what>[^,]{3,}?)[之以]?外$", told)
    return match is not None and any(_much_of(one, match["what"]) for one in _exceptions(whole))


def _takes_in(told: str, whole: str) -> bool:
    """Whether a piece says that something is included which the measure takes out."""
    match = re.search("(?:包括|包含|含有|也能|也可以?|同样)(?P<what>[^,]*)$", told)
    return (
        match is not None and not negations(told) and any(_much_of(one, told) for one in _exceptions(whole))
    )


def _exceptions(whole: str) -> tuple[str, ...]:
    """What a sentence of a measure takes out."""
    return tuple(match[1] for match in re.finditer("(?:^|[,;。])([^,;。]{4,})(?:除外|不在此限)", whole))


def _much_of(exception: str, text: str) -> bool:
    letters = bigrams(exception)
    return len(letters & bigrams(text)) >= 0.7 * len(letters)


def _contrasts(told: str, sentence: str) -> bool:
    """Whether a piece only says what is not so, where the next says what is: 并非A,而是B."""
    match = re.search("(?:并非|并不是|不是)", told)
    return match is not None and re.search(re.escape(told[match.start() :]) + ",?而?是", sentence) is not None


def excepted(told: str, whole: str) -> bool:
    """Whether a measure takes out what a piece says is not concerned: 涉及国家秘密的除外."""
    if not any(_much_of(one, told) for one in _exceptions(whole)):
        return False
    return re.search("不(?:在|属|列|纳|包|适|计|需|必|要|受|用|得|予|享|能|可)|无需|无须", told) is not None


def _affirmed(told: str, own: Sequence[str], around: str, sentence: str) -> bool:
    """Whether a piece has the verb of a denial of the segment, where nothing affirms it, without a denial."""
    for one in negations(around):
        verb = one[-2:]
        if one.startswith("非") and one in sentence:
            continue
        if one[:2] in _VERBS:
            named = re.search(re.escape(one) + r"\w{0,2}", around)
            if one[:2] in told or named is None or named[0][2:] not in told:
                continue
        if (
            around.count(verb) == around.count(one)
            and verb in told
            and not re.search(rf"(?:不得|不能|不可|禁止|严禁)[^,;。]*{re.escape(verb)}", told)
            and not any(mine.endswith(verb) for mine in own)
        ):
            return True
    return False


def _denied(one: str, whole: str) -> bool:
    """Whether a denial stands in a text: as it is, by its verb (取消), as a ban from behind, as 其他."""
    if (
        one[:4] in whole
        or (len(one) > 3 and one[:2] == "不得" and one[:3] in whole)
        or (one[:2] in _VERBS and one[:2] in whole)
    ):
        return True
    verb = one[-2:] if len(one) > 2 else ""
    if verb and one.startswith("没有") and re.search(f"没有[^,;。]{{0,30}}{re.escape(verb)}", whole):
        return True
    aside = "(?:[在向将把对以从][^,;]{1,24})?[^,;]{0,4}"
    if verb and re.search(rf"(?:{pattern('negation').pattern}){aside}{re.escape(verb)}", whole):
        return True
    ban = rf"(?:不得|禁止|严禁)(?:(?!可以|应当|鼓励)[^;])*{re.escape(verb)}"
    if verb and one.startswith(("不得", "禁止", "严禁")) and re.search(ban, whole):
        return True
    if one.startswith("除"):
        return re.search("其[他余它]", whole) is not None
    return (
        len(one) < 4 and one.startswith(("禁止", "严禁")) and re.search("不得|禁止|严禁", whole) is not None
    )
