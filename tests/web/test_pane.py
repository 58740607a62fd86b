"""The guideline as HTML: every character in its place, at its offsets, and inert."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from bot.markup import inert
from bot.web.frame import footer_html, header_html, pane_html
from bot.web.pane import guideline_html, record_html
from corpus.load import load_corpus, load_document, packaged_corpus
from corpus.measure import Guideline, Note
from corpus.parse import parse
from corpus.records import read_records

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "data" / "corpus"
GUIDELINES = [*load_corpus(packaged_corpus()), *load_corpus(DATA)]
BEES = load_document(HERE / "data" / "bees.txt")
CRLF = parse(BEES.source.replace("\n", "\r\n"), "crlf")


class Pane(HTMLParser):
    """Reads the pane back: the pieces with offsets, the tags, and the text outside of pieces."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[tuple[int, int, str]] = []
        self.lines: list[tuple[int, int]] = []
        self.tags: set[str] = set()
        self.other = ""
        self._line = 0
        self._open: tuple[int, int] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.add(tag)
        if values.get("data-line"):
            self._line = int(values["data-line"] or 0)
        if values.get("data-start"):
            self._open = (int(values["data-start"] or 0), int(values["data-end"] or 0))
            self.pieces.append((*self._open, ""))
            self.lines.append((self._open[0], self._line))

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open:
            start, end, text = self.pieces[-1]
            self.pieces[-1] = (start, end, text + data)
        else:
            self.other += data

    def cut(self, start: int, end: int) -> str:
        """The text from `start` to `end`, put together from the pieces as the script does."""
        return "".join(text[max(0, start - left) : max(0, end - left)] for left, _, text in self.pieces)


@pytest.fixture(params=[*GUIDELINES, BEES, CRLF], ids=lambda g: g.slug)
def guideline(request: pytest.FixtureRequest) -> Guideline:
    found: Guideline = request.param
    return found


def test_every_piece_is_the_source_at_its_offsets(guideline: Guideline) -> None:
    for start, end, text in Pane(guideline_html(guideline)).pieces:
        assert text == guideline.source[start:end]


def test_pieces_are_in_order_and_do_not_overlap(guideline: Guideline) -> None:
    pieces = Pane(guideline_html(guideline)).pieces
    assert all(before[1] <= after[0] for before, after in pairwise(pieces))


def test_every_measure_sentence_and_section_can_be_put_together(guideline: Guideline) -> None:
    pane = Pane(guideline_html(guideline))
    for measure in guideline.measures:
        assert pane.cut(measure.span.start, measure.span.end) == measure.text
        for sentence in measure.sentences:
            assert pane.cut(sentence.span.start, sentence.span.end) == sentence.text
    for span in (section.span for section in guideline.sections):
        assert pane.cut(span.start, span.end) == guideline.source[span.start : span.end]


def test_line_numbers_are_those_of_the_source(guideline: Guideline) -> None:
    pane = Pane(guideline_html(guideline))
    line_at = dict(pane.lines)
    for sentence in (s for m in guideline.measures for s in m.sentences):
        assert line_at[sentence.span.start] == sentence.span.line


def test_nothing_dropped_is_shown(guideline: Guideline) -> None:
    pane = Pane(guideline_html(guideline))
    for dropped in guideline.dropped:
        inside = any(
            m.span.start <= dropped.span.start and dropped.span.end <= m.span.end for m in guideline.measures
        )
        assert inside or pane.cut(dropped.span.start, dropped.span.end) == ""


def test_furniture_of_the_packaged_guideline_is_nowhere() -> None:
    html = guideline_html(load_corpus(packaged_corpus())[0])
    assert "版权声明" not in html
    assert "光刻机" not in html


def test_notes_stand_beside_their_measure_and_outside_the_text() -> None:
    note = Note(2, "<b>注</b>", "校读")
    guideline = replace(BEES, meta=replace(BEES.meta, notes=(note,)))
    pane = Pane(guideline_html(guideline))
    assert "<b>注</b>" in pane.other
    assert all("注</b>" not in text for _, _, text in pane.pieces)
    assert guideline_html(guideline).index("wence-note") > guideline_html(guideline).index(
        'data-measure="bees#2"'
    )


def test_hostile_text_makes_no_element() -> None:
    title = "<script>1</script>"
    guideline = replace(BEES, meta=replace(BEES.meta, title=title, issuer=title, source=title))
    for html in (
        guideline_html(guideline),
        header_html([guideline]),
        footer_html([guideline]),
        pane_html([guideline]),
    ):
        pane = Pane(html)
        assert not pane.tags & {"script", "img", "style", "b>"}
        assert "{{" not in html and "${" not in html and "`" not in html


@pytest.mark.parametrize("text", ["<>&\"'", "{{a}} ${b} `c` \\n", "a\r\nb\rc", "𠮷野家", "&lt;&#60;"])
def test_inert_text_reads_the_same(text: str) -> None:
    pane = Pane(f'<span data-start="0" data-end="9">{inert(text)}</span>')
    assert pane.pieces[0][2] == text


def test_a_record_counts_from_its_own_start(tmp_path: Path) -> None:
    file = tmp_path / "laws.jsonl"
    file.write_text('{"id": "a-1", "title": "", "text": "第一句。\\n第二句。"}\n', encoding="utf-8")
    (measure,) = read_records(file).measures
    html = record_html(measure)
    assert Pane(html).cut(0, 99) == measure.text
    assert 'data-slug="a-1"' in html


def test_several_documents_can_be_chosen_and_one_needs_no_choice() -> None:
    several = Pane(pane_html(GUIDELINES))
    assert "option" in several.tags
    assert "option" not in Pane(pane_html(GUIDELINES[:1])).tags
    assert "<article" not in pane_html([])
