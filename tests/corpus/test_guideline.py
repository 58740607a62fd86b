"""The guideline that comes with Wence, from its real source."""

from __future__ import annotations

import hashlib

import pytest

from corpus.load import load_corpus, packaged_corpus
from corpus.measure import Guideline
from corpus.numbering import numeral
from corpus.parse import parse

SECTIONS = [
    "一、总体要求",
    "2.突出区域发展优势,优化城市创新版图",
    "三、打造科技创新平台,提升区县创新能力",
    "四、实施重大科技工程,促进科学与工业深度融合",
    "五、提高科技服务能力,加快科技成果转化",
    "六、强化科技金融支持,促进产业快速发展",
    "七、优化创新生态环境,激发科技创新活力",
    "八、保障措施",
]
MEASURES_PER_SECTION = [3, 3, 4, 4, 2, 3, 4, 3]
TITLES = {1: "指导思想", 7: "打造特色科技平台", 15: "提高科技创新服务水平", 26: "协调工作实施"}


@pytest.fixture(scope="module")
def guideline() -> Guideline:
    (found,) = load_corpus(packaged_corpus())
    return found


def test_source_is_kept_byte_for_byte(guideline: Guideline) -> None:
    data = (packaged_corpus() / guideline.slug / "source.txt").read_bytes()
    assert guideline.source.encode() == data
    assert (
        hashlib.sha256(data).hexdigest() == "b00a70b14418192df6a0bf48288e383364fc340daef40ba292f0a5dc8af255ae"
    )


def test_eight_sections_and_twenty_six_measures(guideline: Guideline) -> None:
    assert [s.heading for s in guideline.sections] == SECTIONS
    assert [m.number for m in guideline.measures] == list(range(1, 27))
    assert [m.id for m in guideline.measures] == [f"cq-district-innovation#{n}" for n in range(1, 27)]
    assert all(numeral(m.label.strip("()")) == m.number for m in guideline.measures)
    assert [sum(m.section == s for m in guideline.measures) for s in SECTIONS] == MEASURES_PER_SECTION
    assert all(0 < len(m.title) <= 20 for m in guideline.measures)
    assert {n: guideline.measures[n - 1].title for n in TITLES} == TITLES


def test_the_empty_line_does_not_cut_measure_fourteen(guideline: Guideline) -> None:
    assert "\n\n围绕生态文明建设" in guideline.measures[13].text


def test_nothing_of_the_page_is_left_in_the_text(guideline: Guideline) -> None:
    kept = "".join(m.text for m in guideline.measures) + "".join(s.title for s in guideline.sections)
    for foreign in ("光刻机", "版权声明", "标签", "相关文章", "三只松鼠", "Nvidia", "06-06", "融资，"):
        assert foreign not in kept
    lines = sorted({d.span.line for d in guideline.dropped})
    assert lines == [1, 2, *range(164, 181)]
    assert guideline.preamble is not None and guideline.preamble.line == 3


def test_what_is_known_beside_the_text(guideline: Guideline) -> None:
    meta = guideline.meta
    assert meta.title == "重庆市科学技术局关于支持区县科技创新发展的指导意见"
    assert (meta.issuer, meta.region, meta.published, meta.doc_no) == (
        "重庆市科学技术局",
        "重庆市",
        "2022-11",
        "",
    )
    assert {note.measure for note in meta.notes} == {3, 5, 6, 7, 9, 11, 12, 20, 22, 25}
    assert all(note.text and note.source for note in meta.notes)


def test_the_title_is_found_without_meta(guideline: Guideline) -> None:
    found = parse(guideline.source, "x").meta
    assert (found.title, found.issuer) == (guideline.meta.title, guideline.meta.issuer)
