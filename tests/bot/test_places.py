"""Answers over documents in html, docx and pdf: places in paragraphs and pages, in words and in data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.ask import Assistant
from bot.json_form import answer_json, measure_json
from bot.web.pane import guideline_html
from corpus.load import load_corpus
from corpus.position import place_of
from index.store import Index
from tests.corpus.formats.writers import docx_of, page_of, pdf_of, set_as_book

LINES = [
    "青川市节约用水办法",
    "第一条 为了节约用水，保护水资源，促进经济社会可持续发展，制定本办法。",
    "第二条 市水行政部门推广节水器具，对购买节水器具的家庭每户补助1500元。",
    "第三条 工业企业应当采用节水工艺，重复利用率达到国家标准的，给予奖励。",
    "第四条 本办法自发布之日起施行。",
]
FORMS = {
    "txt": ("行", "line", "\n\n".join(LINES).encode()),
    "html": ("段", "paragraph", page_of(LINES, LINES[0])),
    "docx": ("段", "paragraph", docx_of(LINES)),
    "pdf": ("页", "page", pdf_of(set_as_book(LINES, rows=3))),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("question", "lang"), [("第二条怎么规定的？", "zh"), ("What says article 2?", "en")])
def test_a_quote_points_to_its_place(tmp_path: Path, form: str, question: str, lang: str) -> None:
    word, unit, data = FORMS[form]
    (tmp_path / f"water.{form}").write_bytes(data)
    guidelines = load_corpus(tmp_path)
    source = guidelines[0].source
    answer = Assistant(Index.build(guidelines, None)).ask(question)
    citation = answer.citations[0]
    place = place_of(guidelines[0], citation.start)
    assert "1500元" in citation.quote and source[citation.start : citation.end] == citation.quote
    shown = f"原文第 {place.number} {word}" if lang == "zh" else f"{unit} {place.number}"
    assert f"[{shown}](#cite-water-{citation.start}-{citation.end})" in answer.text
    given = answer_json(answer)["citations"]
    assert isinstance(given, list)
    wanted = {"line": None, "paragraph": {"paragraph": place.number}, "page": {"page": place.number}}[unit]
    assert {k: v for k, v in given[0].items() if k in ("page", "paragraph")} == (wanted or {})
    assert given[0]["line"] == source[: citation.start].count("\n") + 1
    assert (measure_json(guidelines[0], guidelines[0].measures[1]).get(unit)) == place.number


@pytest.mark.parametrize("form", FORMS)
def test_the_pane_shows_all_of_it_with_its_places(tmp_path: Path, form: str) -> None:
    (tmp_path / f"water.{form}").write_bytes(FORMS[form][2])
    (guideline,) = load_corpus(tmp_path)
    html = guideline_html(guideline)
    assert f'data-unit="{FORMS[form][1]}"' in html
    pieces = re.findall(r'data-start="(\d+)" data-end="(\d+)">([^<]*)<', html)
    assert all(guideline.source[int(start) : int(end)] == text for start, end, text in pieces)
    assert "".join(text for _, _, text in pieces if "条" in text).count("第") == 4
    pages = re.findall(r'data-page="(\d+)"', html)
    assert (sorted(set(pages)) == ["1", "2", "3"] or len(set(pages)) > 1) if form == "pdf" else not pages
