"""The whole index with the real model: build, save, load, rank, and questions nobody expected."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.applicability import to_json as applicability_json
from corpus.errors import CorpusError, IndexFolderError, IndexServerError
from corpus.load import load_corpus
from corpus.measure import Guideline
from index import rank as rank_module
from index.embed import Embedder
from index.folder import describe, read_folder, write_folder
from index.hits import Query
from index.open import Place, has_index, open_index, save_index
from index.passage import corpus_hash, count_passages, from_json, to_json
from index.store import Index

QUESTIONS = Path(__file__).parent.parent / "data" / "questions"


def topic_questions() -> list[tuple[str, str, list[int]]]:
    """(slug, question, gold numbers) of the topic questions on the invented guidelines."""
    found = []
    for name, slug in (("jiangzhou", "jiangzhou-agri"), ("linhai", "linhai-care")):
        for line in (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            if case["kind"] == "topic" and case["gold"]:
                found.append((slug, case["question"], case["gold"]))
    return found


def test_lay_questions_find_their_measure(index: Index) -> None:
    cases = topic_questions()
    queries = index.encode_many([question for _, question, _ in cases])
    first = [index.rank(query, 1).hits[0].measure for query in queries]
    right = [
        m.guideline == slug and m.number in gold for m, (slug, _, gold) in zip(first, cases, strict=True)
    ]
    assert len(cases) >= 20
    assert sum(right) / len(cases) >= 0.9


def test_fusion_is_no_worse_than_either_half(index: Index) -> None:
    cases = topic_questions()
    queries = index.encode_many([question for _, question, _ in cases])

    def right(used: list[Query]) -> int:
        ranked = [index.rank(query, 1).hits for query in used]
        return sum(h[0].measure.number in gold for h, (_, _, gold) in zip(ranked, cases, strict=True) if h)

    lexical = right([replace(query, vector=None) for query in queries])
    dense = right([replace(query, tokens=()) for query in queries])
    assert right(queries) >= max(lexical, dense)


def test_round_trip(built: Index, embedder: Embedder, place: Place, tmp_path: Path) -> None:
    assert not has_index(place)
    manifest = save_index(built, place)
    assert has_index(place)
    again = open_index(place, embedder)
    assert again.guidelines == built.guidelines
    assert applicability_json(again.applicability) == applicability_json(built.applicability)
    assert again.manifest == manifest
    assert again.manifest.corpus == corpus_hash(built.guidelines)
    query = built.encode("老人去食堂吃饭有补贴吗?")
    assert again.rank(query) == built.rank(query)
    assert not [path for path in tmp_path.rglob("*") if path.suffix in {".pkl", ".pickle"}]


def test_the_model_is_loaded_for_the_first_question_only(
    built: Index, embedder: Embedder, place: Place
) -> None:
    save_index(built, place)
    calls = []

    def load() -> Embedder:
        calls.append(1)
        return embedder

    again = open_index(place, load)
    assert calls == []
    again.encode_many(["家庭农场", "养老"])
    again.search("家庭农场")
    assert calls == [1]


class OtherModel(Embedder):
    """The same model under another fingerprint."""

    def __init__(self, real: Embedder) -> None:
        self.name, self.dimension, self.fingerprint = "other", real.dimension, "0" * 16


def test_another_model_is_refused(built: Index, embedder: Embedder, place: Place) -> None:
    save_index(built, place)
    other, refused = OtherModel(embedder), (IndexFolderError, IndexServerError)
    with pytest.raises(refused, match="it was built with the model multilingual-e5-small"):
        open_index(place, other)
    late = open_index(place, lambda: other)
    with pytest.raises(refused, match="it was built with the model multilingual-e5-small"):
        late.search("家庭农场")


@pytest.mark.parametrize("name", ["guidelines.json", "measures.faiss", "sentences.faiss", "bm25-rows.npy"])
def test_parts_that_do_not_fit_are_refused(name: str, built: Index, tmp_path: Path) -> None:
    """Well-formed hashes round content that is wrong."""
    built.save(tmp_path)
    manifest, files = read_folder(tmp_path)
    damaged = files | {name: files[name][: len(files[name]) // 2]}
    write_folder(tmp_path, replace(manifest, files=describe(damaged)), damaged)
    with pytest.raises(IndexFolderError, match="its parts do not fit"):
        Index.load(tmp_path, None)


def test_without_a_model(guidelines: list[Guideline], place: Place, embedder: Embedder) -> None:
    save_index(Index.build(guidelines, None), place)
    index = open_index(place, embedder)
    ranking = index.search("家庭农场能拿多少钱?")
    assert ranking.hits[0].measure.id == "jiangzhou-agri#1"
    assert ranking.hits[0].source == "sparse"
    assert ranking.signals.measure_cos is None
    assert all(hit.bm25 > 0 for hit in ranking.hits)
    assert index.search("How is the weather?").hits == ()


def test_a_dense_index_can_be_searched_without_its_model(built: Index, place: Place) -> None:
    save_index(built, place)
    hits = open_index(place, None).search("家庭农场能拿多少钱?").hits
    assert hits[0].measure.id == "jiangzhou-agri#1"


def test_bm25_abstains_where_nothing_matches(index: Index) -> None:
    ranking = index.search("Les personnes âgées mangent dans quelle cantine ?")
    assert ranking.signals.bm25 == 0
    assert "linhai-care#8" in [hit.measure.id for hit in ranking.hits[:3]]
    assert {hit.source for hit in ranking.hits} == {"dense"}


def test_an_english_question_is_searched_by_the_official_words_too(index: Index) -> None:
    ranking = index.search("How much subsidy do elderly people get for meals in the canteen?")
    assert ranking.signals.bm25 > 0
    assert "linhai-care#8" in [hit.measure.id for hit in ranking.hits[:3]]


def test_only_filters_before_ranking(index: Index) -> None:
    wanted = {"linhai-care#8", "linhai-care#9", "nowhere#1"}
    ranking = index.rank(index.encode("家庭农场能拿多少钱?"), k=5, only=wanted)
    assert {hit.measure.id for hit in ranking.hits} == {"linhai-care#8", "linhai-care#9"}
    assert index.rank(index.encode("家庭农场"), only=set()).hits == ()


def test_pools_of_candidates_rank_like_all(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    query = index.encode("家庭农场能拿多少钱?")
    everything = index.rank(query, 3)
    filtered = {m.id for m in index.measures if m.guideline == "linhai-care"}
    monkeypatch.setattr(rank_module, "RANK_ALL_UP_TO", 0)
    monkeypatch.setattr(rank_module, "CANDIDATES", 12)
    pooled = index.rank(query, 3)
    assert [h.measure.id for h in pooled.hits[:1]] == [h.measure.id for h in everything.hits[:1]]
    assert pooled.hits[0].measure_cos == pytest.approx(everything.hits[0].measure_cos)
    assert {h.measure.guideline for h in index.rank(query, 5, only=filtered).hits} == {"linhai-care"}


def test_as_many_as_asked_for_are_found(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rank_module, "RANK_ALL_UP_TO", 0)
    monkeypatch.setattr(rank_module, "CANDIDATES", 2)
    assert len(index.rank(index.encode("资金支持"), k=20).hits) == 20


def test_hits_are_in_order_and_explain_themselves(index: Index) -> None:
    ranking = index.search("八十多岁的老人去食堂吃饭,每顿补几块钱?")
    scores = [hit.score for hit in ranking.hits]
    assert scores == sorted(scores, reverse=True)
    assert [hit.rank for hit in ranking.hits] == list(range(1, 11))
    best = ranking.hits[0]
    assert best.sentence is not None
    assert "每餐补贴四元" in best.sentence.text
    assert best.sentence in best.measure.sentences
    assert ranking.signals.measure_cos == max(h.measure_cos or 0 for h in ranking.hits)
    assert 0 < ranking.signals.coverage <= ranking.signals.known <= 1


def test_sentences_come_from_the_rows_asked_for(index: Index) -> None:
    query = index.encode("家里给老人装扶手,政府出多少?")
    rows = [index.row("linhai-care#9"), index.row("linhai-care#8"), index.row("linhai-care#9")]
    hits = index.rank_sentences(query, rows)
    expected = [s for row in rows[:2] for s in index.measures[row].sentences]
    assert sorted(h.sentence.span.start for h in hits) == sorted(s.span.start for s in expected)
    assert hits[0].measure.id == "linhai-care#9"
    assert all(h.cosine is not None and 0 <= h.overlap <= 1 for h in hits)
    assert index.rank_sentences(query, []) == []


@pytest.mark.parametrize(
    "question",
    [
        "",
        " ",
        "？？？",
        "\x00\x1b[31m",
        "\ud800\udfff",
        "问" * 10_000,
        "a" * 10_000,
        "科技 " * 3_000,
        "🚜" * 50,
        "%s{}",
    ],
)
def test_any_string_can_be_asked(question: str, index: Index) -> None:
    ranking = index.search(question)
    assert np.isfinite([hit.score for hit in ranking.hits]).all()
    assert index.rank_sentences(index.encode(question), [0])


@pytest.mark.parametrize("question", ["", "  ", "？！", "\ud800\x00"])
def test_nothing_asked_nothing_found(question: str, index: Index) -> None:
    query = index.encode(question)
    assert query.vector is None
    assert index.rank(query).hits == ()


def test_many_at_once_are_as_one_by_one(index: Index) -> None:
    questions = ["家庭农场能拿多少钱?", "", "养老床位", "家庭农场能拿多少钱?"]
    for one, many in zip(map(index.encode, questions), index.encode_many(questions), strict=True):
        assert (one.text, one.tokens) == (many.text, many.tokens)
        assert (one.vector is None) == (many.vector is None)
        if one.vector is not None and many.vector is not None:
            assert np.allclose(one.vector, many.vector, atol=1e-5)


RECORDS = [
    {
        "id": "s1",
        "title": "消费者权益第一条",
        "text": "经营者提供商品有欺诈行为的,应当按照消费者的要求增加赔偿。",
    },
    {
        "id": "s2",
        "title": "劳动合同第二条",
        "text": "用人单位应当按时足额支付劳动报酬。拖欠的,责令限期支付。",
    },
    {"id": "s3", "title": "", "text": "饲养动物造成他人损害的,饲养人应当承担侵权责任。"},
]


def test_records_keep_their_ids_and_have_no_sentence_vectors(
    tmp_path: Path, embedder: Embedder, place: Place
) -> None:
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in RECORDS)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "laws.jsonl").write_text(lines, encoding="utf-8")
    guidelines = load_corpus(tmp_path / "corpus")
    index = Index.build(guidelines, embedder)
    assert count_passages(guidelines) == 3
    assert index.manifest.sentences == 0
    save_index(index, place)
    index = open_index(place, embedder)
    ranking = index.search("被狗咬了谁负责?")
    assert ranking.hits[0].measure.id == "s3"
    hits = index.rank_sentences(index.encode("老板不发工资怎么办"), [index.row("s2")])
    assert len(hits) == 2
    assert len({hit.cosine for hit in hits}) == 1


def test_progress_reaches_the_total(guidelines: list[Guideline], embedder: Embedder) -> None:
    done: list[int] = []
    part = guidelines[:1]
    Index.build(part, embedder, done.append)
    assert sum(done) == count_passages(part)


def test_the_hash_follows_the_content(guidelines: list[Guideline]) -> None:
    first = corpus_hash(guidelines)
    assert corpus_hash(reversed(guidelines)) == first
    changed = replace(guidelines[0], meta=replace(guidelines[0].meta, issuer="another office"))
    assert corpus_hash([changed, *guidelines[1:]]) != first


def test_guidelines_survive_json(guidelines: list[Guideline]) -> None:
    assert from_json(to_json(guidelines)) == guidelines
    with pytest.raises(ValueError, match="validation error"):
        from_json(b'[{"slug": 1}]')


def test_half_a_surrogate_pair_is_refused(guidelines: list[Guideline]) -> None:
    with pytest.raises(CorpusError, match="surrogate"):
        to_json([replace(guidelines[0], slug="x", source="\ud800")])


def test_nothing_to_index_and_ids_that_come_twice(guidelines: list[Guideline]) -> None:
    with pytest.raises(CorpusError, match="no measure"):
        Index.build([], None)
    with pytest.raises(CorpusError, match="comes twice"):
        Index.build([guidelines[0], guidelines[0]], None)
