"""How a question speaks of documents: quoted titles, document numbers, issuers, years, older versions, lists.

Works on normalised text (`corpus.normal.normalize`) and knows no document: `bot.naming` looks up what is read
here. The wordings are in `naming.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

_TITLE = re.compile(r"《(?P<title>(?:[^《》]|《[^《》]*》){2,120})》")
_MARKED = re.compile(r"[“\"「『](?P<title>[^”\"」』]{4,60})[”\"」』]")
_NUMBER = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{0,14})"
    r"(?:\s*[〔\[(【<]\s*(?P<y1>(?:19|20)\d{2})\s*年?\s*[〕\])】>]\s*第?\s*(?P<n1>\d{1,5})\s*号?"
    r"|(?<=[\u4e00-\u9fff])\s*(?P<y2>(?:19|20)\d{2})\s*年?\s*第?\s*(?P<n2>\d{1,5})\s*号)(?:文件?)?"
)
_ORDER = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,12}(?:令|公告))\s*第?\s*(?P<number>\d{1,4})\s*号|"
    r"第\s*(?P<number2>\d{1,4})\s*号令"
)
_BARE_NUMBER = re.compile(
    r"(?<![\d〕\])】])(?:(?P<year>(?:19|20)\d{2})年?\s*)?(?<!第)(?P<number>\d{1,4})\s*号文件?"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a question at `start` to `end` that name a document by its title or its number."""

    start: int
    end: int
    title: str = ""
    number: tuple[str, str, str] = ("", "", "")


@cache
def _wordings() -> dict[str, list[str]]:
    text = (resources.files("bot.reading") / "naming.toml").read_text(encoding="utf-8")
    data: dict[str, list[str]] = tomllib.loads(text)["naming"]
    return data


@cache
def _pattern(name: str) -> re.Pattern[str]:
    joined = "|".join(f"(?:{one})" for one in _wordings()[name])
    for part in ("KINDS", "NOUN", "ISSUE", "BODY", "END"):
        joined = joined.replace(f"<{part}>", f"(?:{'|'.join(_wordings()[part])})")
    return re.compile(joined)


def quoted_titles(text: str) -> Iterator[Mention]:
    """Titles in 《》 or in quotation marks, but for those that are words to be looked for (提到《…》的)."""
    for match in _TITLE.finditer(text):
        if not _pattern("looked_for").search(text[: match.start()]):
            yield Mention(match.start(), match.end(), match["title"])
    for match in _MARKED.finditer(text):
        if kind_of(match["title"]) and not _pattern("looked_for").search(text[: match.start()]):
            yield Mention(match.start(), match.end(), match["title"])


def document_numbers(text: str) -> Iterator[Mention]:
    """Document numbers in any brackets (渝府发〔2025〕15号, 渝府发2025 15号, 国务院令第790号, 15号文)."""
    found: list[Mention] = []
    for match in _NUMBER.finditer(text):
        number = (
            "" if match["name"] is None else match["name"],
            match["y1"] or match["y2"],
            match["n1"] or match["n2"],
        )
        found.append(_number(match, number))
    for match in _ORDER.finditer(text):
        found.append(_number(match, (match["name"] or "令", "", match["number"] or match["number2"])))
    for match in _BARE_NUMBER.finditer(text):
        found.append(_number(match, ("", match["year"] or "", match["number"])))
    taken: list[Mention] = []
    for mention in found:
        if all(mention.end <= other.start or other.end <= mention.start for other in taken):
            taken.append(mention)
    return iter(taken)


def _number(match: re.Match[str], number: tuple[str, str, str]) -> Mention:
    """The mention, without words of the question that run into the name of the series."""
    lead = _pattern("lead").match(number[0])
    skipped = lead.end() if lead else 0
    name = (
        number[0][skipped:].removesuffix("令").removesuffix("公告") if not number[1] else number[0][skipped:]
    )
    return Mention(match.start() + skipped, match.end(), "", (name, number[1], number[2]))


def kind_of(title: str) -> str:
    """The kind of document that a title ends with (条例, 办法, 意见, …), the longest; "" for none."""
    found = _kinds().search(title)
    return found[0] if found else ""


@cache
def _kinds() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(sorted(_wordings()['KINDS'], key=len, reverse=True))})$")


@cache
def _any_kind() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_wordings()["KINDS"], key=len, reverse=True)))


def has_kind(text: str) -> bool:
    """Whether any word for a kind of document stands in a text."""
    return bool(_any_kind().search(text))


def goes_on(text: str, end: int) -> bool:
    """Whether a name that ends with 法 at `end` is but the beginning of another word (仲裁法院)."""
    return text[end - 1 : end] == "法" and text[end : end + 1] in set("院律规官定人学庭医")


def kinds_in(text: str) -> Iterator[tuple[int, str]]:
    """Where a word for a kind of document ends in a text, and that word; kinds that name by themselves."""
    for match in _pattern("naming_kind").finditer(text):
        yield match.end(), match[0]


def strip_generic(title: str) -> str:
    """What tells a title from others of its kind: without kind, 管理, 实施, 关于 and the like."""
    kind = kind_of(title)
    return _pattern("generic").sub("", title[: len(title) - len(kind)])


def own_run(text: str) -> str:
    """The run of characters before a kind word that may belong to a title: without words of the question."""
    return _pattern("lead").sub("", text)


def refers_back(text: str) -> bool:
    """Whether it speaks of a document without naming it (这个办法, 该条例)."""
    return bool(_pattern("back").search(text))


def refers_to_name(text: str) -> str:
    """The text without the words that pointed back at a document, for a name to be put before it."""
    return _pattern("back_word").sub("", text, count=1)


def years_named(text: str) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """The years by which a question names documents or versions (2019年版), and where they stand."""
    found = list(_pattern("year").finditer(text))
    years = tuple(dict.fromkeys(year for match in found for year in re.findall(r"(?:19|20)\d{2}", match[0])))
    return years, tuple((match.start(), match.end()) for match in found)


def relative_years(text: str, this_year: int) -> str:
    """The text with 今年, 去年 and 前年 as numbers where they stand for the year of a document."""
    for words, back in (("今年", 0), ("本年度", 0), ("去年", 1), ("前年", 2)):
        text = re.sub(
            rf"{words}(?=以?来?(?:新|刚)?(?:的|发|出|印|公|颁|制|版|修))", f"{this_year - back}年", text
        )
    return text


def with_noun(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, each with the word 文件 (里的) that follows it, where the question goes on after that."""
    follows = (_pattern("noun_in").match(text, end) for _, end in spans)
    return [(start, m.end() if m else end) for (start, end), m in zip(spans, follows, strict=True)]


def issuers_named(text: str) -> Iterator[re.Match[str]]:
    """Where a question names an issuer of documents; the group `body` holds it."""
    return _pattern("issuer").finditer(text)


def law_named(text: str) -> str:
    """A law or regulation that a question begins with (劳动法对加班怎么规定); "" if none, or a vague word."""
    found = _pattern("unknown_law").search(text)
    name = found["name"] if found else ""
    return "" if not name or _pattern("vague_law").fullmatch(name) or not strip_generic(name) else name


def bodies_of_documents(text: str) -> list[str]:
    """The issuers whose documents a question asks for in so many words (市教委的文件), without vague ones."""
    found = (match for match in _pattern("issuer_noun").finditer(text))
    return [body for match in found if (body := names_a_body(match["body"]))]


def asks_for_older(text: str) -> re.Match[str] | None:
    """Where it asks for what held before (旧版, 以前怎么规定)."""
    return _pattern("older").search(text)


def compares_versions(text: str) -> bool:
    """Whether it asks what changed between versions (新旧版有什么不同, 修改了哪些内容)."""
    return bool(_pattern("versions").search(text))


def without_version_words(text: str) -> str:
    """The text without words for versions and their changes: what is left may name a matter."""
    return _pattern("change_words").sub("", text)


def without_comparison(text: str) -> str:
    """The matter of a comparison alone: 和对额度的规定有什么不同 → 额度."""
    return _pattern("comparing").sub("", without_version_words(text)).strip(" ,的?。")


def compares_documents(text: str) -> bool:
    """Whether it asks how two documents differ."""
    return bool(_pattern("compare").search(text))


def asks_for_documents(text: str) -> re.Match[str] | None:
    """Whether it asks which documents there are; the group `topic`, if any, holds what they are about."""
    return _pattern("list").search(text)


def topic_of(asked: re.Match[str]) -> str:
    """What documents that are asked for are about; "" for words such as 现行有效, 所有, 你们."""
    topic = next((words for words in asked.groupdict().values() if words), "")
    return "" if _pattern("no_topic").fullmatch(topic) else topic


def kind_asked(text: str) -> str:
    """The kind of documents that a list is to hold (哪些办法已经废止 → 办法); "" for all kinds."""
    found = _pattern("list_kind").search(text)
    return kind_of(found[0]) if found else ""


def names_a_body(words: str) -> str:
    """An issuer that words name exactly enough to say that it has no document here; "" if they do not."""
    body = own_run(words)
    return "" if _pattern("vague_body").fullmatch(body) or len(body) < 3 else body


def wants_state(text: str) -> str:
    """Which documents of a list are asked for: new, in_force, over; "" for all."""
    for state in ("over", "in_force", "newest"):
        if _pattern(state).search(text):
            return state
    return ""
