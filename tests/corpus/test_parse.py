"""Documents of every kind the grammar knows → sections, measures and what lies around them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import CorpusError
from corpus.measure import Guideline, Meta, Span
from corpus.parse import check_accounted, parse, to_json
from corpus.read import read_text

DATA = Path(__file__).resolve().parents[1] / "data" / "parse"

# file → (level, heading) of the sections; (id tail, label, title, innermost heading) of the measures
CASES = {
    "law.txt": (
        [
            (1, "第一编 通则"),
            (2, "第一章 总 则"),
            (2, "第二章 用地"),
            (3, "第一节 选址"),
            (3, "第二节 期限"),
            (1, "第二编 附 则"),
        ],
        [
            ("1", "第一条", "", "第一章 总 则"),
            ("2", "第二条", "", "第一章 总 则"),
            ("3", "第三条", "", "第一节 选址"),
            ("3-1", "第三条之一", "", "第一节 选址"),
            ("3-2", "第三条之二", "", "第一节 选址"),
            ("4", "第四条", "", "第二节 期限"),
            ("5", "第五条", "", "第二编 附 则"),
        ],
    ),
    "notice.txt": (
        [(1, "一、总体安排"), (1, "二、工作要求")],
        [
            ("1.1", "（一）", "工作目标", "一、总体安排"),
            ("1.2", "（二）", "工作原则", "一、总体安排"),
            ("2", "二、", "工作要求", "二、工作要求"),
            ("2.1", "（一）", "加强协调", "二、工作要求"),
            ("2.2", "（二）", "严格验收", "二、工作要求"),
            ("3", "三、", "资金安排", ""),
        ],
    ),
    "flat.txt": (
        [(1, "一、支持场所建设"), (1, "二、加强服务保障")],
        [
            ("1.1", "（一）", "改造街区", "一、支持场所建设"),
            ("1.2", "（二）", "延长时间", "一、支持场所建设"),
            ("2.3", "（三）", "优化交通", "二、加强服务保障"),
            ("2.4", "（四）", "简化审批", "二、加强服务保障"),
            ("3", "三、", "附则", ""),
        ],
    ),
    "page.txt": (
        [(1, "一、目标任务"), (1, "2.支持政策"), (1, "三、组织保障")],
        [
            ("1", "(一)", "扩大面积", "一、目标任务"),
            ("2", "（二）", "提高效益", "一、目标任务"),
            ("3", "（三）", "补助基础设施", "2.支持政策"),
            ("4", "(四)", "压实责任", "三、组织保障"),
        ],
    ),
    "arabic.txt": (
        [],
        [("1", "1.", "房租补贴", ""), ("2", "2、", "创业贷款", ""), ("3", "３．", "场地支持", "")],
    ),
    "articles-arabic.txt": (
        [],
        [("1", "第1条", "目的", ""), ("2", "第2条", "停放", ""), ("3", "第３条", "", "")],
    ),
    "headings.txt": (
        [(1, "一、合同效力"), (1, "二、费用")],
        [
            ("1", "第一条", "", "一、合同效力"),
            ("2", "第二条", "", "二、费用"),
            ("3", "第三条", "", "二、费用"),
        ],
    ),
    "sentences-as-headings.txt": (
        [],
        [
            ("1", "一、", "将第三条修改为", ""),
            (
                "2",
                "二、",
                "养犬人应当在三十日内办理登记，逾期不办理的，由公安机关责令改正，并可以处以罚款",
                "",
            ),
            ("3", "三、", "删去第九条", ""),
        ],
    ),
    "annex.txt": (
        [],
        [
            ("1", "一、", "时间", ""),
            ("2", "二、", "收费", ""),
            ("p2.1", "一、", "第一实验小学", "附件 课后服务名单"),
            ("p2.2", "二、", "滨江小学", "附件 课后服务名单"),
            ("p2.3", "三、", "城南中学", "附件 课后服务名单"),
        ],
    ),
    "markdown.md": (
        [(1, "二、任务")],
        [
            ("1", "一、", "目标", ""),
            ("2.1", "（一）", "新建住宅", "二、任务"),
            ("2.2", "（二）", "老旧小区", "二、任务"),
        ],
    ),
}


def load(name: str, meta: Meta | None = None) -> Guideline:
    return parse(read_text(DATA / name), "doc", meta=meta, file=name)


def words(guideline: Guideline, span: Span) -> str:
    return guideline.source[span.start : span.end]


@pytest.mark.parametrize("name", CASES)
def test_sections_and_measures(name: str) -> None:
    sections, measures = CASES[name]
    guideline = load(name)
    assert [(s.level, s.heading) for s in guideline.sections] == sections
    found = [(m.id.removeprefix("doc#"), m.label, m.title, m.section) for m in guideline.measures]
    assert found == measures


@pytest.mark.parametrize("name", CASES)
def test_every_span_is_verbatim(name: str) -> None:
    guideline = load(name)
    for measure in guideline.measures:
        assert words(guideline, measure.span) == measure.text
        assert guideline.source[: measure.span.start].count("\n") + 1 == measure.span.line
        assert measure.span.start <= measure.body.start <= measure.body.end == measure.span.end
        assert measure.sentences
        for sentence in measure.sentences:
            assert words(guideline, sentence.span) == sentence.text
            assert measure.body.start <= sentence.span.start < sentence.span.end <= measure.body.end


@pytest.mark.parametrize(
    ("name", "title", "issuer", "doc_no"),
    [
        ("law.txt", "青川市社区花园管理条例", "青川市人民代表大会常务委员会", ""),
        (
            "notice.txt",
            "青川市人民政府办公室关于做好老旧电梯更新工作的通知",
            "青川市人民政府办公室",
            "青府办发〔2023〕18号",
        ),
        ("flat.txt", "青川市商务局关于支持夜间经济若干措施的通知", "青川市商务局", ""),
        ("page.txt", "青川市农业农村局关于扶持稻渔综合种养的实施意见", "青川市农业农村局", ""),
        ("articles-arabic.txt", "青川市共享单车停放办法（试行）", "", ""),
        ("markdown.md", "青川市充电桩建设计划", "", ""),
    ],
)
def test_title_issuer_and_number_are_found(name: str, title: str, issuer: str, doc_no: str) -> None:
    meta = load(name).meta
    assert (meta.title, meta.issuer, meta.doc_no) == (title, issuer, doc_no)


@pytest.mark.parametrize(
    ("lines", "issuer"),
    [
        ("青川市文旅局", "青川市文旅局"),
        ("青川市文旅局\n\n青川市财政局\n\n2024年3月18日", "青川市文旅局 青川市财政局"),
        ("青川市人民政府办公室 2024年3月18日", "青川市人民政府办公室"),
        ("发布机构：青川市文旅局\n\n发布日期：2024年3月18日", "青川市文旅局"),
        ("为促进消费，青川市文旅局", ""),
        ("2024年3月18日\n\n青川市文旅局提出如下措施", ""),
    ],
)
def test_an_issuer_under_the_title(lines: str, issuer: str) -> None:
    text = f"# 关于促进旅游消费的若干措施\n\n{lines}\n\n为促进消费制定。\n\n一、支持夜市。给予补助。\n"
    assert parse(text, "doc").meta.issuer == issuer


def test_meta_goes_before_what_the_text_says() -> None:
    meta = load("flat.txt", Meta(title="夜间经济措施", region="青川市")).meta
    assert (meta.title, meta.issuer, meta.region) == ("夜间经济措施", "青川市商务局", "青川市")


def test_page_furniture_is_dropped_with_its_reason() -> None:
    guideline = load("page.txt")
    dropped = [(words(guideline, d.span), d.reason) for d in guideline.dropped]
    assert dropped == [
        ("首页 > 政务公开 > 政策文件", "page path"),
        ("本地一座百年老桥今日合龙", "unrelated headline"),
        ("2024-05-20 09:30", "bare date"),
        ("来源：青川市农业农村局 浏览次数：218", "byline"),
        ("【字体：大 中 小】", "page control"),
        ("打印 收藏", "page control"),
        ("上一篇：青川市发布高温预警", "list of other articles"),
        ("下一篇：青川市图书馆延时开放", "list of other articles"),
        ("主办单位：青川市农业农村局", "page foot"),
        ("青ICP备2021000001号", "site footer"),
    ]


def test_table_of_contents_is_dropped() -> None:
    guideline = load("law.txt")
    (contents,) = guideline.dropped
    assert contents.reason == "table of contents"
    assert words(guideline, contents.span).startswith("目　录")
    assert words(guideline, contents.span).endswith("第二编 附则")


@pytest.mark.parametrize(
    ("name", "opening", "ending"),
    [
        ("notice.txt", "青川市人民政府办公室\n关于", "青川市人民政府办公室\n2023年4月6日\n（此件公开发布）"),
        ("flat.txt", "青川市商务局关于", "青川市商务局 2022年7月1日"),
        ("law.txt", "青川市社区花园管理条例\n2021", ""),
    ],
)
def test_preamble_and_closing(name: str, opening: str, ending: str) -> None:
    guideline = load(name)
    assert guideline.preamble and words(guideline, guideline.preamble).startswith(opening)
    assert (words(guideline, guideline.closing) if guideline.closing else "") == ending


def test_a_sentence_is_not_taken_for_a_heading() -> None:
    first, second, third = load("sentences-as-headings.txt").measures
    assert first.sentences[0].text.startswith("将第三条修改为：“养犬应当登记")
    assert second.sentences[0].text.startswith("养犬人应当")
    assert third.sentences[0].text == "删去第九条。"


@pytest.mark.parametrize(
    ("name", "line", "wanted", "found"),
    [
        ("gap.txt", 4, "第三条", "第四条"),
        ("double.txt", 5, "（三）", "（二）"),
        ("outline-gap.txt", 4, "二、", "三、"),
    ],
)
def test_broken_numbering_is_refused(name: str, line: int, wanted: str, found: str) -> None:
    with pytest.raises(CorpusError) as refused:
        load(name)
    zh, en = refused.value.zh, refused.value.en
    assert f"{name} 第 {line} 行" in zh and f"应为“{wanted}”" in zh and f"“{found}”" in zh
    assert f"{name} line {line}" in en and f"expected {wanted}" in en and found in en
    assert f'accept = ["{found}"]' in zh and f'accept = ["{found}"]' in en


def test_a_known_gap_can_be_accepted() -> None:
    guideline = load("gap.txt", Meta(accept=("第四条",)))
    assert [m.id for m in guideline.measures] == ["doc#1", "doc#2", "doc#4"]


def test_an_accepted_double_still_has_its_own_id() -> None:
    guideline = load("double.txt", Meta(accept=("（二）",)))
    ids = [m.id for m in guideline.measures]
    assert len(set(ids)) == len(ids) == 4


def test_a_text_without_numbering_is_refused() -> None:
    with pytest.raises(CorpusError, match=r"none\.txt"):
        load("none.txt")


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_newlines_change_offsets_only(newline: str) -> None:
    source = read_text(DATA / "notice.txt")
    plain, other = parse(source, "doc"), parse(source.replace("\n", newline), "doc")
    assert [(m.id, m.title, m.span.line) for m in other.measures] == [
        (m.id, m.title, m.span.line) for m in plain.measures
    ]
    for measure in other.measures:
        assert words(other, measure.span) == measure.text


def test_a_byte_order_mark_is_accounted_for() -> None:
    guideline = parse("\ufeff" + read_text(DATA / "law.txt"), "doc")
    assert (guideline.dropped[0].reason, guideline.dropped[0].span.end) == ("byte order mark", 1)
    assert guideline.meta.title == "青川市社区花园管理条例"


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("甲办法\n第一条 甲。\n依照\n第四条的规定执行。\n第二条 乙。", ["第一条", "第二条"]),
        ("甲办法\n第一条 甲，见第二章、\n第三章的有关规定。\n第二条 乙。", ["第一条", "第二条"]),
        ("甲方案\n一、甲\n2022年投入1.5亿元。\n二、三级医院除外。\n二、乙\n丙。", ["一、", "二、"]),
        ("甲方案\n一、甲\n1.子项。\n2.子项。\n二、乙\n丙。\n3.丙\n丁。", ["一、", "二、", "3."]),
        ("甲方案\n一、甲。甲文。\n1997年起。\n二、1997年以前的，照旧。", ["一、", "二、"]),
        (
            "甲方案\n一、总则\n（一）甲\n文。二、细则\n（二）乙\n文。\n三、附则\n文。",
            ["（一）", "（二）", "三、"],
        ),
        ("甲意见\n㈠甲\n文。\n㈡乙\n文。", ["㈠", "㈡"]),
        ("甲规定\n(1)甲\n文。\n(2)乙\n文。", ["(1)", "(2)"]),
        ("甲规划\n第一章 甲\n文。\n第二章 乙\n文。", ["第一章", "第二章"]),
        ("**甲办法**\n**第一条** 甲。\n**第二条** 乙。", ["第一条", "第二条"]),
    ],
)
def test_what_counts_as_a_number(text: str, labels: list[str]) -> None:
    assert [m.label for m in parse(text, "doc").measures] == labels


def test_parsed_data_in_the_agreed_format() -> None:
    guideline = load("notice.txt")
    data = json.loads(json.dumps(to_json(guideline), ensure_ascii=False))
    assert set(data) >= {
        "title",
        "issuer",
        "doc_no",
        "sections",
        "measures",
        "preamble",
        "closing",
        "dropped",
    }
    assert data["sections"][1] == {
        "number": 2, "label": "二、", "title": "工作要求", "level": 1,
        "start": guideline.sections[1].span.start, "end": guideline.sections[1].span.end,
    }  # fmt: skip
    first = data["measures"][0]
    assert (first["number"], first["label"], first["path"], first["line"]) == (
        1,
        "（一）",
        ["一、总体安排"],
        7,
    )
    assert guideline.source[first["start"] : first["end"]] == first["text"]
    assert [(item["label"], item["number"]) for item in first["items"]] == [("1.", 1), ("2.", 2)]
    assert [guideline.source[item["start"]] for item in first["items"]] == ["1", "2"]


def test_a_lost_or_doubled_character_is_noticed() -> None:
    guideline = load("gap.txt", Meta(accept=("第四条",)))
    check_accounted(guideline, "gap.txt")
    for measures in (guideline.measures[1:], (*guideline.measures, guideline.measures[0])):
        with pytest.raises(CorpusError, match=r"gap\.txt 第 2 行"):
            check_accounted(replace(guideline, measures=measures), "gap.txt")


@pytest.mark.parametrize("name", ["law.txt", "notice.txt", "page.txt", "headings.txt"])
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: re.sub(r"\s*\n+\s*", " ", text), id="without line breaks"),
        pytest.param(lambda text: text.translate(str.maketrans("（），；：", "(),;:")), id="half width"),
        pytest.param(lambda text: re.sub(r"(?m)^", "\u3000\u3000", text), id="indented"),
        pytest.param(lambda text: text.replace("\n", "\n\n"), id="blank lines between"),
        pytest.param(lambda text: re.sub(r"(?m)^(第\S{1,6}条) ", r"\1", text), id="no space after 条"),
    ],
)
def test_the_same_document_set_in_another_way(name: str, change: Callable[[str], str]) -> None:
    source = read_text(DATA / name)
    plain, other = parse(source, "doc"), parse(change(source), "doc")
    assert [(m.id, m.number) for m in other.measures] == [(m.id, m.number) for m in plain.measures]
    assert [(s.number, s.level) for s in other.sections] == [(s.number, s.level) for s in plain.sections]
