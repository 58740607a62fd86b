"""Numbers in normalised text, compared as values: 二十五 is 25, 百分之五 is 5%, 1.2万元 is 12000元."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal

from bot.grounding.words import any_of, pattern, units

Bound = Literal["", "upper", "lower"]

_DIGITS = dict(zip("〇零一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_COUNTED = frozenset(("大", "个", "项", "种", "类"))  # 十大产业 are 10个产业
_TIMES = frozenset(("年", "月", "日", "工作日", "小时", "分钟", "周"))
_NO_BOUND = re.compile("满(?=[之以]?[后前时])|以[上下内](?!的)|之内(?!的)")  # 期满后3个月; A级以上景区须在6月
_HAN = "〇零一二两三四五六七八九十百千万亿"


@dataclass(frozen=True, slots=True)
class Number:
    """A number at ``[start, end)``: its value, unit (empty if none), and whether it is a bound."""

    start: int
    end: int
    value: Decimal
    unit: str
    bound: Bound = ""
    ordinal: bool = False
    within: bool = False

    def same(self, other: Number) -> bool:
        """Whether both say the same amount of the same thing in the same sense."""
        return (
            self._share() == other._share()
            and (self._kind() == other._kind() or not self.unit or {self.unit, other.unit} <= _COUNTED)
            and (
                self.bound == other.bound or (self._loose(other) and "lower" not in (self.bound, other.bound))
            )
            and self.ordinal == other.ordinal
        )

    def _share(self) -> Decimal:
        """The value, of a fraction in hundredths: 二分之一 is 50%."""
        return self.value * 100 if self.unit == "分之" else self.value

    def _kind(self) -> str:
        return "%" if self.unit == "分之" else self.unit

    def _loose(self, other: Number) -> bool:
        """Whether one of them is a time within which: 10个工作日内 is 不超过10个工作日."""
        return self.within or other.within


def has_all(numbers: Iterable[Number], there: Sequence[Number]) -> bool:
    """Whether all of some numbers are among others, in the same sense."""
    return all(any(one.same(other) for other in there) for one in numbers)


@cache
def _pattern() -> re.Pattern[str]:
    unit = any_of(units())
    return re.compile(
        r"(?P<ordinal>第)?(?:"
        rf"(?P<part>百分之)(?P<percent>[\d.]+|[{_HAN}]+(?:点[{_HAN}]+)?)"
        rf"|(?P<below>[{_HAN}]+)分之(?P<above>[{_HAN}]+)|(?P<above2>\d{{1,3}})/(?P<below2>\d{{1,3}})"
        r"|(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<times>[十百千万亿]{0,2})"
        rf"|(?P<han>[{_HAN}]+)(?P<tenths>成)?)(?P<of>多|余|几)?(?P<unit>{unit})?"
    )


@lru_cache(4096)
def find_numbers(text: str) -> tuple[Number, ...]:
    """Every number of normalised `text`, in order. A numeral in a word (统一, 一批) is none."""
    masked = pattern("no_number").sub(_masked, text)
    masked = re.sub("一半|(?<=年)减半", "五成", masked)
    return tuple(_numbers(masked))


def _masked(match: re.Match[str]) -> str:
    part = match[0] == "之一" and match.string[match.start() - 1 : match.start()] == "分"
    month = match[0] == "一个" and match.string.startswith(("月", "季度", "工作日", "小时"), match.end())
    return match[0] if part or month else "\x00" * len(match[0])


def _numbers(text: str) -> Iterator[Number]:
    for match in _pattern().finditer(text):
        value, unit = _value(match), units().get(match["unit"] or "", "")
        if value is None:
            continue
        if match["below"] or match["below2"]:
            unit = "分之"
        if match["part"] or match["tenths"]:
            unit = "%"
        if match["han"] and not unit and not match["ordinal"] and len(match["han"]) < 2:
            continue
        if match["unit"] == "个月" and value and value % 12 == 0:
            value, unit = value / 12, "年"
        within = unit in _TIMES and text.startswith("内", match.end())
        bound = _bound(text, *match.span())
        yield Number(*match.span(), value, unit, bound, bool(match["ordinal"]), within)


def _value(match: re.Match[str]) -> Decimal | None:
    if match["below"] or match["below2"]:
        above, below = (
            (_han(match["above"]), _han(match["below"]))
            if match["below"]
            else (_plain(match["above2"]), _plain(match["below2"]))
        )
        return (above / below).quantize(Decimal("0.0001")) if above is not None and below else None
    if match["percent"]:
        return _han(match["percent"]) if match["percent"][0] in _HAN else _plain(match["percent"])
    if match["digits"]:
        value = _plain(match["digits"])
        for sign in match["times"]:
            value = None if value is None else value * (_SMALL | _LARGE)[sign]
        return value
    value = _han(match["han"])
    return value * 10 if match["tenths"] and value is not None else value


def _plain(digits: str) -> Decimal | None:
    digits = digits.replace(",", "").rstrip(".")
    return Decimal(digits) if re.fullmatch(r"\d+(?:\.\d+)?", digits) else None


def _han(text: str) -> Decimal | None:
    whole, _, rest = text.partition("点")
    value = _whole(whole)
    if value is None or not rest:
        return value
    return value + Decimal("0." + "".join(str(_DIGITS.get(sign, 0)) for sign in rest))


def _whole(text: str) -> Decimal | None:
    if all(sign in _DIGITS for sign in text):
        return Decimal("".join(str(_DIGITS[sign]) for sign in text))
    total = section = digit = 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _SMALL:
            section, digit = section + (digit or 1) * _SMALL[sign], 0
        else:
            total, section, digit = (total + section + digit or 1) * _LARGE[sign], 0, 0
    return Decimal(total + section + digit)


def _bound(text: str, start: int, end: int) -> Bound:
    """Whether the words next to a number make it an upper or a lower bound."""
    before = text[max(0, start - 6) : start]
    before = re.split(r"[,;。:、\d]", before)[-1].replace("可以", "")  # 可以上调 holds 以上
    before = _NO_BOUND.sub("", before)
    after = re.sub(rf"(?:[未不]?满|不足|超过|达到)(?=[\d{_HAN}]).*", "", text[end : end + 6])[:3]
    found: list[tuple[int, Bound]] = []
    if far := re.search(
        "(至少|最少|最多|至多|最高|不(?:高于|低于|超过|少于|多于))[^,;。:、0-9]{4,14}$", text[:start]
    ):
        before = far[1] + before
    for name in ("upper", "lower"):
        kind: Bound = "upper" if name == "upper" else "lower"
        found += [(len(match[0]), kind) for match in pattern(name).finditer(before)]
        match = pattern(name).match(after)
        found += [(len(match[0]) + 1, kind)] if match else []
    return max(found)[1] if found else ""
