"""What the long lists of words of the check hold."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from bot.grounding.content import uncovered
from bot.grounding.evidence import Ground, plain
from bot.grounding.words import fillers, frames, harmless, reworded, same, same_words
from corpus.load import load_corpus


@pytest.fixture(scope="module")
def care() -> Ground:
    """A rule on who looks after whom and what it costs: 养老机构应当自登记之日起十日内备案 and the like."""
    folder = Path(__file__).parents[2] / "data" / "corpus"
    guideline = next(one for one in load_corpus(folder) if one.slug == "linhai-care")
    return Ground(next(one for one in guideline.measures if one.number == 13), None)


@pytest.mark.parametrize(
    "text",
    [
        "您问到的押金,说白了就是不得超过月服务费的三倍",
        "需要提醒您的是,记得和老人签订服务合同",  # 老人: 老年人
        "无论什么情况,试住期都是十五日",
        "养老院要和老人或者监护人签合同",  # 养老院: 养老机构
        "住进来以后愿意退住的,按实际天数收费",
    ],
)
def test_words_that_wrap_and_words_said_otherwise_need_no_source(care: Ground, text: str) -> None:
    assert list(uncovered(plain(text), care)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("押金应当存入银行账户", "银行账户"),
        ("签订合同时应当出示身份证", "身份证"),  # 身份 is a frame, 身份证 is none
        ("合同应当载明医师资格", "医师资格"),
        ("预收的服务费免征税款", "免征税款"),
        ("试住期内赠送体检", "赠送体检"),
    ],
)
def test_words_of_fact_do(care: Ground, text: str, words: str) -> None:
    assert any(words in run for run in uncovered(plain(text), care))


def test_a_group_goes_both_ways_and_a_directed_word_one_way() -> None:
    assert "高校" in same()["大学"] and "大学" in same()["高校"]
    assert "医院" in same()["机构"] and "机构" not in same().get("医院", ())


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("吊销", "暂停"), ("贷款", "补贴"), ("奖励", "补贴"), ("抵押", "质押"), ("出租", "出借"),
        ("主办", "承办"), ("免征", "减征"), ("中小企业", "中小微企业"), ("产假", "护理假"),
        ("银行", "金融机构"), ("高校毕业生", "应届毕业生"), ("奖学金", "助学金"), ("实习", "见习"),
        ("全市", "市级"), ("首次", "优先"),
    ],
)  # fmt: skip
def test_words_that_a_strict_official_keeps_apart(word: str, other: str) -> None:
    assert other not in same().get(word, ()) and word not in same().get(other, ())


def test_no_everyday_word_widens_narrows_or_strengthens() -> None:
    """Those of `common` are looked at by the other checks; the further lists have none."""
    table = tomllib.loads((resources.files("bot.grounding") / "everyday.toml").read_text("utf-8"))
    listed = {word for name, text in table["harmless"].items() if name != "common" for word in text.split()}
    barred = (
        "仅 全部 必须 务必 首次 优先 立即 永久 无偿 免费 所有 任何 每位 均可 连续 累计 一次性 自愿 书面 强制"
    )
    assert not listed & set(barred.split())
    assert not {word for word in listed if any(digit.isdigit() for digit in word)}


def test_every_shield_holds_a_word_and_none_is_one() -> None:
    for words in (harmless(), same_words()):
        others = words.words | frames().words
        assert all(any(word in shield for word in others if len(word) > 1) for shield in words.shields)
        assert not words.shields & words.words
    assert fillers().words < harmless().words


@pytest.mark.parametrize(
    ("text", "stretch", "there", "expected"),
    [
        ("养老院应当备案", "院", "养老机构应当备案", True),
        ("医院应当备案", "院", "养老机构应当备案", False),
        ("市经信委组织认定", "经信委", "市经济和信息化委员会负责组织认定", True),
        ("市财政局组织认定", "财政局", "市经济和信息化委员会负责组织认定", False),
    ],
)
def test_a_stretch_of_a_word_said_otherwise(text: str, stretch: str, there: str, expected: bool) -> None:
    start = text.index(stretch)
    assert reworded(text, start, start + len(stretch), there) is expected
