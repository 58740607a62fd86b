"""Which kind of fact a question asks for, and which texts state one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.reading.asked import PROCEDURAL, fact_kinds, is_bare, states
from bot.reading.patterns import fact_patterns
from corpus.normal import normalize

ROOT = Path(__file__).parents[2]
ASKED = {
    "phone": ["咨询电话是多少?", "打哪个热线?", "有没有联系方式", "What is the phone number?"],
    "web": ["在哪个网站申报?", "申报系统网址", "官网链接", "What is the website?"],
    "address": ["办公地址在哪", "在哪里办理?"],
    "money": [
        "奖励多少钱?",
        "一次性补助几万元?",
        "最高能拿多少",
        "补贴标准是多少?",
        "收费多少",
        "獎勵多少錢?",
        "How much is the grant?",
    ],
    "percent": [
        "贴息比例是多少?",
        "百分之几?",
        "增速要达到多少",
        "利率是多少",
        "What percentage is covered?",
    ],
    "deadline": [
        "截止日期是哪天?",
        "什么时候申报?",
        "多久能批下来?",
        "几个工作日审完?",
        "When is the deadline?",
    ],
    "count": ["要建几家?", "多少名农技员?", "科技型企业要多少家", "How many companies?"],
    "materials": ["要交什么材料?", "需要哪些证件?", "What documents are required?"],
    "person": ["负责人是谁?", "联系人叫什么", "Who is the director?"],
}
NOT_ASKED = [
    "手里有几项专利,想给专利买保险,有这样的险种吗?",
    "挖来几位高手,他们的住房有保障吗?",
    "这几年长得快,想上市,政府能帮什么忙?",
    "怎么支持企业?",
    "哪些区县可以建高新区?",
    "孵化器是什么?",
    "有哪些基本原则",
    "What support is there?",
]
STATED = {
    "phone": ["咨询电话:0587-6120317", "请拨打12345"],
    "web": ["登录 http://a.gov.cn 填报", "关注公众号"],
    "address": ["建设路12号", "3号楼"],
    "money": ["奖励20万元", "每人每月四百元", "按销售额的1%给予奖励", "免费开放"],
    "percent": ["按30%补助", "用于养老的比例不低于百分之六十"],
    "deadline": ["每年3月31日前", "二十四小时内", "到2027年"],
    "count": ["不少于20个", "120名农技员"],
    "materials": ["提交申请表、营业执照复印件"],
    "person": ["联系人:王小明"],
}
NOT_STATED = {
    "phone": ["电话会议", "2025年"],
    "web": ["互联网平台"],
    "address": ["深化改革之路"],
    "money": ["给予奖励"],
    "percent": ["提高比例"],
    "deadline": ["尽快办理"],
    "count": ["一批企业"],
    "materials": ["新材料产业"],
    "person": ["主任医师"],
}


def rows(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(kind, text) for kind, texts in table.items() for text in texts]


@pytest.mark.parametrize(("kind", "question"), rows(ASKED))
def test_a_fact_is_asked_for(kind: str, question: str) -> None:
    assert fact_kinds(normalize(question)) == (kind,)


@pytest.mark.parametrize("question", NOT_ASKED)
def test_no_fact_is_asked_for(question: str) -> None:
    assert fact_kinds(normalize(question)) == ()


@pytest.mark.parametrize(("kind", "text"), rows(STATED))
def test_a_text_states_a_fact(kind: str, text: str) -> None:
    assert states(kind, normalize(text))


@pytest.mark.parametrize(("kind", "text"), rows(NOT_STATED))
def test_a_text_states_none(kind: str, text: str) -> None:
    assert not states(kind, normalize(text))


def test_every_kind_is_in_both_tables() -> None:
    assert set(ASKED) == set(STATED) == set(NOT_STATED) == set(fact_patterns())
    assert set(fact_patterns()) >= PROCEDURAL


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("咨询电话是多少?", True),
        ("要交什么材料?", True),
        ("什么时候申报?", True),
        ("负责人是谁?", True),
        ("冷库补贴要交什么材料?", False),
        ("养老院的举报电话是多少?", False),
        ("奖励多少钱?", False),
        ("怎么支持企业?", False),
        ("", False),
    ],
)
def test_bare_questions_name_no_matter(question: str, bare: bool) -> None:
    assert is_bare(normalize(question)) is bare


def test_reading_does_not_depend_on_the_process() -> None:
    """String hashes differ from process to process; what is read may not."""
    code = (
        "from bot.reading.asked import is_bare, fact_kinds\n"
        f"rows = {[question for _, question in rows(ASKED)]!r}\n"
        "print([(is_bare(row), fact_kinds(row)) for row in rows])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
