"""The table: reviewed by hand for two cities, and what must hold for any."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import CorpusError
from corpus.find import find_names
from corpus.gazetteer import find_gazetteers, gazetteer_of, packaged_gazetteers
from corpus.load import load_corpus, packaged_corpus
from corpus.measure import Guideline
from corpus.reach import ROUTES, reach_of
from corpus.table import CSV_HEADER, Table, build_table, csv_rows, diff, from_json, to_json

DATA = Path(__file__).parent.parent / "data"
FOLDERS = {"cq": (packaged_corpus(), "cq-district-innovation"), "xizhou": (DATA / "corpus", "xizhou-tech")}


def table_of(guideline: Guideline, folder: Path) -> Table:
    gazetteer = gazetteer_of(guideline, find_gazetteers(folder))
    assert gazetteer is not None
    return build_table(guideline, gazetteer, reach_of(guideline, gazetteer))


def guideline_of(city: str) -> Guideline:
    folder, slug = FOLDERS[city]
    return next(guideline for guideline in load_corpus(folder) if guideline.slug == slug)


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    return {city: table_of(guideline_of(city), folder) for city, (folder, _) in FOLDERS.items()}


def reviewed(city: str) -> list[tuple[str, str]]:
    lines = (DATA / "reach" / f"{city}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(city, line) for line in lines]


@pytest.mark.parametrize(("city", "line"), [*reviewed("cq"), *reviewed("xizhou")])
def test_rows_reviewed_by_hand(tables: dict[str, Table], city: str, line: str) -> None:
    expected = json.loads(line)
    row = tables[city].row(expected["district"])
    found = {route: [cell.measure.number for cell in row.by(route)] for route in ROUTES}
    assert found == {route: expected[route] for route in ROUTES}


def test_the_measures_that_name_districts(tables: dict[str, Table]) -> None:
    named = {column.number: set(names) for column, names in tables["cq"].naming()}
    assert named == {
        7: {"巴南区", "荣昌区", "渝中区", "涪陵区", "云阳县", "两江新区", "忠县", "丰都县", "璧山区"}
        | {"永川区", "铜梁区", "潼南区", "大足区", "合川区", "綦江区"},
        9: {"沙坪坝区", "渝中区"},
    }


def test_zones_have_rows(tables: dict[str, Table]) -> None:
    rows = {row.name: row for row in tables["cq"].rows if row.kind == "zone"}
    named = {name: [cell.measure.number for cell in row.by("named")] for name, row in rows.items()}
    assert named["西部(重庆)科学城"] == [4, 8, 16] and named["重庆高新区"] == [7]
    assert named["两江协同创新区"] == [4, 8, 16] and named["广阳湾智创生态城"] == [4, 16]
    assert [cell.measure.number for cell in rows["西部(重庆)科学城"].by("area")] == [5, 9]


@pytest.mark.parametrize("city", FOLDERS)
def test_what_is_for_all_reaches_each(tables: dict[str, Table], city: str) -> None:
    table = tables[city]
    rows = [row for row in table.rows if row.kind == "district"]
    for_all = set.intersection(*({cell.measure for cell in row.by("all")} for row in rows))
    assert for_all
    assert all(for_all <= {cell.measure for cell in row.cells} for row in table.rows)
    assert all(cell.evidence and cell.routes for row in table.rows for cell in row.cells)
    assert all({e.route for e in cell.evidence} == set(cell.routes) for row in rows for cell in row.cells)


def test_no_cluster_has_a_measure_of_the_other(tables: dict[str, Table]) -> None:
    gazetteer = packaged_gazetteers()[0].gazetteer
    for row in (row for row in tables["cq"].rows if row.kind == "district"):
        numbers = {cell.measure.number for cell in row.cells}
        assert (5 in numbers) == (row.name in gazetteer.members("主城都市区"))
        assert (6 in numbers) == (row.name in gazetteer.members("两群"))


def test_a_former_name_leads_to_the_successors_cells(tables: dict[str, Table]) -> None:
    gazetteer = packaged_gazetteers()[0].gazetteer
    for spelling, today in (
        ("江北区", "两江新区"),
        ("渝北", "两江新区"),
        ("开县", "开州区"),
        ("荣昌", "荣昌区"),
    ):
        (mention,) = find_names(spelling, gazetteer)
        assert mention.districts == (today,)
    (evidence,) = next(c for c in tables["cq"].cells("两江新区") if c.measure.number == 7).by("named")
    assert (evidence.words, evidence.name) == ("渝北区", "渝北区") and "2025年11月" in evidence.note


@pytest.mark.parametrize("city", FOLDERS)
def test_json_is_read_back_and_stable(tables: dict[str, Table], city: str) -> None:
    text = to_json(tables[city])
    assert from_json(text) == tables[city]
    assert to_json(table_of(guideline_of(city), FOLDERS[city][0])) == text


@pytest.mark.parametrize("text", ["", "[]", '{"guideline": 1}'])
def test_broken_json_is_refused(text: str) -> None:
    with pytest.raises(CorpusError, match="wence index"):
        from_json(text)


def test_missing_evidence_is_refused(tables: dict[str, Table]) -> None:
    data = json.loads(to_json(tables["xizhou"]))
    data["evidence"].popitem()
    with pytest.raises(CorpusError):
        from_json(json.dumps(data))


def test_csv_has_a_line_for_each_cell(tables: dict[str, Table]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(csv_rows(tables["cq"]))
    rows = list(csv.reader(io.StringIO(out.getvalue())))
    assert tuple(rows[0]) == CSV_HEADER
    assert len(rows) == 1 + sum(len(row.cells) for row in tables["cq"].rows)
    assert next(r for r in rows if r[0] == "荣昌区" and r[3] == "(七)")[5] == "named+all+conditional"


def test_a_changed_guideline_shows_as_changed_cells(tables: dict[str, Table]) -> None:
    guideline = guideline_of("xizhou")
    (opening, *rest) = guideline.measures[8].sentences
    other = replace(opening, text=opening.text.replace("东洛区", "临洲区"))
    measures = list(guideline.measures)
    measures[8] = replace(measures[8], sentences=(other, *rest))
    changed = table_of(replace(guideline, measures=tuple(measures)), FOLDERS["xizhou"][0])
    changes = {c.row: (c.before, c.after) for c in diff(tables["xizhou"], changed) if not c.words}
    assert changes["临洲区"] == (("all", "conditional"), ("named", "conditional"))
    assert changes["东洛区"] == (("named", "zone", "conditional"), ("zone", "all", "conditional"))
    assert diff(changed, changed) == ()
