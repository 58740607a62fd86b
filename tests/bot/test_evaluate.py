"""The evaluation, on answers whose rightness is known beforehand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.ask import Assistant
from bot.evaluate import Case, Expected, evaluate_file, report_text, score
from bot.json_form import dump
from bot.questions_file import Asked
from corpus.errors import WenceError


def record(question: str, kind: str, **more: object) -> dict[str, object]:
    return {"question": question, "kind": kind, "split": "held", **more}


RIGHT = [
    record("第十二条", "clause", gold=[12]),
    record("哪些条款提到“冷库”?", "keyword", gold=[10], must_contain=["每吨补助500元"]),
    record("这份文件的文号是什么?", "document", must_contain=["江洲府办发〔2025〕17号"]),
    record("新建冷库每吨补助多少元?", "topic", gold=[10], must_contain=["每吨补助500元"]),
    record("你好", "refusal", refuse="unclear"),
    record("哪些条款提到“量子”?", "keyword", refuse="not_in_text"),
]
WRONG = [
    record("第十三条", "clause", gold=[12]),
    record("哪些条款提到“冷链”?", "keyword", gold=[1, 10]),
    record("哪些条款提到“贴息”?", "document", must_contain=["没有这句话"]),
    record("新建冷库每吨能补助多少元?", "topic", gold=[15], must_contain=["没有这句话"]),
    record("您好", "topic", gold=[1]),
    record("第一条", "refusal", refuse="out_of_scope"),
    record("第九十九条", "refusal", refuse="other_place"),
]


def written(folder: Path, *records: object) -> Path:
    file = folder / "cases.jsonl"
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in records]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    from corpus.load import load_document
    from index.store import Index

    source = Path(__file__).parent.parent / "data" / "corpus" / "jiangzhou-agri" / "source.txt"
    return Assistant(Index.build([load_document(source)], None))


def test_right_answers_score_one(farm: Assistant, tmp_path: Path) -> None:
    report = evaluate_file(farm, written(tmp_path, *RIGHT))
    assert {s.name: s.share for s in report.scores} == {
        "hit@1": 1.0,
        "hit@3": 1.0,
        "lead": 1.0,
        "facts": 1.0,
        "clause": 1.0,
        "keyword": 1.0,
        "document": 1.0,
        "not refused": 1.0,
        "refused: not_in_text": 1.0,
        "refused: unclear": 1.0,
        "kind: not_in_text": 1.0,
        "kind: unclear": 1.0,
        "verbatim": 1.0,
    }
    assert report.mrr == 1.0
    assert all(s.failures == () for s in report.scores)
    assert {s.name: s.total for s in report.scores}["facts"] == 3


def test_wrong_answers_are_counted_and_named(farm: Assistant, tmp_path: Path) -> None:
    report = evaluate_file(farm, written(tmp_path, *WRONG))
    scores = {s.name: s for s in report.scores}
    assert scores["clause"].failures == ("第十三条",)
    assert scores["keyword"].failures == ("哪些条款提到“冷链”?",)
    assert scores["document"].failures == ("哪些条款提到“贴息”?",)
    assert scores["hit@1"].failures == ("新建冷库每吨能补助多少元?", "您好")
    assert set(scores["facts"].failures) == {"哪些条款提到“贴息”?", "新建冷库每吨能补助多少元?"}
    assert scores["not refused"].failures == ("您好",)
    assert scores["refused: out_of_scope"].failures == ("第一条",)
    assert (scores["refused: other_place"].share, scores["kind: other_place"].share) == (1.0, 0.0)
    assert scores["verbatim"].share == 1.0


def test_a_split_is_chosen(farm: Assistant, tmp_path: Path) -> None:
    tuning = {**WRONG[0], "split": "tune"}
    file = written(tmp_path, *RIGHT, tuning)
    assert len(evaluate_file(farm, file, "held").cases) == len(RIGHT)
    assert len(evaluate_file(farm, file, "tune").cases) == 1
    assert len(evaluate_file(farm, file).cases) == len(RIGHT) + 1
    assert evaluate_file(farm, file, "none").scores[0].share == 1.0


@pytest.mark.parametrize("change", ["quote", "start", "measure"])
def test_a_quote_that_is_not_verbatim_is_seen(farm: Assistant, change: str) -> None:
    answer = farm.ask("第十二条")
    first = answer.citations[0]
    forged = {
        "quote": replace(first, quote=first.quote.replace("3000", "9000")),
        "start": replace(first, start=first.start + 1),
        "measure": replace(first, measure_id="jiangzhou-agri#11"),
    }[change]
    case = Case(
        Asked("第十二条"),
        Expected("clause", frozenset({12}), (), None),
        replace(answer, citations=(forged, *answer.citations[1:])),
        (),
    )
    assert score([case], farm).share("verbatim") == 0.0


def test_a_quote_of_the_preamble_is_checked(farm: Assistant) -> None:
    answer = farm.ask("为什么要出台这份文件?")
    expected = Expected("document", frozenset(), (), None)
    assert answer.citations
    assert score([Case(Asked("?"), expected, answer, ())], farm).share("verbatim") == 1.0
    forged: Answer = replace(answer, citations=(replace(answer.citations[0], end=10_000),))
    assert score([Case(Asked("?"), expected, forged, ())], farm).share("verbatim") == 0.0


def test_the_report_as_text_and_as_json(farm: Assistant, tmp_path: Path) -> None:
    report = evaluate_file(farm, written(tmp_path, *RIGHT, *WRONG))
    text = report_text(report)
    assert "✗ clause: 第十三条" in text and "0.500" in text and "MRR" in text
    form = json.loads(dump(report.to_json()))
    assert form["scores"]["clause"] == {"share": 0.5, "right": 1, "total": 2, "failures": ["第十三条"]}
    assert form["mrr"] == round(report.mrr, 4)


@pytest.mark.parametrize(
    "bad", ["{", "[]", {"question": "甲?", "gold": 7}, {"question": "甲?", "must_contain": "乙"}]
)
def test_a_bad_file_is_refused(farm: Assistant, tmp_path: Path, bad: object) -> None:
    with pytest.raises(WenceError):
        evaluate_file(farm, written(tmp_path, RIGHT[0], bad))


def test_a_question_with_a_line_separator_inside(farm: Assistant, tmp_path: Path) -> None:
    report = evaluate_file(farm, written(tmp_path, record("第\u2028十二条", "clause", gold=[12]), RIGHT[0]))
    assert len(report.cases) == 2
