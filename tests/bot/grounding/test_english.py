"""English sentences on Chinese measures: terms, numbers, dates, names and grammar are compared."""

from __future__ import annotations

import pytest

from bot.grounding.bilingual import find_terms, missing, terms
from bot.grounding.english_dates import date_faults
from bot.grounding.english_numbers import find_quantities
from tests.bot.grounding.tables import Corpus, all_rows

PARKING, LIFTS = "muyang-parking", "chuanyuan-renewal"


def test_most_falsified_sentences_go_and_faithful_ones_stay(corpus: Corpus) -> None:
    rows = [row for row in all_rows() if row.in_english]
    faithful = [row for row in rows if row.kind == "faithful"]
    falsified = [row for row in rows if row.kind != "faithful"]
    lost = [row.sentence for row in faithful if not corpus.check(row).kept]
    missed = [row.sentence for row in falsified if corpus.check(row).kept]
    assert len(faithful) >= 120
    assert len(falsified) >= 140
    assert len(lost) <= 0.05 * len(faithful), lost
    assert len(missed) <= 0.12 * len(falsified), missed


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("up to 2 million yuan", 2_000_000, "元"),
        ("rmb 500 thousand", 500_000, "元"),
        ("two hundred thousand yuan", 200_000, "元"),
        ("within eighteen months", 18, "月"),
        ("thirty-five working days", 35, "工作日"),
        ("two-thirds of the owners", 0.6667, "分之"),
        ("half of the cost", 0.5, "分之"),
        ("12.5% of the cost", 12.5, "%"),
        ("a 30-day period", 30, "日"),
        ("20,000 square metres", 20_000, "平方米"),
    ],
)
def test_a_number_is_read_with_its_unit(text: str, value: float, unit: str) -> None:
    assert [(one.value, one.unit) for one in find_quantities(text)] == [(value, unit)]


@pytest.mark.parametrize(
    "text", ["by 31 march each year", "on july 1,2025", "a converted one", "for one project"]
)
def test_dates_and_one_are_no_numbers(text: str) -> None:
    assert [one.words for one in find_quantities(text) if one.words != "2025"] == []


@pytest.mark.parametrize(
    ("text", "there", "fault"),
    [
        ("by 31 march each year", "每年3月31日前", False),
        ("by 30 march each year", "每年3月31日前", True),
        ("by the end of may", "5月底前", False),
        ("companies may apply", "每年3月31日前", False),
        ("from july to september", "7至9月", False),
        ("in the first quarter", "一季度", False),
        ("in the second quarter", "一季度", True),
        ("in the first half of the year", "每年下半年", True),
    ],
)
def test_dates_must_stand_there(text: str, there: str, fault: bool) -> None:
    assert bool(list(date_faults(text, there))) is fault


@pytest.mark.parametrize(
    ("text", "there", "absent"),
    [
        ("incubators receive a subsidy", "孵化器给予补助", []),
        ("kindergartens receive a subsidy", "孵化器给予补助", ["kindergartens"]),
        ("a cut in income tax", "给予补助", ["income tax"]),
        ("the department in charge", "主管部门", []),
        ("renovated and subsidised", "改造的给予补助", []),
    ],
)
def test_terms_must_stand_there(text: str, there: str, absent: list[str]) -> None:
    assert list(missing(text, there)) == absent


def test_a_term_counts_as_a_whole_word_and_the_longest_wins() -> None:
    assert find_terms("a taxicab and the income tax") == ("income tax",)


def test_every_term_has_chinese_words_and_there_are_many() -> None:
    assert len(terms()) >= 1500
    assert all(words and not any(word.isspace() for word in words) for words in terms().values())


@pytest.mark.parametrize(
    ("slug", "number", "said", "kept"),
    [
        (LIFTS, 7, "Owners on the first floor do not share the cost [1].", True),
        (LIFTS, 7, "Owners on the first floor share the cost [1].", False),
        (LIFTS, 8, "Construction is allowed at night [1].", False),
        (LIFTS, 13, "In Yongchuan the rules take effect on 1 July 2025 [1].", False),
        (PARKING, 4, "Under the XYZ plan, electric cars park free of charge [1].", False),
        (PARKING, 5, "Operators are not required to display their charges at the entrance [1].", False),
        (PARKING, 3, "Regardless of its size, each project receives two million yuan [1].", False),
    ],
)
def test_grammar_and_names_are_compared(
    corpus: Corpus, slug: str, number: int, said: str, kept: bool
) -> None:
    found = corpus.grounds(slug, number).check(said)
    assert found.kept is kept, found.reasons
