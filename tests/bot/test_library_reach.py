"""Reach, lists and the table over several documents of one region, without a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest

from bot.answer import Answer
from bot.ask import Assistant
from bot.matrix import matrix_text, tables_of
from corpus.gazetteer import LocatedGazetteer, load_gazetteer
from corpus.load import load_document
from corpus.measure import Guideline, Meta
from corpus.parse import parse
from index.store import Index

CORPUS = Path(__file__).parent.parent / "data" / "corpus"
CITY = "西洲市"
FIRST = """西洲市智能制造促进办法
西府发〔2025〕3号

第一条　各区县人民政府应当设立智能制造专项资金。

第二条　支持望舒县建设智能装备产业园。

第三条　对进入智能工厂目录的企业给予一次性奖励一百万元。

第四条　本办法自2025年3月1日起施行。
"""
OLD = (
    FIRST.replace("促进办法", "促进办法（试行）")
    .replace("〔2025〕3号", "〔2020〕9号")
    .replace("2025年", "2020年")
)
NATIONAL = """全国车联网管理规定
国车〔2024〕1号

第一条　智能网联汽车应当经过测试。

第二条　本规定自2024年3月1日起施行。
"""


def _city() -> LocatedGazetteer:
    return LocatedGazetteer(load_gazetteer(CORPUS / "xizhou-tech" / "districts.toml"))


def _assistant(documents: list[Guideline]) -> Assistant:
    return Assistant(Index.build(documents, None, gazetteers=(_city(),)))


def _document(text: str, slug: str, region: str = CITY) -> Guideline:
    return parse(text, slug, meta=Meta(region=region))


@pytest.fixture(scope="module")
def city() -> Assistant:
    """Two documents of a city in force, an older version of one of them, and a national one."""
    known = load_document(CORPUS / "xizhou-tech" / "source.txt")
    return _assistant(
        [known, _document(FIRST, "new"), _document(OLD, "old"), _document(NATIONAL, "national", "")]
    )


def test_a_district_is_answered_from_all_documents_in_force(city: Assistant) -> None:
    answer = city.ask("望舒县能享受哪些支持?")
    assert (answer.route, answer.districts, answer.completeness) == ("district", ("望舒县",), "complete")
    slugs = {one.measure_id.split("#")[0] for one in answer.applicability}
    assert slugs == {"xizhou-tech", "new"}
    ids = [one.measure_id for one in answer.applicability]
    assert len(ids) == len(set(ids)) == sum(len(_row(city, slug)) for slug in slugs)
    assert "new#2" in {one.measure_id for one in answer.applicability if "named" in one.routes}
    assert f"已核对 3 份文件、共 {answer.checked} 条" in answer.text
    assert "《西洲市智能制造促进办法》" in answer.text


def _row(city: Assistant, slug: str) -> tuple[object, ...]:
    return city.index.applicability[slug].table.cells("望舒县")


def test_a_document_that_is_named_is_the_only_one(city: Assistant) -> None:
    answer = city.ask("智能制造办法里望舒县能享受哪些支持?")
    assert {one.measure_id.split("#")[0] for one in answer.applicability} == {"new"}
    old = city.ask("西府发〔2020〕9号里望舒县能享受哪些支持?")
    assert {one.measure_id.split("#")[0] for one in old.applicability} == {"old"}
    assert "旧版" in old.text


def test_named_districts_and_comparisons_span_documents(city: Assistant) -> None:
    named = city.ask("哪些区县被点名了?")
    assert {c.guideline for c in named.citations} == {"xizhou-tech", "new"}
    compared = city.ask("望舒县和东洛区有什么不同?")
    assert compared.route == "compare"
    assert {one.measure_id.split("#")[0] for one in compared.applicability} == {"xizhou-tech", "new"}
    assert city.ask("我们公司能享受什么支持?").route == "clarify"


def test_the_table_spans_documents_with_ids_of_their_own(city: Assistant) -> None:
    tables = tables_of(city.index.applicability)
    assert {table.guideline for table in tables} == {"xizhou-tech", "new", "old"}
    ids = [column.id for table in tables for column in table.measures]
    assert len(ids) == len(set(ids))
    text = matrix_text(tables, "csv", {table.guideline: table.guideline for table in tables})
    assert all(f"{slug}#" in text for slug in ("xizhou-tech", "new", "old"))


# --- very many ---------------------------------------------------------------------------------------

MANY = 60
SECONDS = 1.0
"""Far above what an answer takes (see docs/documents.md); the machine may be busy."""


@pytest.fixture(scope="module")
def many() -> Assistant:
    """Sixty documents of one city."""
    texts = [
        FIRST.replace("智能制造", f"智能制造{i}号")
        .replace("3号\n", f"{i}号\n")
        .replace("一百万元", f"{i}万元")
        for i in range(1, MANY + 1)
    ]
    return _assistant([_document(text, f"d{i:02}") for i, text in enumerate(texts, start=1)])


QUESTIONS: dict[str, Callable[[Answer], bool]] = {
    "望舒县能享受哪些支持?": lambda a: a.route == "district" and len(a.applicability) >= 2 * MANY,
    "望舒县和东洛区有什么不同?": lambda a: a.route == "compare" and len(a.citations) == MANY,
    "哪些条款提到产业园?": lambda a: a.route == "keyword" and len(a.citations) == MANY,
    "哪些区县被点名了?": lambda a: a.route == "list" and len(a.citations) == MANY,
    "列出全部奖励措施": lambda a: a.route == "list" and len({c.guideline for c in a.citations}) == MANY,
    "第三条": lambda a: a.route == "clarify",
    "智能制造7号促进办法第三条": lambda a: [c.measure_id for c in a.citations] == ["d07#3"],
    "西府发〔2025〕7号第三条": lambda a: [c.measure_id for c in a.citations] == ["d07#3"],
    "有哪些文件?": lambda a: len(a.listed) == MANY,
    "我们公司能享受什么支持?": lambda a: a.route == "clarify",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_sixty_documents_are_answered_completely_and_fast(question: str, many: Assistant) -> None:
    answer = many.ask(question)
    start = perf_counter()
    again = many.ask(question)
    assert perf_counter() - start < SECONDS
    assert QUESTIONS[question](answer), (answer.route, len(answer.citations), answer.text[:500])
    assert again.text == answer.text
    assert answer.searched_count in (1, MANY)
