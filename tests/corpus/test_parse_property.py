"""Documents put together at random from numbered parts come apart into the same parts."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
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


_BODY = st.lists(_PROSE, min_size=1, max_size=3)
_PLACE = st.sampled_from([("\n", ""), ("\r\n\r\n", "\u3000\u3000"), (" ", "")])
_STYLES = st.sampled_from(["第{}条 ", "第{}条\u3000", "第 {} 条 ", "第{}条、"])


def flow(lines: list[str], place: tuple[str, str]) -> str:
    """Lines as a text; joined by blanks it must be long enough not to pass for a short page."""
    newline, indent = place
    return newline.join(indent + line for line in lines)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_BODY, min_size=1, max_size=5), min_size=1, max_size=5), _PLACE, _STYLES, st.data())
def test_laws_of_every_setting_come_back(
    chapters: list[list[list[str]]], place: tuple[str, str], style: str, data: st.DataObject
) -> None:
    contents, restart = data.draw(st.booleans()), data.draw(st.booleans())
    heads = [f"第{chinese(number)}章 总则" for number in range(1, len(chapters) + 1)]
    lines, wanted, number = ["青川市节水条例", *(["目 录", *heads] if contents else [])], [], 0
    for head, articles in zip(heads, chapters, strict=True):
        number = 0 if restart else number
        lines.append(head)
        for article in articles:
            number += 1
            wanted.append(number)
            lines += [style.format(chinese(number)) + article[0], *article[1:]]
    guideline = parse(flow(lines, place), "doc")
    assert [m.number for m in guideline.measures] == wanted
    assert [s.heading for s in guideline.sections] == heads


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=8), st.lists(st.integers(2, 5), max_size=3), _PLACE)
def test_annexes_begin_their_numbers_again(
    main: list[int], annexes: list[int], place: tuple[str, str]
) -> None:
    lines, wanted = ["青川市教育局关于课后服务的通知", "现就有关事项通知如下："], []
    for section, measures in enumerate(main, start=1):
        lines.append(f"{chinese(section)}、工作安排" + ("" if measures else "。推广节水器具。"))
        wanted += [(1, section)] if not measures else []
        for measure in range(1, measures + 1):
            lines.append(f"（{chinese(measure)}）抓好落实。1.推广器具。2.加强宣传。")
            wanted.append((1, measure))
    for part, count in enumerate(annexes, start=2):
        lines += [f"附件{part - 1}", "青川市课后服务细则"]
        lines += [f"{chinese(number)}、抓好落实。各单位分工负责。" for number in range(1, count + 1)]
        wanted += [(part, number) for number in range(1, count + 1)]
    guideline = parse(flow(lines, place), "doc")
    titles = ["", *dict.fromkeys(m.path[0] for m in guideline.measures if m.path and "附件" in m.path[0])]
    found = [
        (1 + titles.index(next((t for t in m.path if "附件" in t), "")), m.number) for m in guideline.measures
    ]
    assert found == wanted


_LABELS = [
    "一、",
    "二、",
    "三、",
    "（一）",
    "（二）",
    "(1)",
    "1.",
    "2、",
    "第一条",
    "第二条",
    "第二条之一",
    "①",
]
_WORDS = [
    "第一章 总则",
    "第二章",
    "第九章",
    "附件",
    "目录",
    "办法",
    "关于做好工作的通知",
    "甲乙丙丁",
    "市政府",
]
_SIGNS = ["。", "：", "；", "“", "”", "#", "**", "\n", "\n\n", " ", "\u3000", "\r", "\ufeff", "\u200b"]
_PAGE = ["2020年1月1日", "版权所有", "来源：网"]
_PIECES = st.sampled_from([*_LABELS, *_WORDS, *_SIGNS, *_PAGE])


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.lists(_PIECES, max_size=60).map("".join), st.text(max_size=200)))
@example("")
@example("\ufeff")
@example("**一、**")
@example("1.甲\n二、乙（二）丙")
@example("第一编 甲\n乙。\n附件\n第一节 丙\n第一编 丁")
def test_any_text_is_refused_or_accounted_for(text: str) -> None:
    try:
        guideline = parse(text, "doc")
    except CorpusError as error:
        assert error.zh and error.en
        return
    check_accounted(guideline, "doc")
    assert len({m.id for m in guideline.measures}) == len(guideline.measures)


_SIZE = 200_000


@pytest.mark.parametrize(
    "text",
    [
        "一、" * (_SIZE // 2),
        "（" * _SIZE,
        "某意见\n一、" + "字" * _SIZE,
        "字" * _SIZE + "\n一、甲\n二、乙",
        "关于" * (_SIZE // 2) + "\n一、甲\n二、乙",
        "一、甲" + " " * _SIZE + "二、乙",
        "某意见\n一、甲。\n二、乙。\n附件：1.甲\n" + "2.乙\n" * (_SIZE // 8),
        "某意见\n一、甲。\n二、乙。\n" + "2020年1月1日\n" * (_SIZE // 20),
        "一、甲\n" + "（一）乙。\n（二）丙。\n" * (_SIZE // 40),
        "".join(f"某办法{n}\n一、甲。\n二、乙。\n" for n in range(_SIZE // 50)),
        (">" * 199 + "。\n") * 50 + ("分享到" * 60 + "!\n") * 50 + "一、甲\n二、乙",
        "第一条 甲。\n第二条 乙。\n附：条文\n" + "".join(f"第{n}条 丙。\n" for n in range(5, 5000)),
        "第一条 " * (_SIZE // 4),
    ],
    ids=range(13),
)
def test_hostile_texts_take_no_quadratic_time(text: str) -> None:
    start = time.process_time()
    with suppress(CorpusError):
        parse(text, "doc")
    assert time.process_time() - start < 3
