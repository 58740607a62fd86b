"""Numbers as values."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.grounding.numbers import find_numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("二十五家", [("25", "家", "")]),
        ("百分之五", [("5", "%", "")]),
        ("5%以上", [("5", "%", "lower")]),
        ("1.2万元", [("12000", "元", "")]),
        ("一万二千元", [("12000", "元", "")]),
        ("最高50万元", [("500000", "元", "upper")]),
        ("不少于3000人次", [("3000", "人次", "lower")]),
        ("15,000元", [("15000", "元", "")]),
        ("三成", [("30", "%", "")]),
        ("承担一半", [("50", "%", "")]),
        ("2亿元", [("200000000", "元", "")]),
        ("三十日", [("30", "日", "")]),
        ("三分之二以上", [("0.6667", "分之", "lower")]),
        ("2/3", [("0.6667", "分之", "")]),
        ("一个月", [("1", "月", "")]),
        ("三大领域", [("3", "大", "")]),
        ("20个工作日", [("20", "工作日", "")]),
        ("统一建设一批平台,进一步做好", []),
    ],
)
def test_values(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = [(one.value, one.unit, one.bound) for one in find_numbers(text)]
    assert found == [(Decimal(value), unit, bound) for value, unit, bound in expected]


def test_an_ordinal_is_no_amount() -> None:
    assert not find_numbers("第三年")[0].same(find_numbers("3年")[0])
