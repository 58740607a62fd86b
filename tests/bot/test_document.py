"""Which facts about the document itself a question asks for."""

from __future__ import annotations

import pytest

from bot.reading.document import document_aspects
from corpus.normal import normalize

ASPECTS = {
    "issuer": [
        "这份文件是谁发布的?",
        "这份意见是哪个部门印发的",
        "谁制定了这个条例?",
        "发布单位是哪家",
        "发文机关是谁?",
        "這份文件是誰發布的?",
        "Who issued this document?",
        "Which agency published this policy?",
    ],
    "published": [
        "这个政策什么时候出台的?",
        "文件是哪一年发布的",
        "条例从哪天开始施行?",
        "印发日期",
        "When was this guideline issued?",
    ],
    "doc_no": ["这份文件的文号是什么?", "发文字号是多少", "What is the document number?"],
    "valid_until": [
        "有效期到什么时候?",
        "这个政策过期了吗?",
        "该条例还有效吗",
        "Is this policy still in force?",
    ],
    "title": ["这份文件叫什么名字?", "文件全称是什么", "条例的标题", "What is the title of this document?"],
    "size": ["一共有多少条措施?", "这份文件有几条?", "条例分几章?", "How many measures are there?"],
    "outline": [
        "这份文件主要讲什么?",
        "条例的主要内容是什么",
        "概括一下这份文件",
        "这份文件的目录",
        "意见包括哪几个方面?",
        "What is this document about?",
        "Summarize this policy",
    ],
    "basis": ["制定这个条例的依据是什么?", "为什么要出台这份意见?"],
    "region": ["这份文件适用于哪些地区?"],
}

NONE = [
    "新建冷库一吨补多少?",
    "谁来负责日常管护?",
    "养老院什么时候要备案?",
    "区县科技局负责什么?",
    "最早什么时候能拿到钱?",
    "补贴由谁发放?",
    "平台主要做什么?",
    "农机补贴有哪些?",
    "What support is there for farmers?",
    "",
]


@pytest.mark.parametrize(
    ("aspect", "question"), [(aspect, question) for aspect, rows in ASPECTS.items() for question in rows]
)
def test_one_fact_is_asked_for(aspect: str, question: str) -> None:
    assert document_aspects(normalize(question)) == (aspect,)


def test_several_facts_at_once() -> None:
    assert set(document_aspects(normalize("这份文件是谁在什么时候发布的?文号是什么?"))) >= {
        "issuer",
        "doc_no",
    }


@pytest.mark.parametrize("question", NONE)
def test_no_fact_of_the_document(question: str) -> None:
    assert document_aspects(normalize(question)) == ()
