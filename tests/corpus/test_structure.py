"""Real laws, notices and saved pages, where a folder of them lies beside the checkout.

What their own mark-up says of their numbering is compared with what the parser finds. The same
kinds of document, of our own writing, are in tests/data/parse and are tested everywhere.
"""

from __future__ import annotations

import json
import re
from itertools import dropwhile
from pathlib import Path
from typing import Any

import pytest

from corpus.measure import Guideline
from corpus.parse import parse
from corpus.read import read_text

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "examples" / "structure"
EXPECTED = sorted((FOLDER / "expected").glob("*.json")) if FOLDER.is_dir() else []


def squeeze(text: str) -> str:
    return re.sub(r"[\s*]+", "", text)


def load(expected: Path) -> tuple[dict[str, Any], Guideline]:
    wanted = json.loads(expected.read_text(encoding="utf-8"))
    raw = FOLDER / "raw" / f"{wanted['id']}.txt"
    return wanted, parse(read_text(raw), wanted["id"], file=raw.name)


@pytest.mark.parametrize("expected", EXPECTED or [None], ids=lambda path: path.stem if path else "none")
def test_outline_or_articles_as_marked_up(expected: Path | None) -> None:
    if expected is None:
        pytest.skip("beside the checkout: no folder of marked-up documents")
    wanted, guideline = load(expected)
    if wanted["kind"] == "articles":
        check_articles(wanted, guideline)
    elif wanted.get("article_numbers"):
        assert [m.label for m in guideline.measures] == wanted["article_numbers"]
        check_chapters(wanted, guideline)
    else:
        check_outline(wanted, guideline)


def check_articles(wanted: dict[str, Any], guideline: Guideline) -> None:
    assert [s.heading for s in guideline.sections] == [h["text"] for h in wanted["headings"]]
    found = [(m.label, m.number, list(m.path)) for m in guideline.measures]
    assert found == [(a["no"], a["num"], a["path"]) for a in wanted["articles"]]
    texts = [squeeze(m.text).removeprefix(m.label) for m in guideline.measures]
    assert texts == [squeeze(a["text"]) for a in wanted["articles"]]


def check_chapters(wanted: dict[str, Any], guideline: Guideline) -> None:
    """The mark-up of saved pages lists the chapters with their table of contents, or misses one."""
    found = [squeeze(s.heading) for s in guideline.sections if s.label.endswith("章")]
    listed = [squeeze(c) for c in wanted["chapters"]]
    real = list(dropwhile(lambda c: c not in listed[-len(found) :], found))
    assert real == listed[-len(real) :]
    assert [s.number for s in guideline.sections if s.label.endswith("章")] == list(range(1, len(found) + 1))


def check_outline(wanted: dict[str, Any], guideline: Guideline) -> None:
    upper = [entry for entry in wanted["outline"] if entry["level"] <= 2]
    sections = [(s.span.start, s.label, s.number, squeeze(s.title), s.level) for s in guideline.sections]
    starts = {s.span.start for s in guideline.sections}
    heads = {(s.label, s.title) for s in guideline.sections}
    measures = [
        (m.span.start, m.label, m.number, squeeze(m.text).removeprefix(m.label), 0)
        for m in guideline.measures
        if m.span.start not in starts and not ((m.label, m.title) in heads and not m.text.startswith(m.label))
    ]
    found = sorted(sections + measures)
    assert [(label, number) for _, label, number, _, _ in found] == [(e["marker"], e["num"]) for e in upper]
    for (_, _, _, text, level), entry in zip(found, upper, strict=True):
        heading = squeeze(entry["heading"])
        assert text.startswith(heading) or (text and heading.startswith(text))
        assert level in (0, entry["level"])
