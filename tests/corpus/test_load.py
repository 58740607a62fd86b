"""Corpus folders, their meta.toml and their records: what is taken, and what is refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.errors import CorpusError
from corpus.load import load_corpus, load_document
from corpus.measure import Note
from corpus.meta import read_meta
from corpus.records import read_records

LAW = "青川市节水办法\n第一条 节约用水。\n第二条 本办法自发布之日起施行。\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_all_three_forms_of_document(tmp_path: Path) -> None:
    write(tmp_path / "water" / "source.md", LAW)
    write(tmp_path / "water" / "meta.toml", 'title = "节水"\nregion = "青川市"\n')
    write(tmp_path / "power.txt", LAW.replace("水", "电"))
    write(tmp_path / "faq.jsonl", '{"id": "a", "title": "甲", "text": "甲一。甲二。"}\n')
    write(tmp_path / "README.md", "not a document")
    write(tmp_path / ".hidden.txt", "not a document")
    write(tmp_path / "table.csv", "not a document")
    found = {g.slug: g for g in load_corpus(tmp_path)}
    assert list(found) == ["faq", "power", "water"]
    assert [m.id for m in found["water"].measures] == ["water#1", "water#2"]
    assert (found["water"].meta.title, found["water"].meta.region) == ("节水", "青川市")
    assert found["power"].meta.title == "青川市节电办法"
    assert found["faq"].records and found["faq"].source == ""


def test_gbk_and_utf16_documents_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(LAW.encode("gbk"))
    (tmp_path / "b.txt").write_bytes(LAW.encode("utf-16"))
    assert [len(g.measures) for g in load_corpus(tmp_path)] == [2, 2]


def test_one_document_by_its_path(tmp_path: Path) -> None:
    source = write(tmp_path / "water" / "source.txt", LAW)
    write(tmp_path / "water" / "meta.toml", 'title = "节水"\n')
    assert load_document(source).measures[0].id == "water#1"
    assert load_document(source).meta.title == "节水"
    assert load_document(source, "other").measures[0].id == "other#1"


def test_records_keep_ids_and_have_spans_in_their_own_text(tmp_path: Path) -> None:
    records = [{"id": "s1", "title": "甲", "text": "第一句。\n第二句。"}, {"id": "s2", "text": "\u2028乙。"}]
    lines = "\r\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    guideline = read_records(write(tmp_path / "r.jsonl", "\ufeff" + lines + "\n\n"))
    first, second = guideline.measures
    assert (first.id, first.number, first.title, second.id, second.title) == ("s1", 1, "甲", "s2", "")
    assert [first.text[s.span.start : s.span.end] for s in first.sentences] == ["第一句。", "第二句。"]
    assert [s.span.line for s in first.sentences] == [1, 2]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{broken", "JSON"),
        ("[1, 2]", "record"),
        ('{"title": "甲", "text": "乙"}', "id"),
        ('{"id": 7, "title": "甲", "text": "乙"}', "id"),
        ('{"id": "b", "title": ["甲"], "text": "乙"}', "title"),
        ('{"id": "b", "title": "甲"}', "text"),
        ('{"id": "b", "title": "甲", "text": " "}', "text"),
        ('{"id": "a", "title": "甲", "text": "乙"}', "重复"),
    ],
)
def test_a_broken_record_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = write(tmp_path / "r.jsonl", '{"id": "a", "title": "甲", "text": "乙"}\n\n' + line + "\n")
    with pytest.raises(CorpusError) as refused:
        load_corpus(tmp_path)
    assert f"{path}:3" in refused.value.zh and f"{path}:3" in refused.value.en
    assert said in refused.value.zh


@pytest.mark.parametrize("name", ["old.doc", "paper.docx", "scan.pdf", "text.odt"])
def test_formats_that_are_not_read_are_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, "x")
    with pytest.raises(CorpusError, match=f"无法读取.*{name}.*另存|无法读取.*{name}.*重新获取"):
        load_corpus(tmp_path)
    with pytest.raises(CorpusError, match="无法读取"):
        load_document(tmp_path / name)


def test_folders_that_hold_no_corpus(tmp_path: Path) -> None:
    file = write(tmp_path / "file.txt", LAW)
    with pytest.raises(CorpusError, match="不存在或不是文件夹"):
        load_corpus(tmp_path / "none")
    with pytest.raises(CorpusError, match="不存在或不是文件夹"):
        load_corpus(file)
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match="没有文件"):
        load_corpus(tmp_path / "empty")
    with pytest.raises(CorpusError, match="恰有一个 source"):
        load_corpus(tmp_path)
    write(tmp_path / "two" / "doc" / "source.txt", LAW)
    write(tmp_path / "two" / "doc" / "source.md", LAW)
    with pytest.raises(CorpusError, match=r"source\.md、source\.txt"):
        load_corpus(tmp_path / "two")


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.symlink_to("a.txt")  # leads to itself: unreadable even for root
    with pytest.raises(CorpusError, match=r"无法读取.*a\.txt"):
        load_document(path)


def test_a_name_used_twice_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "water.txt", LAW)
    write(tmp_path / "water.md", LAW)
    with pytest.raises(CorpusError, match="water"):
        load_corpus(tmp_path)


def test_an_id_used_in_two_files_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", '{"id": "x", "text": "甲"}')
    write(tmp_path / "b.jsonl", '{"id": "x", "text": "乙"}')
    with pytest.raises(CorpusError, match="“x”重复"):
        load_corpus(tmp_path)


def test_meta_with_notes(tmp_path: Path) -> None:
    text = 'title = "甲"\naccept = ["第四条"]\n[[notes]]\nmeasure = 3\ntext = "乙"\nsource = "丙"\n'
    meta = read_meta(write(tmp_path / "meta.toml", text))
    assert (meta.title, meta.issuer, meta.accept) == ("甲", "", ("第四条",))
    assert meta.notes == (Note(3, "乙", "丙"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "TOML"),
        ('titel = "甲"', "titel"),
        ("title = 7", "title"),
        ("published = 2022-11-09", "published"),
        ('accept = "第四条"', "accept"),
        ('notes = "甲"', "notes"),
        ("[[notes]]\nmeasure = 0", "measure"),
        ("[[notes]]\nmeasure = true", "measure"),
        ('[[notes]]\nmeasure = 1\nwords = "甲"', "words"),
        ("[[notes]]\nmeasure = 1\ntext = 2", "text"),
    ],
)
def test_a_wrong_meta_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path / "meta.toml", text)
    with pytest.raises(CorpusError) as refused:
        read_meta(path)
    assert str(path) in refused.value.zh and said in refused.value.zh and said in refused.value.en


def test_unknown_keys_are_answered_with_the_allowed_ones(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"title、issuer、doc_no、published"):
        read_meta(write(tmp_path / "meta.toml", 'author = "甲"'))
