"""The same hits from FAISS, Milvus Lite and a Milvus server, with filters and without."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from corpus.measure import Guideline
from corpus.records import read_records
from index import rank as rank_module
from index.filters import Filter
from index.open import open_index, save_index
from index.store import Index
from tests.index.backends import Hashed, place_of, same

STATUTES = Path(__file__).parents[3] / "shared" / "examples" / "statutes"
QUESTIONS = [
    "家庭农场能拿多少钱?",
    "八十多岁的老人去食堂吃饭,每顿补几块钱?",
    "How much subsidy do elderly people get for meals in the canteen?",
    "Les personnes âgées mangent dans quelle cantine ?",
    "科技",
    "第三条",
    "",
]


def filters_of(index: Index) -> list[Filter | None]:
    """Filters of each kind that some measures pass, one that none does, and all kinds at once."""
    district = next(iter(sorted(index.labels.districts(len(index.measures) - 1))))
    document = index.guidelines[-1].slug
    return [
        None,
        Filter(documents=(document,)),
        Filter(documents=(index.guidelines[0].slug, document)),
        Filter(districts=(district, 'no "such" \\ place')),
        Filter(facets=("nature:support",)),
        Filter((document,), (district,), ("nature:support",)),
        Filter(documents=("no-such-document",)),
    ]


@pytest.mark.parametrize("few", [500, 0], ids=["all are scored", "only candidates are"])
def test_guidelines_are_ranked_alike(
    few: int, index: Index, built: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rank_module, "RANK_ALL_UP_TO", few)
    monkeypatch.setattr(rank_module, "CANDIDATES", 12)
    queries = built.encode_many(QUESTIONS)
    found = 0
    for where in filters_of(built):
        for query in queries:
            near = built.rank(query, 10, where=where)
            same(near, index.rank(query, 10, where=where))
            found += len(near.hits)
    assert found > 100


@pytest.mark.parametrize("index", ["milvus-lite", "milvus-server"], indirect=True)
def test_sentences_and_chosen_measures_are_ranked_alike(index: Index, built: Index) -> None:
    query = built.encode("家里给老人装扶手,政府出多少?")
    rows = [built.row(i) for i in ("linhai-care#9", "linhai-care#8", "jiangzhou-agri#1")]
    near, far = built.rank_sentences(query, rows), index.rank_sentences(query, rows)
    assert [h.sentence for h in far] == [h.sentence for h in near]
    assert [h.score for h in far] == pytest.approx([h.score for h in near], abs=1e-4)
    where = Filter(documents=("linhai-care",))
    ids = {"linhai-care#8", "jiangzhou-agri#1"}
    assert [h.measure.id for h in index.rank(query, only=ids, where=where).hits] == ["linhai-care#8"]


@pytest.fixture(scope="module")
def statutes(tmp_path_factory: pytest.TempPathFactory) -> list[Guideline]:
    """500 articles of real laws; some of them twice, so that scores are equal."""
    if not STATUTES.is_dir():
        pytest.skip(f"beside the checkout: no {STATUTES}")
    lines = (STATUTES / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines[:500]]
    doubled = [record | {"id": f"{record['id']}-again"} for record in records[::9]]
    file = tmp_path_factory.mktemp("statutes") / "statutes.jsonl"
    file.write_text("\n".join(json.dumps(record) for record in records + doubled), encoding="utf-8")
    return [read_records(file)]


@pytest.mark.parametrize("kind", ["milvus-lite", "milvus-server"])
def test_statutes_are_ranked_alike(
    kind: str, statutes: list[Guideline], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rank_module, "RANK_ALL_UP_TO", 0)
    model = Hashed()
    near = Index.build(statutes, model)
    asked = (STATUTES / "queries.jsonl").read_text(encoding="utf-8").splitlines()[:25]
    queries = near.encode_many([json.loads(line)["text"] for line in asked])
    with place_of(kind, tmp_path) as place:
        save_index(near, place)
        far = open_index(place, model)
        for where in (None, Filter(facets=("strength:must",))):
            for query in queries:
                same(near.rank(query, 10, where=where), far.rank(query, 10, where=where))


def test_vectors_come_back_as_they_were_written(index: Index, built: Index) -> None:
    for mine, other in zip(built.vectors() or (), index.vectors() or (), strict=True):
        assert np.array_equal(mine, other)
    assert built.vectors() is not None
