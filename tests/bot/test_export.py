"""An answer as CSV and as a Word document: nothing lost, nothing run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import docx
import pytest
from docx.document import Document
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Answer, Applies, Citation, Proof
from bot.export import answer_csv, answer_docx, file_name
from bot.word import add_markdown, new_document

CITED = Citation("x#7", 7, "(七)", "打造平台", "支持*荣昌*建设<园区>。", 10, 24, 63)
PROOF = Proof("named", "支持*荣昌*建设<园区>", 10, 23, 63, "位于东区。")
ANSWER = Answer(
    question="荣昌区能享受哪些支持?",
    route="district",
    text="**荣昌区**:共 **1 条**。\n\n- **(七)打造平台** `点名` — “支持\\*荣昌\\*建设\\<园区\\>” "
    "〔[原文第 63 行](#cite-x-10-24)〕\n- 第二项\n\n> “整段引文” 〔[原文第 64 行](#cite-x-30-34)〕\n\n"
    "### 比较\n\n| 措施 | 甲 |\n|---|---|\n| (七) | `点名` `有条件` |\n\n1. 其一\n\n*编者注 (七):年份有误*",
    citations=(CITED,),
    completeness="complete",
    districts=("荣昌区",),
    applicability=(Applies("x#7", 7, "(七)", "打造平台", ("named",), (PROOF,)),),
    checked=26,
    notes=("*编者注 (七):年份有误*",),
)


def rows_of(answer: Answer) -> list[dict[str, str]]:
    data = answer_csv(answer)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def word_of(answer: Answer) -> Document:
    return docx.Document(io.BytesIO(answer_docx(answer)))


def words_in(document: Document) -> str:
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_csv_has_question_answer_proofs_citations_and_notes() -> None:
    rows = rows_of(ANSWER)
    assert [row["类别"] for row in rows] == ["问题", "回答", "注", "适用依据", "引文"]
    assert rows[0]["内容"] == ANSWER.question
    assert "支持*荣昌*建设<园区>" in rows[1]["内容"]
    proof, cited = rows[3], rows[4]
    assert (proof["适用方式"], proof["内容"], proof["原文行号"], proof["说明"]) == (
        "点名",
        PROOF.quote,
        "63",
        "位于东区。",
    )
    assert (cited["条款编号"], cited["条款"], cited["标题"]) == ("x#7", "(七)", "打造平台")
    assert (cited["内容"], cited["起始字符"], cited["结束字符"]) == (CITED.quote, "10", "24")


def test_english_answers_have_english_columns() -> None:
    rows = rows_of(replace(ANSWER, lang="en"))
    assert rows[3]["kind"] == "proof" and rows[3]["route"] == "named" and rows[3]["line"] == "63"
    assert "An answer by Wence" in words_in(word_of(replace(ANSWER, lang="en")))


@pytest.mark.parametrize("quote", ["=cmd|' /C calc'!A0", "+1", "-2", "@SUM(1)"])
def test_no_quote_becomes_a_formula(quote: str) -> None:
    answer = replace(ANSWER, question=quote, citations=(replace(CITED, quote=quote),))
    rows = rows_of(answer)
    assert rows[0]["内容"] == rows[-1]["内容"] == f"'{quote}"


def test_word_document_reads_as_the_answer() -> None:
    document = word_of(ANSWER)
    text = words_in(document)
    for part in (
        ANSWER.question,
        "原文第 63 行",
        "支持*荣昌*建设<园区>",
        "“整段引文”",
        "编者注 (七):年份有误",
    ):
        assert part in text
    for sign in ("**", "`", "#cite", "](", "\\"):
        assert sign not in text
    assert text.count("年份有误") == 1
    assert document.core_properties.title == ANSWER.question
    assert document.core_properties.author == "Wence"


def test_word_document_keeps_the_form() -> None:
    document = word_of(ANSWER)
    style_of = {paragraph.text: paragraph.style.name for paragraph in document.paragraphs}
    assert style_of["第二项"] == "List Bullet" and style_of["其一"] == "List Number"
    assert style_of["“整段引文” 〔原文第 64 行〕"] == "Quote"
    assert style_of["比较"] == "Heading 3"
    bold = [run.text for paragraph in document.paragraphs for run in paragraph.runs if run.bold]
    assert {"荣昌区", "1 条", "(七)打造平台", "点名"} <= set(bold)


def test_word_tables_hold_proofs_and_citations() -> None:
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in word_of(ANSWER).tables]
    assert tables == [
        [["措施", "甲"], ["(七)", "点名 有条件"]],
        [
            ["条款", "适用方式", "内容", "原文行号", "说明"],
            ["(七)打造平台", "点名", PROOF.quote, "63", "位于东区。"],
        ],
        [["条款", "内容", "原文行号"], ["(七)打造平台", CITED.quote, "63"]],
    ]


def test_an_answer_without_quotes_has_no_tables() -> None:
    bare = Answer("在吗", "refusal", "没有读懂。", refusal="unclear")
    assert word_of(bare).tables == []
    assert [row["类别"] for row in rows_of(bare)] == ["问题", "回答"]


def test_html_in_an_answer_is_text() -> None:
    document = new_document("x")
    add_markdown(document, "a <script>alert(1)</script> b\n\n<div>块</div>\n\n![图](https://e.example/x.png)")
    assert "<script>alert(1)</script>" in words_in(document) and "<div>块</div>" in words_in(document)
    assert "e.example" not in document.part.blob.decode()


@given(st.text(), st.text(), st.sampled_from(["zh", "en"]))
def test_any_text_can_be_exported(question: str, text: str, lang: str) -> None:
    answer = replace(ANSWER, question=question, text=text, lang=lang, notes=(text,))  # type: ignore[arg-type]
    assert word_of(answer).paragraphs
    assert len(rows_of(answer)) == 5


@pytest.mark.parametrize(
    "question", ["\x00\x07", "\ud800半个", "", "/../../etc/passwd", 'a"b\r\nSet-Cookie: x']
)
def test_odd_questions_can_be_exported_and_named(question: str) -> None:
    answer = replace(ANSWER, question=question, text=f"{question} x")
    assert word_of(answer).paragraphs and rows_of(answer)
    name = file_name(answer, "csv")
    assert name.startswith("问策回答-") and name.endswith(".csv")
    assert not set(name) & set("/\\\"'\r\n\x00:")


def test_file_name_is_the_question_and_not_too_long() -> None:
    assert file_name(ANSWER, "docx") == "问策回答-荣昌区能享受哪些支持.docx"
    assert len(file_name(replace(ANSWER, question="长" * 500), "csv")) < 60
