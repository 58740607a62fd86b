"""Which documents are versions of one another, and which is in force on a day."""

from __future__ import annotations

from datetime import date

import pytest

from corpus.measure import Guideline, Meta
from corpus.parse import parse
from corpus.versions import Standing, number_key, standings, title_key, years_of

TODAY = date(2026, 1, 1)


def _document(slug: str, title: str, **known: str) -> Guideline:
    replaces = tuple(filter(None, [known.pop("replaces", "")]))
    return parse("第一条　甲。\n第二条　乙。\n", slug, meta=Meta(title=title, replaces=replaces, **known))


def _standings(*documents: Guideline) -> dict[str, Standing]:
    return standings(documents, TODAY)


SAME = [
    ("甲市科技券办法", "甲市科技券办法（试行）"),
    ("甲市科技券办法", "甲市科技券办法（2021年修正）"),
    ("甲市科技券办法（2019年修订）", "甲市科技券办法(2023修订版)"),
    ("甲市科技券办法", "甲市人民政府关于印发甲市科技券办法的通知"),
    ("甲市科技券办法", "甲市人民政府关于印发《甲市科技券办法（试行）》的通知"),
    ("甲市 科技券办法", "甲市科技券办法2019年版"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_titles_of_versions_agree(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize("other", ["甲市科技券实施细则", "乙市科技券办法", "关于申报2024年科技券的通知"])
def test_other_titles_do_not(other: str) -> None:
    assert title_key("甲市科技券办法") != title_key(other)
    assert title_key("关于申报2025年科技券的通知") != title_key("关于申报2024年科技券的通知")


@pytest.mark.parametrize(
    "written",
    [
        "甲府发〔2025〕15号",
        "甲府发[2025]15号",
        "甲府发（2025）15号",
        "甲府发【2025】15号",
        "甲府发2025 15号",
        "甲府发〔2025〕第15号",
    ],
)
def test_a_number_is_the_same_in_any_brackets(written: str) -> None:
    assert number_key(written) == ("甲府发", "2025", "15")


def test_an_order_has_a_number_without_a_year() -> None:
    assert number_key("国务院令第790号") == ("国务院", "", "790")
    assert number_key("没有文号") == ("", "", "")


def test_the_newest_version_in_force_takes_the_place_of_the_older_ones() -> None:
    found = _standings(
        _document("a", "甲市券办法（试行）", published="2015-01-01"),
        _document("b", "甲市券办法", published="2019-01-01"),
        _document("c", "甲市券办法（2024年修订）", published="2024-01-01"),
    )
    assert found["c"].state == "in_force" and set(found["c"].older) == {"a", "b"}
    assert found["a"] == Standing("superseded", "c") and found["b"].newer == "c"
    assert not found["b"].searched


def test_a_version_to_come_leaves_the_present_one_in_force() -> None:
    found = _standings(
        _document("a", "甲市券办法", published="2019-01-01"),
        _document("b", "甲市券办法（修订）", published="2025-12-01", effective="2026-03-01"),
    )
    assert (found["a"].state, found["a"].coming, found["b"].state) == ("in_force", "b", "future")


def test_what_is_replaced_by_number_or_title_is_old_whatever_its_title() -> None:
    found = _standings(
        _document("a", "甲市旧规定", doc_no="甲府发〔2018〕5号", published="2018-01-01"),
        _document("b", "甲市新条例", published="2024-01-01", replaces="甲府发[2018]5号"),
        _document("c", "甲市试点方案", published="2018-01-01"),
        _document("d", "甲市推广方案", published="2024-01-01", replaces="甲市试点方案"),
    )
    assert (found["a"].newer, found["c"].newer) == ("b", "d")


def test_a_decision_that_repeals_is_no_version() -> None:
    found = _standings(
        _document("a", "甲市旧规定", published="2018-01-01"),
        _document("b", "甲市人民政府关于废止部分文件的决定", published="2024-01-01", replaces="甲市旧规定"),
    )
    assert found["a"] == Standing("repealed", repealed_by="b")


def test_documents_of_two_cities_and_undated_ones_are_no_versions() -> None:
    found = _standings(
        _document("a", "科技券办法", issuer="甲城市科技局", published="2018-01-01"),
        _document("b", "科技券办法", issuer="乙城市科技局", published="2024-01-01"),
        _document("c", "丙市办法"),
        _document("d", "丙市办法"),
    )
    assert {one.state for one in found.values()} == {"in_force"}


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({"valid_until": "2025-12-31"}, "expired"),
        ({"valid_until": "2025"}, "expired"),
        ({"valid_until": "2026"}, "in_force"),
        ({"valid_until": "2026-01-01"}, "in_force"),
        ({"effective": "2026-01-02"}, "future"),
        ({"repealed": "2025-06-01"}, "repealed"),
        ({"repealed": "2026-06-01"}, "in_force"),
        ({"status": "repealed"}, "repealed"),
        ({"status": "in_force", "valid_until": "2020-01-01"}, "in_force"),
        ({"status": "draft"}, "draft"),
    ],
)
def test_a_document_by_itself(known: dict[str, str], state: str) -> None:
    assert _standings(_document("a", "甲市券办法", **known))["a"].state == state


def test_a_draft_is_old_beside_the_issued_document() -> None:
    found = _standings(
        _document("a", "甲市券办法（征求意见稿）", published="2023-01-01"),
        _document("b", "甲市券办法", published="2024-01-01"),
    )
    assert found["a"].newer == "b"


def test_the_years_of_a_document() -> None:
    document = _document("a", "甲市券办法（2021年修正）", doc_no="甲府发〔2018〕5号", published="2018-02-01")
    assert years_of(document) == {"2018", "2021"}
