"""Documents put together at random from numbered parts come apart into the same parts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import CorpusError
from corpus.numbering import numeral
from corpus.parse import check_accounted, parse

_DIGITS = "零一二三四五六七八九"
_PROSE = st.sampled_from(
    [
        "推广节水器具，每户补助1.5万元。",
        "依照第三条的规定办理。",
        "各区在2025年前完成（见附表）！",
        "“先试后推”；稳步实施。",
    ]
)
_TITLE = st.sampled_from(["加强组织领导", "完善政策，优化环境", "推进设施建设", "培育“小巨人”企业"])
_SECTIONS = st.lists(
    st.lists(st.tuples(_TITLE, st.lists(_PROSE, min_size=1, max_size=3)), min_size=1, max_size=4),
    min_size=1,
    max_size=5,
)


def chinese(number: int) -> str:
    """The numeral of a number below 1000, written out as documents do."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    if not hundreds and tens:
        return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")
    if not hundreds:
        return _DIGITS[ones]
    rest = (
        ""
        if not number % 100
        else ("零" + _DIGITS[ones] if not tens else _DIGITS[tens] + "十" + (_DIGITS[ones] if ones else ""))
    )
    return _DIGITS[hundreds] + "百" + rest


@given(st.integers(1, 999))
def test_numerals_come_back(number: int) -> None:
    assert numeral(chinese(number)) == number


@settings(max_examples=60, deadline=None)
@given(_SECTIONS, st.booleans(), st.booleans(), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_outlines_come_back(
    sections: list[list[tuple[str, list[str]]]], restart: bool, shared: bool, newline: str
) -> None:
    lines, numbers, number = ["青川市关于节约用水的意见", "为节约用水，提出以下意见。"], [], 0
    for place, measures in enumerate(sections, start=1):
        heading = f"{chinese(place)}、工作安排"
        number = 0 if restart else number
        for first, (title, prose) in enumerate(measures):
            number += 1
            numbers.append(number)
            label = f"（{chinese(number)}）{title}。"
            lines.append(f"{heading} {label}" if shared and not first else label)
            if not shared and not first:
                lines.insert(-1, heading)
            lines += prose
    guideline = parse(newline.join(lines), "doc")
    check_accounted(guideline, "doc")
    assert [m.number for m in guideline.measures] == numbers
    assert [s.number for s in guideline.sections] == list(range(1, len(sections) + 1))
    assert [m.title for m in guideline.measures] == [title for part in sections for title, _ in part]
    assert len({m.id for m in guideline.measures}) == len(numbers)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_PROSE, min_size=1, max_size=3), min_size=3, max_size=30), st.data())
def test_laws_come_back_and_a_missing_article_is_noticed(
    articles: list[list[str]], data: st.DataObject
) -> None:
    lines = ["青川市节水条例", "第一章 总则"]
    for number, paragraphs in enumerate(articles, start=1):
        lines.append(f"第{chinese(number)}条 {paragraphs[0]}")
        lines += paragraphs[1:]
    guideline = parse("\n".join(lines), "doc")
    assert [m.number for m in guideline.measures] == list(range(1, len(articles) + 1))
    assert [s.heading for s in guideline.sections] == ["第一章 总则"]
    missing = data.draw(st.integers(1, len(articles) - 1))
    label = f"第{chinese(missing)}条 "
    broken = [line for line in lines if not line.startswith(label)]
    try:
        parse("\n".join(broken), "doc")
    except CorpusError as error:
        assert f"第{chinese(missing + 1)}条" in error.zh
    else:
        raise AssertionError("the gap went unnoticed")
