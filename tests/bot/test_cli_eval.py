"""`wence eval` as it is called: thresholds and exit codes, the page, a language model beside the extract."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.answer import Route
from bot.cli import main
from bot.evaluation.cases import Known, choose, read_known
from bot.evaluation.thresholds import check_names, names_for, read_thresholds
from bot.evaluation.words import name_of
from bot.prompts import NO_EVIDENCE
from corpus.load import load_document
from index.store import Index
from tests.bot.llm import scripted_server as acts
from tests.bot.llm.scripted_server import Act, Received, Reply, Scripted

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{x}}"
COLD, LOAN, DAYS, LATE = (
    "产地盖冷库怎么补?",
    "合作社贷款贴息几个点?",
    "农技员每月下田几天?",
    "最晚什么时候交申请?",
)
SAID = "新建冷库容量100吨以上的，每吨补助500元[1]。"
INVENTED = "每家合作社可以得到补助900万元[1]。"

RECORDS: list[dict[str, object]] = [
    {"id": "a", "question": COLD, "gold": [10], "must_contain": ["每吨补助500元"]},
    {"id": "b", "question": LOAN, "gold": [11], "must_contain": ["按年利率2%贴息"]},
    {"id": "c", "question": DAYS, "gold": [12], "must_contain": ["不少于4天"], "split": "held"},
    {"id": "d", "question": LATE, "gold": [14], "must_contain": ["每年3月31日前"]},
    {"id": "e", "question": "第十二条", "kind": "clause", "gold": [12]},
    {"id": "f", "question": "你好", "refuse": "unclear"},
    {"id": "g", "question": "第十三条", "kind": "clause", "gold": [12, 13]},
]


@dataclass(frozen=True)
class Done:
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def form(self) -> dict[str, Any]:
        """Standard output as JSON."""
        form = json.loads(self.out)
        assert isinstance(form, dict)
        return form


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The farms' guideline, by BM25 alone."""
    folder = tmp_path_factory.mktemp("eval") / "index"
    Index.build([load_document(DATA / "corpus" / "jiangzhou-agri" / "source.txt")], None).save(folder)
    return folder


@pytest.fixture
def run(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """Runs it on `q.jsonl`, which holds the records unless it is there already."""
    shutil.copytree(DATA / "corpus" / "jiangzhou-agri", tmp_path / "corpus" / "jiangzhou-agri")
    monkeypatch.setenv("WENCE_CORPUS", str(tmp_path / "corpus"))
    monkeypatch.setenv("WENCE_INDEX", str(index))
    monkeypatch.delenv("WENCE_LLM_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)

    def evaluate(*arguments: str) -> Done:
        if not Path("q.jsonl").exists():
            write(*RECORDS)
        monkeypatch.setattr(sys, "argv", ["wence", "eval", "q.jsonl", "--no-dense", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, out, err)

    return evaluate


def write(*records: dict[str, object]) -> None:
    lines = (json.dumps(record, ensure_ascii=False) for record in records)
    Path("q.jsonl").write_text("\n".join(lines), encoding="utf-8")


# --- the gate ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("thresholds", "missed"),
    [
        (["hit@1=1", "facts=1", "recall@3=0.9", "ndcg@10=0.9", "mrr@10=1", "mrr=1"], []),
        (["clause=0.5", "verbatim=1", "not refused=1", "refused: unclear=1", "rest_ms=60000"], []),
        (["right=0.8", "right: topic=1", "right: clause=0.5"], []),
        (["clause=0.51"], ["clause: 0.5 < 0.51"]),
        (["right: clause=1", "hit@1=1", "right=0.9"], ["right: clause: 0.5 < 1", "right: 0.8571 < 0.9"]),
        (["rest_ms=0.000001"], ["rest_ms: "]),
        (["keyword=0.1"], ["keyword: 未测得 / not measured"]),
        (["model: facts=0.1", "model: grounded=0"], ["model: facts: 未测得", "model: grounded: 未测得"]),
        (["clause=1", "clause=0.2"], []),
    ],
)
def test_a_threshold_that_is_missed_fails_the_run(run: Run, thresholds: list[str], missed: list[str]) -> None:
    done = run(*(part for one in thresholds for part in ("--threshold", one)), "--json")
    assert done.code == (1 if missed else 0), done.err
    assert all(one in done.err for one in missed)
    assert ("✗" in done.err) == bool(missed)
    unmet = [one for one in done.form["thresholds"] if not one["met"]]
    assert len(unmet) == len(missed) == done.err.count("✗")


def test_thresholds_of_a_file_and_one_on_top(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text('clause = 0.9\n"hit@1" = 1\n"refused: unclear" = 1\n', encoding="utf-8")
    assert run("--thresholds", str(file)).code == 1
    assert run("--thresholds", str(file), "--threshold", "clause=0.4").code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--threshold", "hits=0.9"], ["hits", "hit@1", "recall@10", "right: clause", "model: grounded"]),
        (["--threshold", "refused: other_place=1"], ["refused: unclear"]),
        (["--threshold", "hit@1"], ["NAME=VALUE"]),
        (["--threshold", "=1"], ["NAME=VALUE"]),
        (["--threshold", "hit@1=90"], ["0 to 1"]),
        (["--threshold", "hit@1=nan"], ["0 to 1"]),
        (["--threshold", "hit@1=-1"], ["0 to 1"]),
        (["--threshold", "hit@1=much"], ["0 to 1"]),
        (["--threshold", "rest_ms=inf"], ["milliseconds"]),
        (["--thresholds", "none.toml"], ["none.toml"]),
        (["--thresholds", "q.jsonl"], ["TOML"]),
        (["--split", "other"], ["held"]),
        (["--html", "no/such/page.html"], ["no/such"]),
    ],
)
def test_a_wrong_call_tells_what_would_be_right(run: Run, arguments: list[str], told: list[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert all(word in done.err for word in told), done.err


@pytest.mark.parametrize("value", ["true", '"x"', "[1]", "1e999", "{a = 1}"])
def test_a_file_of_thresholds_with_other_things_in_it(run: Run, tmp_path: Path, value: str) -> None:
    (tmp_path / "t.toml").write_text(f"clause = {value}", encoding="utf-8")
    done = run("--thresholds", "t.toml")
    assert done.code == 2 and "clause" in done.err


def test_without_the_library_its_figures_cannot_be_asked_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("retrieval", "thresholds"):
        monkeypatch.setattr(f"bot.evaluation.{module}.is_installed", lambda: False)
    done = run("--threshold", "hit@1=1", "--json")
    assert done.code == 0 and "pip install 'wence[eval]'" in done.err
    assert done.form["retrieval"] == {} and done.form["mrr"] == 1
    done = run("--threshold", "recall@3=0.5")
    assert done.code == 1 and "pip install 'wence[eval]'" in done.err and done.out == ""


# --- what stands beside the code ---------------------------------------------------------------------------


def held_questions() -> list[Known]:
    files = (DATA / "questions" / name for name in ("cq.jsonl", "fresh.jsonl"))
    return choose([one for file in files for one in read_known(file)], "held")


def test_the_repositorys_thresholds_are_for_its_questions() -> None:
    thresholds = read_thresholds((), DATA / "questions" / "thresholds.toml")
    check_names(thresholds, held_questions())
    assert len(thresholds) > 15 and min(thresholds.values()) >= 0.7


def test_the_questions_of_this_repository_cover_every_route() -> None:
    known = held_questions()
    assert len(known) >= 150 and len({one.asked.text for one in known}) == len(known)
    kinds = {one.expected.kind for one in known}
    assert kinds >= set(get_args(Route))


def test_every_figure_is_explained_and_has_words() -> None:
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    for name in names_for(held_questions()):
        group, _, detail = name.removeprefix("model: ").partition(": ")
        told = f"{group}: KIND" if detail else group
        assert f"`{told}`" in text or f"`@{told.partition('@')[2]}`" in text or f"`model: {told}`" in text, (
            name
        )
        zh, en = name_of(name)
        assert zh != name and re.search("[\u4e00-\u9fff]", zh) and en.isascii(), name


# --- the page ---------------------------------------------------------------------------------------------


class Seen(HTMLParser):
    """What stands in a page: tags, attributes, and text outside of the style sheet."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_shows_figures_thresholds_and_failures(run: Run, tmp_path: Path) -> None:
    done = run("--html", "r.html", "--threshold", "clause=0.6", "--threshold", "hit@1=0.5")
    assert done.code == 1
    page = Seen((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert "问策评测报告" in page.text and "ndcg@10" in page.text and "1/2" in page.text
    assert "第十三条" in page.text and "缺:12;多:-" in page.text
    assert COLD not in page.text, "what was right is not among the failures"
    assert "q.jsonl" in page.text


def test_several_files_are_one_evaluation(run: Run, tmp_path: Path) -> None:
    (tmp_path / "more.jsonl").write_text('{"question": "第十四条", "numbers": [14]}', encoding="utf-8")
    form = run("more.jsonl", "--json").form
    assert (
        form["right"] == {"share": 0.875, "right": 7, "total": 8} and form["scores"]["numbers"]["right"] == 1
    )


def test_nothing_in_a_page_runs_or_is_fetched(run: Run, tmp_path: Path) -> None:
    write(
        {
            "id": HOSTILE,
            "question": HOSTILE,
            "kind": HOSTILE,
            "must_contain": [HOSTILE],
            "numbers": [HOSTILE],
        },
        {"question": COLD, "history": [[HOSTILE, HOSTILE]], "district": HOSTILE, "must_contain": [HOSTILE]},
        {"question": "第十二条", "kind": "clause", "gold": [HOSTILE], "split": HOSTILE},
    )
    assert run("--html", "r.html").code == 0
    page = Seen((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert HOSTILE in page.text
    assert not {"script", "img", "link", "iframe", "a", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]


# --- a language model beside the extract ------------------------------------------------------------------


def by_question(**said: Act) -> Act:
    """An act for each question, by a word in it."""

    def act(received: Received, reply: Reply) -> None:
        question = received.texts["user"].rsplit("<question", 1)[1]
        next(one for word, one in said.items() if word in question)(received, reply)

    return act


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    """A model that speaks of cold stores, invents on loans, has no evidence on days, and fails on dates."""
    act = by_question(
        冷库=acts.says(SAID, INVENTED),
        贴息=acts.says(INVENTED),
        农技员=acts.says(NO_EVIDENCE),
        最晚=acts.status(500),
    )
    with Scripted(act) as server:
        monkeypatch.setenv("WENCE_LLM_BASE_URL", server.url)
        monkeypatch.setenv("WENCE_LLM_MODEL", "scripted")
        monkeypatch.setenv("WENCE_LLM_API_KEY", "sk-secret-3")
        monkeypatch.setenv("WENCE_LLM_RETRIES", "0")
        yield server
    assert server.requests


def test_extract_and_model_side_by_side(run: Run, model: Scripted) -> None:
    done = run("--json")
    assert done.code == 0, done.err
    form = done.form
    figures = form["model"]["figures"]
    outcomes = {name: figures[name] for name in ("spoken", "no_evidence", "too_little", "unavailable")}
    assert outcomes == {"spoken": 1, "no_evidence": 1, "too_little": 1, "unavailable": 1}
    assert (figures["model"], figures["asked"]) == ("scripted", 4)
    assert figures["kept"] == 1 and figures["replaced"] + figures["removed"] >= 2
    assert figures["grounded"] == round(1 / (1 + figures["replaced"] + figures["removed"]), 4)
    assert figures["ms"] > 0
    assert (figures["with_facts"], figures["own_facts"]) == (1, 1)
    assert form["scores"]["facts"] == form["model"]["scores"]["facts"], "the quotes stay below its words"
    assert form["model"]["scores"]["verbatim"]["share"] == 1.0
    assert len(model.requests) == 4, "the extract side asks no model"
    assert "sk-secret-3" not in done.out + done.err


def test_the_models_figures_have_thresholds(run: Run, model: Scripted) -> None:
    good = [
        "model: own_facts=1",
        "model: spoken=0.25",
        "model: facts=1",
        "model: unavailable=0.25",
        "model: ms=60000",
    ]
    done = run(*(part for one in good for part in ("--threshold", one)))
    assert done.code == 0, done.err
    assert "使用模型" in done.out and "grounded" in done.out and "scripted" in done.out
    bad = ["model: grounded=0.9", "model: unavailable=0.1"]
    done = run(*(part for one in bad for part in ("--threshold", one)))
    assert done.code == 1 and "model: grounded" in done.err and "model: unavailable: 0.25 > 0.1" in done.err


def test_what_only_one_side_answers_rightly(run: Run, model: Scripted, tmp_path: Path) -> None:
    """A fact in the words of the model alone, and a quote that only the extract begins with."""
    write({**RECORDS[0], "must_contain": ["冷库容量100吨以上的，每吨补助500元。"]}, RECORDS[2])
    done = run("--html", "r.html")
    assert "只有使用模型答对的 Right only with the model: 1" in done.out
    page = Seen((tmp_path / "r.html").read_text(encoding="utf-8")).text
    assert "使用模型时未答对的问题" in page and "只有使用模型答对的" in page
