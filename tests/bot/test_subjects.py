"""Subjects that a question names and a text never mentions are not answered from what is merely near."""

from __future__ import annotations

import tomllib
from collections import Counter
from importlib import resources

import pytest

from bot.reading.subjects import absent_subjects
from corpus.normal import normalize

TEXT = normalize("支持建设博士后科研工作站。对茶产业给予奖补。对首批次新材料给予奖励。鼓励子女就学。")


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("低空经济有什么支持?", ("低空经济",)),
        ("博士后有什么支持?", ()),
        ("首台套有奖补吗", ()),  # there under another name: 首批次
        ("孩子上学怎么办", ()),
        ("博士后和低空经济有什么支持?", ()),  # one of them is there
        ("创新券和院士工作站怎么申请?", ("创新券", "院士工作站")),
        ("我们做民宿的,有什么扶持?", ()),  # his trade, not what he asks for
        ("新能源汽车是不是重点产业之一?", ()),  # the list answers that
        ("怎么申请?", ()),
        ("is there an innovation voucher?", ("innovation voucher",)),
        ("which aid is there", ()),  # "ai" only where a word begins
        ("", ()),
    ],
)
def test_absent_subjects(question: str, absent: tuple[str, ...]) -> None:
    assert absent_subjects(normalize(question), TEXT.__contains__) == absent


def test_each_name_stands_for_one_subject_in_its_normal_form() -> None:
    text = (resources.files("bot.reading") / "subjects.toml").read_text(encoding="utf-8")
    names = Counter(name for group in tomllib.loads(text)["groups"] for name in group)
    assert [name for name, count in names.items() if count > 1 or normalize(name) != name] == []
