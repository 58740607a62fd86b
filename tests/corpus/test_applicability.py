"""Tables in the index folder: whole, small, and not worked out twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus.applicability import Applicability, applicability, from_json, to_json
from corpus.gazetteer import packaged_gazetteers
from corpus.load import load_corpus, packaged_corpus
from corpus.measure import Guideline


@pytest.fixture(scope="module")
def guideline() -> Guideline:
    return load_corpus(packaged_corpus())[0]


@pytest.fixture(scope="module")
def found(guideline: Guideline) -> Applicability:
    return applicability([guideline], packaged_gazetteers())[guideline.slug]


def test_what_is_written_is_read(found: Applicability) -> None:
    again = from_json(to_json({"a": found}))["a"]
    assert again.table == found.table and again.gazetteer.names == found.gazetteer.names
    assert to_json({"a": again}) == to_json({"a": found})


def test_many_documents_stay_small_and_share_a_gazetteer(found: Applicability) -> None:
    """Half of them read from an index, half new: still one gazetteer."""
    read = from_json(to_json({"a": found}))["a"]
    many = {f"doc-{number}": read if number % 2 else found for number in range(50)}
    data = to_json(many)
    assert len(data) < 50 * 80_000
    again = from_json(data)
    assert list(again) == list(many)
    assert len({id(one.gazetteer) for one in again.values()}) == 1


def test_districts_that_are_reached_alike_share_their_cells(found: Applicability) -> None:
    cells = [cell for row in found.table.rows for cell in row.cells]
    assert len({id(cell) for cell in cells}) < len(cells) / 5


def test_what_is_known_is_not_worked_out_again(guideline: Guideline, found: Applicability) -> None:
    other = replace(guideline, slug="other")
    both = applicability([guideline, other], packaged_gazetteers(), {guideline.slug: found, "other": None})
    assert both == {guideline.slug: found} and both[guideline.slug] is found


@pytest.mark.parametrize("data", [b"", b"[]", b'{"gazetteers": [], "tables": {"a": 1}}'])
def test_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        from_json(data)


def test_a_number_that_leads_nowhere_is_refused(found: Applicability) -> None:
    data = to_json({"a": found}).replace(b'"gazetteer":0', b'"gazetteer":7')
    with pytest.raises(ValueError, match="range"):
        from_json(data)
