"""An answer as a file to keep: CSV for a spreadsheet, a Word document for a file or a letter.

Both hold the question, the answer, and every quote with the measure and line it comes from.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace

from docx.document import Document

from bot.answer import Answer
from bot.phrases import Lang, say
from bot.plain import answer_text
from bot.spreadsheet import csv_text
from bot.word import add_markdown, add_table, new_document, sound

_COLUMNS = ("kind", "id", "label", "title", "route", "content", "line", "start", "end", "note")
_UNSAFE = re.compile(r"[^\w-]+")
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the CSV, its fields named as `_COLUMNS`."""

    kind: str
    id: str = ""
    label: str = ""
    title: str = ""
    route: str = ""
    content: str = ""
    line: int | str = ""
    start: int | str = ""
    end: int | str = ""
    note: str = ""


def file_name(answer: Answer, form: str) -> str:
    """A name for the file, from the question: words alone, no path and no sign of any shell."""
    words = _UNSAFE.sub("_", answer.question.encode("utf-8", "ignore").decode("utf-8")).strip("_")
    return f"{say(answer.lang, 'export.file')}-{words[:_LONGEST_NAME] or 'wence'}.{form}"


def answer_csv(answer: Answer) -> bytes:
    """Question, answer, notes, then a row for each proof and citation; UTF-8 with BOM, for Excel's sake.

    `line`, `start` and `end` are the quote's line (from 1) and character offsets in the guideline.
    """
    header = [say(answer.lang, f"export.{name}") for name in _COLUMNS]
    rows = [*_told(answer), *_proofs(answer), *_citations(answer)]
    return csv_text([header, *map(astuple, rows)]).encode("utf-8-sig", errors="replace")


def _told(answer: Answer) -> Iterator[_Row]:
    yield _Row(say(answer.lang, "export.question"), content=answer.question)
    yield _Row(say(answer.lang, "export.answer"), content=answer_text(answer, colour=False))
    for note in answer.notes:
        plain = answer_text(replace(answer, text=note), colour=False)
        yield _Row(say(answer.lang, "export.remark"), content=plain)


def _proofs(answer: Answer) -> Iterator[_Row]:
    kind = say(answer.lang, "export.proof")
    for a in answer.applicability:
        for e in a.evidence:
            route = say(answer.lang, f"route.{e.route}")
            yield _Row(kind, a.measure_id, a.label, a.title, route, e.quote, e.line, e.start, e.end, e.note)


def _citations(answer: Answer) -> Iterator[_Row]:
    kind = say(answer.lang, "export.citation")
    for c in answer.citations:
        yield _Row(kind, c.measure_id, c.label, c.title, "", c.quote, c.line, c.start, c.end)


def answer_docx(answer: Answer) -> bytes:
    """A Word document (.docx): question, answer as shown, tables of the proofs and of the citations."""
    lang = answer.lang
    document = new_document(answer.question)
    document.add_heading(say(lang, "export.heading"), 0)
    asked = document.add_paragraph()
    asked.add_run(say(lang, "export.asked")).bold = True
    asked.add_run(sound(answer.question))
    add_markdown(document, answer.text)
    for note in answer.notes:
        if note not in answer.text:
            add_markdown(document, note)
    proofs = [(r.label + r.title, r.route, r.content, r.line, r.note) for r in _proofs(answer)]
    _section(document, lang, "proofs", ("measure", "route", "content", "line", "note"), proofs)
    quotes = [(r.label + r.title, r.content, r.line) for r in _citations(answer)]
    _section(document, lang, "citations", ("measure", "content", "line"), quotes)
    document.add_paragraph(say(lang, "ui.footer"))
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _section(
    document: Document, lang: Lang, heading: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """A heading and a table; nothing where there are no rows."""
    if rows:
        document.add_heading(say(lang, f"export.{heading}"), 1)
        add_table(document, [[say(lang, f"export.{name}") for name in columns], *rows])
