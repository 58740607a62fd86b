"""Which clauses a question points at: a table of wordings, and of wordings that point at none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reading.clauses import MAX_RANGE, ClauseRef, clause_refs
from corpus.normal import normalize

MEASURES = {
    "第十八条": [18],
    "第18条": [18],
    "第１８条": [18],
    "第 八 条": [8],
    "第八條寫了什麼": [8],
    "第十八条写了什么?": [18],
    "第十八条到底讲什么": [18],
    "“第五条”": [5],
    "条例第五条": [5],
    "请把第一百零二条念给我听": [102],
    "第一千二百六十条": [1260],
    "第拾条": [10],
    "第贰拾叁条": [23],
    "第零条": [0],
    "(七)": [7],
    "（七）讲的是什么": [7],
    "第（二十六）条": [26],
    "第(7)条": [7],
    "(一)和(二)": [1, 2],
    "（一）（二）": [1, 2],
    "(三)到(五)": [3, 4, 5],
    "第21条": [21],
    "第七点": [7],
    "第7项措施": [7],
    "第七个是什么": [7],
    "措施18": [18],
    "条款7写了啥": [7],
    "编号12": [12],
    "十八条是什么": [18],
    "请问18条": [18],
    "看看二十六条": [26],
    "第二十一条和第二十二条": [21, 22],
    "第17、18条": [17, 18],
    "第十七、十八条": [17, 18],
    "第 1、3、5 条": [1, 3, 5],
    "第十七条、第十九条以及第二十条": [17, 19, 20],
    "第1条第2条第3条": [1, 2, 3],
    "第5条跟第6条有什么区别": [5, 6],
    "第九条与第九条": [9],
    "第3条至第5条": [3, 4, 5],
    "第三到五条": [3, 4, 5],
    "第3-5条": [3, 4, 5],
    "第七條至第九條": [7, 8, 9],
    "1到3条": [1, 2, 3],
    "最后一条": [-1],
    "最后1条说什么": [-1],
    "倒数第二条": [-2],
    "前三条": [1, 2, 3],
    "后两条": [-2, -1],
    "第十条第二款": [10],
    "第十条第(二)项": [10],
    "第十条第二款第三项讲什么": [10],
    "measure 7": [7],
    "What does measure 12 say?": [12],
    "Measure #7, please": [7],
    "measure no. 9": [9],
    "article 5 and article 6": [5, 6],
    "articles 5, 6 and 7": [5, 6, 7],
    "measures 3 to 5": [3, 4, 5],
    "clause (3)": [3],
    "Art. 7": [7],
    "§ 7 and § 8": [7, 8],
    "the 18th measure": [18],
    "the last article": [-1],
}

SECTIONS = {
    "第六部分": [(6, "")],
    "第六大部分讲什么": [(6, "")],
    "第三部分有几条": [(3, "")],
    "第二章": [(2, "章")],
    "第五章有哪些条": [(5, "章")],
    "第三编": [(3, "编")],
    "第二章、第三章": [(2, "章"), (3, "章")],
    "最后一章": [(-1, "章")],
    "最后一个部分": [(-1, "")],
    "前两个部分": [(1, ""), (2, "")],
    "三、": [(3, "")],
    "三、打造平台": [(3, "")],
    "section 4": [(4, "")],
    "What is in part 2?": [(2, "")],
    "the 3rd chapter": [(3, "")],
}

NONE = [
    "",
    "有几条",
    "一共有26条吗",
    "这26条",
    "多少条措施",
    "一条龙",
    "一条龙服务有哪些?",
    "26条措施",
    "两条腿走路",
    "每区2条",
    "打造3条产业链的措施",
    "第一条高速公路什么时候通车",
    "第三条生产线能补贴吗",
    "第一批试点",
    "第三产业",
    "第三方机构",
    "第二次会议",
    "第十四个五年规划",
    "第一项目部",
    "上一条",
    "一带一路",
    "十大产业",
    "4.5万家",
    "2025年",
    "市发(2024)17号",
    "电话(023)12345",
    "第2〇条",
    "第二0条",
    "alert(1)",
    "f(2) = 3",
    "a measure that supports 7 districts",
    "items worth 3000 yuan",
    "the state of the art 7 years ago",
]


def refs(question: str) -> tuple[ClauseRef, ...]:
    return clause_refs(normalize(question))


@pytest.mark.parametrize(("question", "numbers"), MEASURES.items())
def test_measures(question: str, numbers: list[int]) -> None:
    assert refs(question) == tuple(ClauseRef(number) for number in numbers)


@pytest.mark.parametrize(("question", "sections"), SECTIONS.items())
def test_sections(question: str, sections: list[tuple[int, str]]) -> None:
    assert refs(question) == tuple(ClauseRef(n, "section", level_word=word) for n, word in sections)


@pytest.mark.parametrize("question", NONE)
def test_no_clause(question: str) -> None:
    assert refs(question) == ()


@pytest.mark.parametrize(
    ("question", "number", "sub"),
    [("第十二条之一", 12, 1), ("第120条之二", 120, 2), ("第十二条之一第二款", 12, 1)],
)
def test_inserted_articles(question: str, number: int, sub: int) -> None:
    assert refs(question) == (ClauseRef(number, sub=sub),)


def test_a_section_before_a_smaller_unit_says_where_it_stands() -> None:
    chapter = ClauseRef(2, "section", level_word="章")
    assert refs("第二章第三节") == (ClauseRef(3, "section", level_word="节", under=chapter),)
    assert refs("第二章的第三、四节") == (
        ClauseRef(3, "section", level_word="节", under=chapter),
        ClauseRef(4, "section", level_word="节", under=chapter),
    )
    assert refs("第二章里第七条") == (ClauseRef(7, under=chapter),)


def test_a_section_and_a_clause_apart_stay_apart() -> None:
    assert refs("第二章和第七条") == (ClauseRef(2, "section", level_word="章"), ClauseRef(7))


def test_a_wide_range_is_read_as_its_two_ends() -> None:
    assert len(refs(f"第1条至第{MAX_RANGE}条")) == MAX_RANGE
    assert refs("第1条至第9000条") == (ClauseRef(1), ClauseRef(9000))
    assert len(refs("前900条")) == MAX_RANGE


@settings(max_examples=1000)
@given(st.text(alphabet="第条章节款项前后最倒数(（)）〇一二十百1290、至到和之 measure.,?", max_size=14))
def test_any_text_can_be_read(text: str) -> None:
    """No error, each reference once, sections and measures alike."""
    found = refs(text)
    assert len(set(found)) == len(found)
    assert all(ref.unit in ("measure", "section") for ref in found)
