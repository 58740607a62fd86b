"""Every way of numbering that real documents use → the labels of the outline, in order."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from corpus.errors import CorpusError
from corpus.load import load_document
from corpus.measure import Guideline
from corpus.parse import check_accounted, parse

DATA = Path(__file__).resolve().parents[1] / "data" / "parse" / "outlines.toml"
CASES = {case["name"]: case for case in tomllib.loads(DATA.read_text(encoding="utf-8"))["case"]}


def labels(guideline: Guideline) -> list[str]:
    """The labels of sections and measures; text that a section begins with is no entry of its own."""
    starts = {section.span.start: section.label for section in guideline.sections}
    for measure in guideline.measures:
        if measure.text.startswith(measure.label) or measure.body.start > measure.span.start:
            starts[measure.span.start] = measure.label
    return [starts[start] for start in sorted(starts)]


@pytest.mark.parametrize("name", CASES)
def test_labels_in_order(name: str) -> None:
    guideline = parse(CASES[name]["text"], "doc")
    check_accounted(guideline, name)
    assert labels(guideline) == CASES[name]["labels"].split()
    assert len({measure.id for measure in guideline.measures}) == len(guideline.measures)


@pytest.mark.parametrize(
    ("text", "line", "wanted", "found"),
    [
        ("甲办法\n第一条 甲。\n第二条 乙。\n第十条 丙。", 4, "第三条", "第十条"),
        ("甲办法\n第1条 甲。\n第2条 乙。\n第2条 丙。", 4, "第3条", "第2条"),
        ("甲意见\n一、甲\n（一）乙。\n（三）丙。\n二、丁。", 4, "（二）", "（三）"),
        ("甲意见\n（一）甲。\n（二）乙。\n（一）丙。", 4, "（三）", "（一）"),
        ("甲法\n第一章 甲\n第一条 乙。\n第三章 丙\n第二条 丁。", 4, "第二章", "第三章"),
        ("甲意见\n㈠甲。\n㈡乙。\n㈣丙。", 4, "㈢", "㈣"),
        ("甲意见\n九、甲。", 2, "一、", "九、"),
    ],
)
def test_a_break_is_named_and_can_be_accepted(
    text: str, line: int, wanted: str, found: str, tmp_path: Path
) -> None:
    (tmp_path / "doc").mkdir()
    source = tmp_path / "doc" / "source.txt"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError) as refused:
        load_document(source)
    zh, en = refused.value.zh, refused.value.en
    assert f"{source} 第 {line} 行" in zh and f"应为“{wanted}”，实为“{found}”" in zh
    assert f"{source} line {line}" in en and f"expected {wanted}, found {found}" in en
    advice = re.search(r"accept = \[.*?\]", zh)
    assert advice and advice[0] in en
    (tmp_path / "doc" / "meta.toml").write_text(advice[0], encoding="utf-8")
    assert found in labels(load_document(source))


def test_an_annex_has_the_title_that_stands_above_it() -> None:
    guideline = parse(CASES["a decision and the text as amended"]["text"], "doc")
    title = "附： 关于审理物业纠纷适用法律 若干问题的解释"
    assert [m.path for m in guideline.measures] == [(), (), (), (title,), (title,)]
    assert [m.id for m in guideline.measures] == ["doc#1", "doc#2", "doc#3", "doc#p2.1", "doc#p2.2"]
