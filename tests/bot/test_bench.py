"""The benchmark: its arithmetic, its chunks, and one run in real processes with the real model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.bench import run_bench
from bot.bench.clock import peak_mib
from bot.bench.figures import BenchQuestion, Found, HitRate, Side, Times
from bot.bench.plain_side import SIZE, TOP, Chunk, PlainSearch, rank, split
from bot.bench.questions import packaged_questions, questions_of
from bot.bench.records import Asked, Retrieval, queries_of
from bot.bench.report import BenchReport
from bot.bench.table import report_text
from bot.json_form import dump
from bot.settings import Settings
from corpus.errors import UsageError, WenceError
from corpus.load import load_corpus, load_document, packaged_corpus
from corpus.measure import Guideline, Measure
from index.embed import Embedder

DATA = Path(__file__).resolve().parent.parent / "data"
CARE = DATA / "corpus" / "linhai-care" / "source.txt"
QUESTIONS = (
    {"question": "八十多岁的老人去食堂吃饭,每顿补几块钱?", "gold": [8]},
    {"question": "敬老月是哪个月?", "gold": [6]},
    {"question": "这部条例管的养老服务指什么?", "gold": [2]},
)


LAWS = (
    ("r1", "养老服务条例第八条", "老年人在社区食堂就餐的,每餐补贴四元。"),
    ("r2", "租房办法第三条", "押金不得超过一个月的租金。"),
    ("r3", "劳动合同法第十九条", "试用期不得超过六个月。"),
    ("r4", "道路交通安全法第七十条", "在道路上发生交通事故,车辆驾驶人应当立即停车,保护现场。"),
    ("r5", "民法典第一千零七十九条", "夫妻一方要求离婚的,可以由有关组织进行调解。"),
)
ASKED = (("房东最多能收多少押金?", ["r2"]), ("试用期最长多久?", ["r3"]), ("撞车了该怎么办?", ["r4", "r3"]))


def laws(folder: Path) -> Path:
    """A folder of records with questions."""
    folder.mkdir(exist_ok=True)
    rows = [{"id": i, "title": title, "text": text} for i, title, text in LAWS]
    queries = [{"id": f"q{i}", "text": text, "gold": gold} for i, (text, gold) in enumerate(ASKED)]
    for name, lines in (("corpus.jsonl", rows), ("queries.jsonl", queries)):
        (folder / name).write_text("\n".join(json.dumps(x, ensure_ascii=False) for x in lines), "utf-8")
    return folder


def care(tmp_path: Path) -> tuple[Settings, Path]:
    """Settings for a corpus of one statute, and a file of questions on it."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "care.txt").write_bytes(CARE.read_bytes())
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(q, ensure_ascii=False) for q in QUESTIONS), encoding="utf-8")
    return Settings(corpus=corpus), file


# Arithmetic


@pytest.mark.parametrize(
    ("values", "middle", "p95"),
    [
        ([3.0], 3.0, 3.0),
        ([4.0, 1.0], 2.5, 4.0),
        ([float(i) for i in range(100, 0, -1)], 50.5, 95.0),
        ([1.0] * 19 + [9.0], 1.0, 1.0),
        ([1.0] * 18 + [9.0, 9.0], 1.0, 9.0),
    ],
)
def test_times(values: list[float], middle: float, p95: float) -> None:
    assert Times.of(values) == Times(middle, p95)


def test_hit_rate() -> None:
    assert HitRate.of([1, 2, 3, 4, None, 1, 1, None]) == HitRate(0.375, 0.625)
    assert HitRate.of([None]) == HitRate(0.0, 0.0)


@pytest.mark.parametrize(
    ("gold", "right"), [((18,), True), (("cq#18",), True), ((17, "cq#17"), False), ((), False)]
)
def test_gold_by_number_or_id(gold: tuple[int | str, ...], right: bool) -> None:
    assert BenchQuestion("?", gold).is_answered_by(18, "cq#18") is right


def test_peak_memory_grows_with_what_is_held() -> None:
    before = peak_mib()
    block = np.ones(200 * 1024 * 1024, dtype=np.uint8)
    assert peak_mib() >= 200 and peak_mib() >= before
    assert int(block[-1]) == 1


# Questions


def test_packaged_questions_fit_the_packaged_guideline() -> None:
    questions = packaged_questions()
    (guideline,) = load_corpus(packaged_corpus())
    numbers = {measure.number for measure in guideline.measures}
    assert len(questions) >= 40 and len({q.question for q in questions}) == len(questions)
    assert all(q.gold and set(q.gold) <= numbers for q in questions)
    assert {number for q in questions for number in q.gold} == numbers


def test_packaged_questions_are_not_those_that_the_house_tunes_on() -> None:
    lines = (DATA / "questions" / "cq.jsonl").read_text(encoding="utf-8").splitlines()
    assert {q.question for q in packaged_questions()} & {
        json.loads(line)["question"] for line in lines
    } == set()


def test_questions_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(
        '{"question": "一?", "gold": [1, "a#2"], "kind": "topic"}\n\n{"question": "二?"}\n', "utf-8"
    )
    assert questions_of(file) == (BenchQuestion("一?", (1, "a#2")), BenchQuestion("二?"))


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b'{"question": "a"}\nnonsense\n', "q.jsonl:2"),
        (b'{"gold": [1]}', "q.jsonl:1"),
        (b'{"question": "a", "gold": 3}', "q.jsonl:1"),
        (b"\n \n", "no question in it"),
        (b"\xff\xfe\x00", "q.jsonl"),
        (None, "q.jsonl"),
    ],
)
def test_bad_question_files_are_named(tmp_path: Path, content: bytes | None, named: str) -> None:
    file = tmp_path / "q.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        questions_of(file)
    assert named in caught.value.zh and named in caught.value.en


# Chunks


@pytest.fixture(scope="module")
def packaged() -> Guideline:
    return load_corpus(packaged_corpus())[0]


def test_chunks_are_the_source_as_it_is(packaged: Guideline) -> None:
    chunks = split([packaged])
    assert all(len(chunk.text) <= SIZE and chunk.text in packaged.source for chunk in chunks)
    seen = {line for chunk in chunks for line in chunk.text.splitlines()}
    assert seen >= {line.strip() for line in packaged.source.splitlines() if line.strip()}


def test_shares_are_characters_in_common(packaged: Guideline) -> None:
    """Counted anew, character by character, where the chunk stands only once in the source."""
    for chunk in split([packaged]):
        start = packaged.source.index(chunk.text)
        assert packaged.source.find(chunk.text, start + 1) == -1
        inside = range(start, start + len(chunk.text))
        counted = {m.number: sum(m.span.start <= i < m.span.end for i in inside) for m in packaged.measures}
        assert {m.number: count for m, count in chunk.shares} == {n: c for n, c in counted.items() if c}


def test_trimmed_chunks_begin_and_end_with_a_measure(packaged: Guideline) -> None:
    chunks = split([packaged], trimmed=True)
    assert chunks[0].text.startswith(packaged.measures[0].text[:20])
    assert chunks[-1].text.endswith(packaged.measures[-1].text.rstrip()[-20:])
    assert all(chunk.touched for chunk in chunks)
    assert len(chunks) < len(split([packaged]))


def test_records_are_cut_one_by_one(tmp_path: Path) -> None:
    rows = [{"id": f"r{i}", "title": "题", "text": f"第{i}则。" * 90} for i in range(3)]
    (tmp_path / "r.jsonl").write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), "utf-8")
    guidelines = load_corpus(tmp_path)
    chunks = split(guidelines)
    ids = [measure.id for guideline in guidelines for measure in guideline.measures]
    assert [[m.id for m in chunk.touched] for chunk in chunks] == [[i] for i in ids]


def chunk_of(*shares: tuple[Measure, int]) -> Chunk:
    return Chunk("…", shares)


def test_about_and_touched(packaged: Guideline) -> None:
    one, two, three = packaged.measures[:3]
    mixed = chunk_of((one, 10), (two, 30), (three, 30))
    assert mixed.about == (two,)
    assert mixed.touched == (one, two, three)
    assert chunk_of().about == () == chunk_of().touched


def test_rank_of_the_first_right_chunk(packaged: Guideline) -> None:
    one, two, three = packaged.measures[:3]
    chunks = [chunk_of(), chunk_of((one, 5), (two, 1)), chunk_of((two, 9))]
    asked = BenchQuestion("?", (two.number,))
    assert rank(asked, chunks, lambda c: c.touched) == 2
    assert rank(asked, chunks, lambda c: c.about) == 3
    assert rank(BenchQuestion("?", (three.number,)), chunks, lambda c: c.touched) is None


def test_plain_search_finds_the_nearest(embedder: Embedder) -> None:
    chunks = split([load_document(CARE)])
    search = PlainSearch(chunks, embedder)
    vector = search.encode("老年人吃饭有补贴吗")
    passages = np.array(embedder.embed_documents([chunk.text for chunk in chunks]))
    order = np.argsort(-(passages @ np.array(vector)))[:TOP]
    assert search.nearest(vector) == [chunks[i] for i in order]
    assert len(PlainSearch(chunks[:2], embedder).nearest(vector)) == 2


# Records


def test_retrieval() -> None:
    asked = [Asked("一", ("a",)), Asked("二", ("b", "c")), Asked("三", ("d",))]
    far = [f"x{i}" for i in range(10)]
    found = [["z", "a"], ["b", "y"], [*far, "d"]]
    assert Retrieval.of(asked, found) == Retrieval(recall=0.5, mrr=0.5)


def test_queries_of_a_folder(tmp_path: Path) -> None:
    assert queries_of(laws(tmp_path)) == tuple(Asked(text, tuple(gold)) for text, gold in ASKED)


@pytest.mark.parametrize(
    "content", ["", "nonsense", '{"text": "a"}', '{"text": "a", "gold": []}', "[]", None]
)
def test_a_folder_without_questions_is_told(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "queries.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        run_bench(Settings(), report=silent, records=tmp_path)
    assert "queries.jsonl" in caught.value.zh and "queries.jsonl" in caught.value.en


def test_a_folder_without_records_is_told(tmp_path: Path) -> None:
    (laws(tmp_path) / "corpus.jsonl").unlink()
    with pytest.raises(UsageError, match=r"no corpus\.jsonl"):
        run_bench(Settings(), report=silent, records=tmp_path)


# The run


def silent(_: str) -> None:
    """Where nobody wants to know how far it is."""


def test_without_vectors_there_is_nothing_to_compare(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="WENCE_DENSE"):
        run_bench(Settings(dense=False), report=silent)


def test_missing_splitter_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.bench.run.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'wence\[bench\]'"):
        run_bench(Settings(), report=silent)


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    settings = Settings(embedding_model=str(tmp_path))
    with pytest.raises(WenceError) as caught:
        run_bench(settings, report=silent)
    assert str(tmp_path) in caught.value.zh and "cannot be loaded" in caught.value.en


def test_a_process_that_breaks_off_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho boom >&2\nexit 9\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr("bot.bench.run.sys.executable", str(broken))
    with pytest.raises(WenceError, match=r"exit code 9\): boom"):
        run_bench(Settings(), report=silent)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[BenchReport, list[str]]:
    """One real run on the statute."""
    settings, file = care(tmp_path_factory.mktemp("bench"))
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        # Beside other work, threads that wait by spinning would make this several times as long.
        patch.setenv("OMP_WAIT_POLICY", "passive")
        records = laws(tmp_path_factory.mktemp("records"))
        return run_bench(settings, report=said.append, questions=file, records=records, sample=5), said


@pytest.mark.timeout(900)
def test_both_sides_are_measured(measured: tuple[BenchReport, list[str]]) -> None:
    report, said = measured
    assert report.questions == len(QUESTIONS) and len(said) == 5
    for side in (report.wence, report.plain):
        assert side.model_s > 0 and side.build_s > 0 and side.peak_mib > 200
        assert 0 < side.bare.median <= side.bare.p95
        assert side.encode.median + side.search.median <= side.total.p95 + 1
    assert report.wence.compose is not None and report.plain.compose is None
    assert report.wence.load_ms and report.plain.load_ms is None


def test_wence_finds_what_it_should(measured: tuple[BenchReport, list[str]]) -> None:
    wence, plain = measured[0].wence, measured[0].plain
    assert wence.found == wence.trimmed == Found(HitRate(1.0, 1.0), HitRate(1.0, 1.0))
    assert plain.found and plain.found.about.at_1 <= plain.found.touching.at_1
    assert wence.results == len(load_document(CARE).measures)
    assert plain.results == len(split([load_document(CARE)]))


def test_the_encoder_is_measured(measured: tuple[BenchReport, list[str]]) -> None:
    found = measured[0].encoders
    assert found.name == "ONNX Runtime" and 0 < found.difference <= 1e-5
    assert 0 < found.question.median <= found.question.p95 and found.question_torch.median > 0
    assert found.passages_per_s > 0 and found.passages_per_s_torch > 0


def test_records_are_measured(measured: tuple[BenchReport, list[str]]) -> None:
    records = measured[0].records
    assert records and (records.records, records.questions, records.building.sample) == (5, 3, 5)
    assert records.ours.found == Retrieval(1.0, 1.0) == records.dense.found
    assert records.sparse.found.recall <= 1 and records.sparse.times is None
    assert records.building.ours_s > 0 and records.building.whole_s > 0
    assert records.ours.times and records.torch_floor.times
    expected = records.ours.times.median / records.torch_floor.times.median
    assert records.ratios["search_over_torch_faiss"] == pytest.approx(expected, abs=0.01)
    assert len(records.ratios) == 4 and all(ratio > 0 for ratio in records.ratios.values())


def test_records_that_were_not_given_are_named(measured: tuple[BenchReport, list[str]]) -> None:
    assert "--records DIR" in report_text(replace(measured[0], records=None))
    assert replace(measured[0], records=None).to_json()["ratios"] is None


def test_report_as_json_and_as_text(measured: tuple[BenchReport, list[str]]) -> None:
    report = measured[0]
    form = json.loads(dump(report.to_json()))
    assert form["wence"]["total"] == {"median": report.wence.total.median, "p95": report.wence.total.p95}
    assert form["over_bare"]["plain"] == pytest.approx(
        report.plain.total.median / report.plain.bare.median, abs=0.01
    )
    text = report_text(report)
    assert f"{report.wence.peak_mib:.0f}" in text and f"{report.plain.build_s:.2f}" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_rates_that_are_not_known_are_left_open(measured: tuple[BenchReport, list[str]]) -> None:
    def unjudged(side: Side) -> Side:
        return replace(side, found=None, trimmed=None)

    report = replace(measured[0], wence=unjudged(measured[0].wence), plain=unjudged(measured[0].plain))
    rows = [line for line in report_text(report).splitlines() if line.startswith("  what")]
    assert len(rows) == 4 and all(row.split()[-2:] == ["-", "-"] for row in rows)


def test_packaged_questions_judge_the_packaged_guideline_only(tmp_path: Path) -> None:
    from bot.bench.run import _job

    settings, file = care(tmp_path)
    assert _job(Settings(), None).judged
    assert not _job(settings, None).judged
    assert _job(settings, file).judged
    file.write_text('{"question": "一?"}', encoding="utf-8")
    assert not _job(settings, file).judged
