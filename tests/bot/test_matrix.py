"""The table for review: every format says the same, every cell, verbatim and inert."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.matrix import diff_text, matrix_bytes, matrix_text, read_tables, tables_of
from bot.spreadsheet import csv_text
from corpus.applicability import Applicability, applicability
from corpus.errors import UsageError
from corpus.gazetteer import find_gazetteers
from corpus.load import load_corpus, packaged_corpus
from corpus.measure import Guideline
from corpus.table import Cell, Column, Evidence, Row, Table, csv_rows, from_json

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (packaged_corpus(), ROOT / "tests" / "data" / "corpus")


def of_folder(folder: Path) -> tuple[list[Guideline], dict[str, Applicability]]:
    guidelines = load_corpus(folder)
    return guidelines, applicability(guidelines, find_gazetteers(folder))


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def guidelines_and_tables(request: pytest.FixtureRequest) -> tuple[list[Guideline], list[Table]]:
    guidelines, applies = of_folder(request.param)
    return guidelines, tables_of(applies)


@pytest.fixture(scope="module")
def tables(guidelines_and_tables: tuple[list[Guideline], list[Table]]) -> list[Table]:
    return guidelines_and_tables[1]


def hostile_table() -> Table:
    """A table whose every text attacks pages and spreadsheets."""
    evil = "<script>alert(1)</script>{{7*7}}${x}\"'&"
    column = Column("evil#1", 1, "(一)", f"=HYPERLINK({evil})")
    evidence = Evidence("named", evil, 5, 5 + len(evil), 2, evil[:3], 5, 8, 0, name=evil, note=evil)
    carried = replace(evidence, route="area", carried=True)
    rows = (Row(f"@{evil}", "district", evil, (Cell(column, ("named", "area"), (evidence, carried)),)),)
    return Table("evil", evil, evil, (column,), rows)


class Page(HTMLParser):
    """Tags, text, ids, links and table cells of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.cells: list[tuple[str | None, str]] = []
        self.text = ""
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.attributes += attrs
        if identity := found.get("id"):
            self.ids.append(identity)
        if tag == "a":
            self.links.append(found.get("href") or "")
        if tag == "td":
            self.cells.append((found.get("data-route"), ""))

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.cells:
            route, text = self.cells[-1]
            self.cells[-1] = (route, text + data)


def test_csv_has_every_cell_once_and_one_header(tables: list[Table]) -> None:
    read = list(csv.reader(io.StringIO(matrix_text(tables, "csv", {}))))
    wanted = [row for table in tables for row in list(csv_rows(table))[1:]]
    assert [tuple(row) for row in read[1:]] == wanted
    assert len(wanted) == sum(len(row.cells) for table in tables for row in table.rows) > 50


def test_json_is_the_table_again(tables: list[Table], tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    for several in (tables, [*tables, replace(tables[0], guideline="other")]):
        file.write_bytes(matrix_bytes(matrix_text(several, "json", {}), "json"))
        assert read_tables(file) == several
    assert from_json(matrix_text(tables[:1], "json", {})) == tables[0]


def test_page_has_every_cell_with_its_route_in_words_and_its_proof(tables: list[Table]) -> None:
    page = Page(matrix_text(tables, "html", {}))
    cells = [cell for table in tables for row in table.rows for cell in row.cells]
    shown = [(route, text) for route, text in page.cells if route]
    assert [route for route, _ in shown] == [cell.routes[0] for cell in cells]
    assert all(text.strip() for _, text in shown)
    empty = sum(len(table.rows) * len(table.measures) for table in tables) - len(cells)
    assert sum(route is None and text.strip() == "–" for route, text in page.cells) == empty
    targets = [link[1:] for link in page.links if link.startswith("#proof-")]
    assert len(targets) == len(cells) and set(targets) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_page_quotes_every_proof_verbatim(
    guidelines_and_tables: tuple[list[Guideline], list[Table]],
) -> None:
    guidelines, tables = guidelines_and_tables
    sources = {guideline.slug: guideline.source for guideline in guidelines}
    html = matrix_text(tables, "html", {g.slug: g.meta.title for g in guidelines})
    quotes = Page(re.sub(r"\s+", " ", html)).text
    for table in tables:
        for evidence in {e for row in table.rows for cell in row.cells for e in cell.evidence}:
            assert sources[table.guideline][evidence.start : evidence.end] == evidence.quote
            assert re.sub(r"\s+", " ", evidence.quote) in quotes
    assert all(g.meta.title in quotes for g in guidelines if g.slug in {t.guideline for t in tables})


def test_page_stands_alone(tables: list[Table]) -> None:
    page = Page(matrix_text(tables, "html", {}))
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "src"]
    assert all(link.startswith("#") for link in page.links)


def test_hostile_texts_are_only_shown() -> None:
    table = hostile_table()
    page = Page(matrix_text([table], "html", {"evil": "<img src=x onerror=alert(1)>"}))
    assert "script" not in page.tags and "img" not in page.tags
    assert page.text.count("<script>alert(1)</script>") >= 5
    assert "<img src=x onerror=alert(1)>" in page.text
    rows = list(csv.reader(io.StringIO(matrix_text([table], "csv", {}))))
    assert rows[1][0].startswith("'@") and rows[1][4].startswith("'=")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("\u3000=1", "'\u3000=1"),
        ("a=1", "a=1"),
        ("(五)", "(五)"),
        ("", ""),
        (-5, "-5"),
    ],
)
def test_no_formulas(cell: object, written: str) -> None:
    assert list(csv.reader(io.StringIO(csv_text([[cell, "x"]])))) == [[written, "x"]]


def test_diff_of_a_table_with_itself_is_empty(tables: list[Table]) -> None:
    assert diff_text(tables, tables) == ""


def test_diff_names_each_changed_cell() -> None:
    table = hostile_table()
    row = replace(table.rows[0], name="东区")
    old = replace(table, rows=(row,))
    cell = row.cells[0]
    fewer = replace(old, rows=(replace(row, cells=(replace(cell, routes=("area",)),)),))
    assert diff_text([old], [fewer]) == "东区\tevil#1\tnamed+area → area\n"
    gone = replace(old, rows=(replace(row, cells=()),))
    assert diff_text([old], [gone]) == "东区\tevil#1\tnamed+area → —\n"
    assert diff_text([], [old]) == "东区\tevil#1\t— → named+area\n"
    assert diff_text([old], []) == "东区\tevil#1\tnamed+area → —\n"
    words = replace(cell, evidence=(replace(cell.evidence[0], quote="另一句"), cell.evidence[1]))
    other = replace(old, rows=(replace(row, cells=(words,)),))
    assert diff_text([old], [other]).startswith("东区\tevil#1\tnamed+area（引文有变")


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null", "<html>", "[" * 100_000, '{"guideline": 3}'])
def test_a_file_that_is_no_table_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "old.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"old\.json") as caught:
        read_tables(file)
    assert "wence matrix --format json" in caught.value.zh and "wence matrix" in caught.value.en
    with pytest.raises(UsageError, match=r"none\.json"):
        read_tables(tmp_path / "none.json")


def test_an_index_without_a_table_is_told() -> None:
    with pytest.raises(UsageError, match=r"districts\.toml"):
        tables_of({})


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("matrix") / "index"
    wence("index", "--no-dense", "--out", str(folder))
    return folder


def wence(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments], cwd=ROOT, capture_output=True, timeout=120, check=False
    )


def test_command_writes_the_result_alone(index: Path, tmp_path: Path) -> None:
    done = wence("matrix", "--index", str(index), "--format", "json")
    assert done.returncode == 0
    table = from_json(done.stdout.decode())
    assert json.loads(done.stdout)["guideline"] == table.guideline
    old = tmp_path / "old.json"
    old.write_bytes(done.stdout)
    same = wence("matrix", "--index", str(index), "--diff", str(old))
    assert (same.returncode, same.stdout) == (0, b"")
    old.write_bytes(done.stdout.replace(b'"named"', b'"zone"'))
    changed = wence("matrix", "--index", str(index), "--diff", str(old)).stdout.decode().splitlines()
    named = sum("named" in cell.routes for row in table.rows for cell in row.cells)
    assert sum("zone" in line.split(" → ")[0] for line in changed) >= named > 0


def test_command_csv_for_pipes_and_for_excel(index: Path, tmp_path: Path) -> None:
    piped = wence("matrix", "--index", str(index)).stdout
    out = tmp_path / "表.csv"
    assert wence("matrix", "--index", str(index), "--out", str(out)).stdout == b""
    assert out.read_bytes() == b"\xef\xbb\xbf" + piped
    nowhere = wence("matrix", "--index", str(index), "--out", str(tmp_path / "no" / "t.csv"))
    assert nowhere.returncode == 2 and "t.csv" in nowhere.stderr.decode()
