"""A corpus that changes: what is different, what is embedded again, what a bad document does to others."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus.collection import gazetteer_hash, keep_earlier, read_corpus, survey
from corpus.errors import CorpusError
from corpus.load import load_corpus
from corpus.measure import Guideline
from index.changes import changes_text, compare
from index.embed import Embedder, Vectors
from index.origin import Origin, code_hash, from_json, questions_hash, to_json
from index.passage import measure_texts, sentence_texts
from index.reuse import ReusingEmbedder
from index.store import Index

CORPUS = Path(__file__).parent.parent / "data" / "corpus"
LAW = "青川市节水办法\n第一条 节约用水。\n第二条 装表到户。每户补贴五元。\n第三条 即日施行。\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def guidelines_of(folder: Path, text: str) -> list[Guideline]:
    write(folder / "law.txt", text)
    return load_corpus(folder)


# --- changes ------------------------------------------------------------------------------------------

CHANGES: dict[str, tuple[str, dict[str, list[str]]]] = {
    "nothing": (LAW, {}),
    "moved in the file": ("\n" + LAW, {}),
    "another amount": (LAW.replace("五元", "六元"), {"changed": ["law#2"]}),
    "one more at the end": (LAW + "第四条 另行解释。\n", {"added": ["law#4"]}),
    "one less at the end": (LAW.replace("第三条 即日施行。\n", ""), {"removed": ["law#3"]}),
    "one more between": (
        LAW.replace("第三条", "第四条")
        .replace("第二条", "第三条")
        .replace("第三条", "第二条 先试点。\n第三条", 1),
        {"added": ["law#2"], "renumbered": ["law#3", "law#4"]},
    ),
    "one less between": (
        LAW.replace("第二条 装表到户。每户补贴五元。\n", "").replace("第三条", "第二条"),
        {"removed": ["law#2"], "renumbered": ["law#2"]},
    ),
    "all different": (
        "青川市节水办法\n第一条 甲。\n第二条 乙。\n第三条 丙。\n",
        {"changed": ["law#1", "law#2", "law#3"]},
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_changes_by_measure(case: str, tmp_path: Path) -> None:
    text, expected = CHANGES[case]
    changes = compare(guidelines_of(tmp_path / "a", LAW), guidelines_of(tmp_path / "b", text))
    kinds = ("added", "changed", "removed", "renumbered")
    found = {kind: [each.id for each in getattr(changes, kind)] for kind in kinds if getattr(changes, kind)}
    assert found == expected
    assert bool(changes) == bool(expected)


def test_a_renumbered_measure_says_what_it_was(tmp_path: Path) -> None:
    changes = compare(
        guidelines_of(tmp_path / "a", LAW), guidelines_of(tmp_path / "b", CHANGES["one less between"][0])
    )
    assert changes.renumbered[0].was == "law#3"
    assert "law#2 <- law#3" in changes_text(changes)


def test_a_long_list_of_changes_is_cut_and_says_so(tmp_path: Path) -> None:
    articles = "".join(f"第{number}条 第{number}号规定。\n" for number in range(1, 61))
    changes = compare([], guidelines_of(tmp_path, f"青川市大全\n{articles}"))
    text = changes_text(changes, limit=20)
    assert "新增 60 条" in text and "60 added" in text and "(+40)" in text
    assert len(text.splitlines()) == 23


# --- documents ----------------------------------------------------------------------------------------


def test_a_bad_document_leaves_the_others(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", LAW)
    write(tmp_path / "b.txt", "一、甲\n\n三、丙\n")
    (tmp_path / "c").mkdir()
    write(tmp_path / "d.jsonl", '{"id": "x", "title": "", "text": "甲。"}\n{broken\n')
    write(tmp_path / "e" / "source.txt", LAW)
    write(tmp_path / "e" / "meta.toml", "author = 1")
    write(tmp_path / "f" / "source.txt", LAW)
    write(tmp_path / "f" / "districts.toml", "region = 1")
    write(tmp_path / "g.txt", LAW)
    corpus = read_corpus(tmp_path)
    assert [g.slug for g in corpus.guidelines] == ["a", "g"]
    failed = ["b.txt", "c", "d.jsonl", "e/source.txt", "f/source.txt"]
    assert [document.name for document in corpus.failures] == failed
    for document in corpus.failures:
        assert document.failure and document.name.split("/")[0] in document.failure.zh
        assert document.failure.en and document.failure.zh != document.failure.en


def test_of_two_with_the_same_name_the_later_fails(tmp_path: Path) -> None:
    write(tmp_path / "law.txt", LAW)
    write(tmp_path / "law" / "source.txt", LAW.replace("五", "六"))
    write(tmp_path / "x.jsonl", '{"id": "law#2", "title": "", "text": "甲。"}\n')
    corpus = read_corpus(tmp_path)
    assert [document.name for document in corpus.failures] == ["law.txt", "x.jsonl"]
    assert "六元" in corpus.guidelines[0].source


def test_a_fault_of_ours_in_one_document_is_its_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corpus import collection

    def faulty(path: Path) -> Guideline:
        if path.stem == "b":
            raise ZeroDivisionError("by accident")
        return load_any(path)

    load_any = collection.load_any
    monkeypatch.setattr(collection, "load_any", faulty)
    for name in "abc":
        write(tmp_path / f"{name}.txt", LAW)
    corpus = read_corpus(tmp_path)
    assert [g.slug for g in corpus.guidelines] == ["a", "c"]
    assert corpus.failures[0].failure and "by accident" in corpus.failures[0].failure.en


def test_the_earlier_version_stands_in_for_a_bad_one(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", LAW)
    write(tmp_path / "b.txt", LAW.replace("水", "电"))
    before = read_corpus(tmp_path).guidelines
    write(tmp_path / "a.txt", "一、甲\n\n三、丙\n")
    write(tmp_path / "b.txt", LAW.replace("水", "气"))
    now = keep_earlier(read_corpus(tmp_path), before, tmp_path)
    assert [(g.slug, "水" in g.source, "气" in g.source) for g in now.guidelines] == [
        ("a", True, False),
        ("b", False, True),
    ]
    assert [(document.name, document.kept) for document in now.failures] == [("a.txt", True)]


def test_an_earlier_version_whose_place_is_taken_is_not_kept(tmp_path: Path) -> None:
    write(tmp_path / "law.txt", LAW)
    before = read_corpus(tmp_path).guidelines
    write(tmp_path / "law" / "source.txt", LAW.replace("五", "六"))
    now = keep_earlier(read_corpus(tmp_path), before, tmp_path)
    assert ["六元" in g.source for g in now.guidelines] == [True]
    assert [document.kept for document in now.failures] == [False]


def test_what_is_known_is_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from corpus import collection

    for name in "abc":
        write(tmp_path / f"{name}.txt", LAW)
    first = read_corpus(tmp_path)
    known = {(d.name, d.sha256): g for d, g in zip(first.documents, first.guidelines, strict=True)}
    write(tmp_path / "b.txt", LAW.replace("五", "六"))
    parsed: list[str] = []
    load_any = collection.load_any
    monkeypatch.setattr(collection, "load_any", lambda path: parsed.append(path.name) or load_any(path))
    seen: list[tuple[int, int]] = []
    second = read_corpus(tmp_path, known, lambda done, total: seen.append((done, total)))
    assert parsed == ["b.txt"]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert second.guidelines == tuple(load_corpus(tmp_path))


def test_a_document_that_changes_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash that is recorded is that of the words that were parsed."""
    from corpus import collection

    write(tmp_path / "a.txt", LAW)
    load_any = collection.load_any

    def while_written(path: Path) -> Guideline:
        found = load_any(path)
        if "五元" in found.source:
            write(path, LAW.replace("五元", "九元"))
        return found

    monkeypatch.setattr(collection, "load_any", while_written)
    corpus = read_corpus(tmp_path)
    assert "九元" in corpus.guidelines[0].source
    assert corpus.documents == survey(tmp_path)


@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_a_corpus_folder_without_documents_is_refused(folder: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=folder):
        read_corpus(tmp_path / folder)


# --- origin -------------------------------------------------------------------------------------------


def origin_of(folder: Path) -> Origin:
    return Origin(survey(folder), gazetteer_hash(folder), questions_hash({"zh": ["甲"]}), code_hash())


TOUCHES: dict[str, tuple[Callable[[Path], object], bool]] = {
    "nothing": (lambda f: None, True),
    "same bytes again": (lambda f: write(f / "a" / "source.txt", LAW), True),
    "no document": (lambda f: write(f / "README.md", "hello"), True),
    "text": (lambda f: write(f / "a" / "source.txt", LAW + "\n"), False),
    "meta": (lambda f: write(f / "a" / "meta.toml", 'title = "乙"'), False),
    "no meta": (lambda f: (f / "a" / "meta.toml").unlink(), False),
    "another document": (lambda f: write(f / "b.txt", LAW), False),
    "document gone": (lambda f: shutil.rmtree(f / "a"), False),
    "renamed": (lambda f: (f / "a").rename(f / "b"), False),
    "own gazetteer": (lambda f: write(f / "a" / "districts.toml", "x"), False),
    "shared gazetteer": (lambda f: write(f / "districts.toml", "x"), False),
}


@pytest.mark.parametrize("case", TOUCHES)
def test_an_origin_knows_whether_anything_changed(case: str, tmp_path: Path) -> None:
    write(tmp_path / "a" / "source.txt", LAW)
    write(tmp_path / "a" / "meta.toml", 'title = "甲"')
    before = from_json(to_json(origin_of(tmp_path)))
    touch, same = TOUCHES[case]
    touch(tmp_path)
    assert before.agrees_with(origin_of(tmp_path)) == same


def test_other_code_or_questions_made_another_index(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", LAW)
    now = origin_of(tmp_path)
    for other in (
        Origin(now.documents, now.gazetteers, now.questions, "0" * 64),
        Origin(now.documents, now.gazetteers, questions_hash({"zh": ["乙"]}), now.code),
        Origin(),
    ):
        assert not other.agrees_with(now)
    assert len(code_hash()) == 64 and not Origin().agrees_with(Origin())


# --- vectors ------------------------------------------------------------------------------------------


class Counting(Embedder):
    """The real model; notes what goes through it."""

    def __init__(self, real: Embedder) -> None:
        self._counted = real
        self.name, self.dimension, self.fingerprint = real.name, real.dimension, real.fingerprint
        self.passages: list[str] = []
        self.queries: list[str] = []

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        self.passages += texts
        return self._counted.encode_passages(texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.queries += texts
        return self._counted.encode_queries(texts)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> list[Guideline]:
    """The invented guidelines with one measure changed, one document gone and one more."""
    folder = tmp_path_factory.mktemp("grown")
    shutil.copytree(CORPUS / "linhai-care", folder / "linhai-care")
    source = folder / "linhai-care" / "source.txt"
    write(source, source.read_text(encoding="utf-8").replace("每餐补贴四元", "每餐补贴五元"))
    write(folder / "water.txt", LAW)
    return load_corpus(folder)


def test_only_new_passages_go_through_the_model(
    index: Index, grown: list[Guideline], embedder: Embedder
) -> None:
    counting = Counting(embedder)
    reusing = ReusingEmbedder(counting, index)
    again = Index.build(grown, reusing)
    old = {*measure_texts(index.guidelines), *sentence_texts(index.guidelines)}
    new = {*measure_texts(grown), *sentence_texts(grown)}
    assert sorted(counting.passages) == sorted(new - old)
    assert 0 < reusing.embedded == len(counting.passages) == len(new - old) < 15
    assert reusing.embedded + reusing.reused >= len(new)
    fresh = Index.build(grown, embedder)
    for question in ("老人吃饭有补贴吗?", "每户补贴多少?", "押金最多收多少?", "水表谁来装?"):
        mine, theirs = again.search(question).hits, fresh.search(question).hits
        assert [hit.measure.id for hit in mine] == [hit.measure.id for hit in theirs]
        assert np.allclose([hit.score for hit in mine], [hit.score for hit in theirs], atol=1e-4)


def test_off_topic_questions_are_not_encoded_again(
    guidelines: list[Guideline], grown: list[Guideline], embedder: Embedder
) -> None:
    questions = {"zh": ["明天下雨吗", "怎么做红烧肉"], "en": ["any rain tomorrow", "who won the game"]}
    old = Index.build(guidelines[:1], embedder, background=questions)
    counting = Counting(embedder)
    texts = [text for group in questions.values() for text in group]
    again = Index.build(grown, ReusingEmbedder(counting, old, texts), background=questions)
    assert counting.queries == []
    fresh = Index.build(grown, embedder, background=questions)
    assert np.allclose(again.background.vectors, fresh.background.vectors, atol=1e-6)


def test_vectors_of_another_model_are_not_used(
    index: Index, grown: list[Guideline], embedder: Embedder
) -> None:
    counting = Counting(embedder)
    counting.fingerprint = "0" * 16
    reusing = ReusingEmbedder(counting, index)
    texts = measure_texts(grown)
    reusing.encode_passages(texts)
    assert reusing.reused == 0 and reusing.embedded == len(set(texts)) == reusing.count_new(texts)


def test_an_index_without_vectors_gives_none(guidelines: list[Guideline], embedder: Embedder) -> None:
    bare = Index.build(guidelines[:1], None)
    assert bare.vectors() is None
    assert ReusingEmbedder(embedder, bare).count_new(["甲"]) == 1
