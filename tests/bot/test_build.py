"""From a corpus folder to an index folder and back to an assistant."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from bot import build
from bot.build import build_index, current_origin, open_assistant, open_index
from bot.cli import main
from bot.settings import Settings
from corpus.errors import CorpusError, IndexFolderError
from corpus.load import load_corpus
from index.embed import Embedder
from index.passage import count_passages, measure_texts, sentence_texts

CORPUS = Path(__file__).parent.parent / "data" / "corpus"


def quiet() -> Console:
    return Console(file=io.StringIO())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    corpus = tmp_path / "corpus"
    shutil.copytree(CORPUS / "linhai-care", corpus / "linhai-care")
    return Settings(corpus=corpus, index=tmp_path / "index", dense=False)


def test_an_index_is_built_and_opened(settings: Settings) -> None:
    built = build_index(settings, quiet()).index
    assistant = open_assistant(settings, report=pytest.fail)
    assert [m.id for m in assistant.index.measures] == [m.id for m in built.measures]
    assert assistant.ask("第十五条").citations


def test_a_missing_index_is_built_and_it_is_said(settings: Settings) -> None:
    said: list[str] = []
    index = open_index(settings, report=said.append)
    assert len(index.measures) == 20
    assert len(said) == 1 and str(settings.index) in said[0]
    open_index(settings, report=said.append)
    assert len(said) == 1


def test_current_means_same_corpus_and_same_kind_of_search(settings: Settings) -> None:
    assert not current_origin(settings)
    build_index(settings, quiet())
    assert current_origin(settings)
    assert not current_origin(settings.model_copy(update={"dense": True}))
    source = settings.corpus / "linhai-care" / "source.txt"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("每餐补贴四元", "每餐补贴五元"), encoding="utf-8")
    assert not current_origin(settings)
    build_index(settings, quiet())
    assert current_origin(settings)


def test_notes_and_dates_beside_the_text_count_too(settings: Settings) -> None:
    build_index(settings, quiet())
    meta = settings.corpus / "linhai-care" / "meta.toml"
    meta.write_text(meta.read_text(encoding="utf-8").replace("2024-09-27", "2024-09-28"), encoding="utf-8")
    assert not current_origin(settings)


def test_a_further_document_counts(settings: Settings) -> None:
    build_index(settings, quiet())
    shutil.copytree(CORPUS / "jiangzhou-agri", settings.corpus / "jiangzhou-agri")
    assert not current_origin(settings)


def test_a_failed_build_leaves_the_old_index(settings: Settings) -> None:
    build_index(settings, quiet())
    shutil.rmtree(settings.corpus / "linhai-care")
    (settings.corpus / "broken.txt").write_text("一、甲\n\n三、丙\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"broken\.txt"):
        build_index(settings, quiet())
    assert open_index(settings, report=pytest.fail).manifest.measures == 20


def test_a_folder_of_something_else_is_left_alone(settings: Settings) -> None:
    settings.index.mkdir()
    (settings.index / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(IndexFolderError):
        build_index(settings, quiet())
    assert (settings.index / "letter.txt").read_text(encoding="utf-8") == "dear"


@pytest.fixture
def dense(settings: Settings, embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with vectors: the model of the session and a few calibration questions, to save time."""
    monkeypatch.setattr(build, "load_embedder", lambda name, encoder: embedder)
    monkeypatch.setattr(build, "background_questions", lambda: {"zh": ["明天下雨吗?"], "en": ["Any rain?"]})
    return settings.model_copy(update={"dense": True})


def test_progress_reaches_its_total(dense: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar is as long as there are different passages, and each of them moves it by one."""
    guidelines = load_corpus(dense.corpus)
    passages = len({*measure_texts(guidelines), *sentence_texts(guidelines)})
    assert passages < count_passages(guidelines)
    seen: list[tuple[float | None, float]] = []

    class Watched(Progress):
        def stop(self) -> None:
            seen.extend((task.total, task.completed) for task in self.tasks)
            super().stop()

    monkeypatch.setattr(build, "Progress", Watched)
    build_index(dense, quiet())
    assert seen[-1] == (passages, passages)


def test_no_model_is_loaded_before_a_question_needs_one(
    dense: Settings, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(dense, quiet())
    loaded: list[str | None] = []

    def watched(name: str | None, encoder: str) -> Embedder:
        loaded.append(name)
        return embedder

    monkeypatch.setattr(build, "load_embedder", watched)
    assistant = open_assistant(dense, report=pytest.fail)
    assert assistant.ask("第十五条").citations and assistant.ask("你好").refusal == "unclear"
    assert loaded == []
    assert assistant.ask("老人吃饭有补贴吗?").citations
    assert loaded == [None]


# --- a corpus that grows, on the command line ---------------------------------------------------------


class Wence:
    """`wence` in this process, over a corpus and an index of its own."""

    def __init__(
        self, settings: Settings, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
    ) -> None:
        self.corpus, self._patch, self._capture = settings.corpus, patch, capture
        for name in ("corpus", "index", "dense"):
            patch.setenv(f"WENCE_{name.upper()}", str(getattr(settings, name)))

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        self._patch.setattr("sys.argv", ["wence", *arguments])
        self._capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capture.readouterr()
        return int(ended.value.code or 0), out, err

    def write(self, name: str, text: str) -> None:
        """A document of the corpus."""
        path = self.corpus / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def wence(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Wence:
    return Wence(settings, monkeypatch, capsys)


LAW = "青川市节水办法\n第一条 节约用水。\n第二条 装表到户。每户补贴五元。\n"
BROKEN = "青川市节水办法\n第一条 节约用水。\n第三条 即日施行。\n"


def test_a_build_says_what_changed(wence: Wence) -> None:
    wence.write("water.txt", LAW)
    code, out, err = wence("index")
    assert (code, out) == (0, "") and "22 measures" in err and "新增" not in err
    wence.write("water.txt", LAW.replace("五元", "六元") + "第三条 即日施行。\n")
    code, out, err = wence("index")
    assert (code, out) == (0, "")
    assert "新增 1 条，修改 1 条" in err and "1 added, 1 changed" in err
    assert "+ water#3 第三条 即日施行" in err and "~ water#2 第二条 装表到户" in err
    (wence.corpus / "water.txt").unlink()
    code, out, _ = wence("index", "--json")
    report = json.loads(out)
    assert [change["id"] for change in report["changes"]["removed"]] == ["water#1", "water#2", "water#3"]
    assert (code, report["documents"], report["measures"], report["failures"]) == (0, 1, 20, [])
    _, out, err = wence("index", "--json")
    assert json.loads(out)["up_to_date"] and "up to date" in err


def test_a_bad_document_is_listed_each_time_and_the_others_are_indexed(wence: Wence) -> None:
    wence.write("a.txt", BROKEN)
    wence.write("z.txt", LAW)
    for expected in ("Index built", "up to date", "up to date"):
        code, out, err = wence("index")
        assert (code, out) == (1, "") and expected in err
        assert "a.txt" in err and "1 份文件无法使用" in err and "1 documents cannot be used" in err
    assert wence("ask", "《青川市节水办法》第二条")[0] == 0
    code, out, _ = wence("index", "--json")
    assert code == 1
    (failure,) = json.loads(out)["failures"]
    assert (failure["document"], failure["kept"]) == ("a.txt", False) and "第三条" in failure["zh"]
    code, out, err = wence("measures", "--json")
    assert code == 1 and "a.txt" in err
    assert len(json.loads(out)) == 22
    wence.write("a.txt", LAW)
    assert wence("index")[0] == 0


def test_the_good_version_of_a_document_that_breaks_is_kept(wence: Wence) -> None:
    wence.write("water.txt", LAW)
    assert wence("index")[0] == 0
    wence.write("water.txt", BROKEN)
    for _ in range(2):
        code, _, err = wence("index")
        assert code == 1 and "沿用旧版" in err and "earlier version kept" in err
    _, out, _ = wence("search", "每户补贴", "--json")
    assert json.loads(out)["hits"][0]["id"] == "water#2"
    wence.write("other.txt", LAW)  # a further build must not lose it
    assert wence("index")[0] == 1
    assert json.loads(wence("index", "--json")[1])["documents"] == 3
    wence.write("water.txt", LAW.replace("五元", "九元"))
    code, _, err = wence("index")
    assert code == 0 and "~ water#2" in err


def test_where_nothing_is_good_the_old_index_stays(wence: Wence) -> None:
    assert wence("index")[0] == 0
    shutil.rmtree(wence.corpus / "linhai-care")
    wence.write("a.txt", BROKEN)
    wence.write("b.txt", "")
    code, out, err = wence("index")
    assert code == 1 and out == "" and "a.txt" in err and "b.txt" in err
    assert wence("ask", "第十五条")[0] == 0


@pytest.mark.parametrize("harm", ["truncated", "other format", "garbled pointer"])
def test_a_damaged_index_is_built_anew_without_being_forced(
    harm: str, wence: Wence, settings: Settings
) -> None:
    assert wence("index")[0] == 0
    (version,) = (settings.index / "versions").iterdir()
    if harm == "garbled pointer":
        (settings.index / "current").write_text("nonsense")
    else:
        file = version / ("guidelines.json" if harm == "truncated" else "manifest.json")
        file.write_bytes(file.read_bytes()[:-10] if harm == "truncated" else b'{"format": 1}')
    code, _, err = wence("index")
    assert code == 0 and "Index built" in err
    assert wence("ask", "第十五条")[0] == 0


def test_an_index_of_other_code_is_said_to_be_and_built_anew(
    wence: Wence, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wence("index")[0] == 0
    monkeypatch.setattr(build, "code_hash", lambda: "0" * 64)
    code, _, err = wence("ask", "第十五条")
    assert code == 0 and "built by another version" in err
    assert "Index built" in wence("index")[2] and "up to date" in wence("index")[2]


def test_an_index_of_another_model_is_not_current(dense: Settings) -> None:
    build_index(dense, quiet())
    assert current_origin(dense)
    assert not current_origin(dense.model_copy(update={"embedding_model": "another/model"}))


def test_a_second_build_embeds_what_changed(dense: Settings) -> None:
    first = build_index(dense, quiet())
    assert first.embedded >= 60 and first.reused == 0 and first.changes is None
    source = dense.corpus / "linhai-care" / "source.txt"
    source.write_text(
        source.read_text(encoding="utf-8").replace("每餐补贴四元", "每餐补贴五元"), encoding="utf-8"
    )
    second = build_index(dense, quiet())
    assert second.embedded == 2 and second.reused >= 60
    assert second.changes and [change.id for change in second.changes.changed] == ["linhai-care#8"]
    fresh = open_index(dense, report=pytest.fail)
    for question in ("老人吃饭有补贴吗?", "押金最多收多少?"):
        assert fresh.search(question) == second.index.search(question)


@pytest.mark.parametrize("command", [["index", "--out"], ["ask", "第一条", "--index"]])
def test_a_folder_that_is_somebody_elses_is_told_with_a_command_that_works(
    command: list[str], wence: Wence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENCE_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("root")
    code, _, err = wence(*command, str(tmp_path / "etc"))
    advised = re.search(r"wence index --out (\S+), and ask with --index (\S+)\.", err)
    assert code == 1 and advised and "passwd" in err
    assert wence("index", "--out", advised[1])[0] == 0
    assert wence("ask", "第十五条", "--index", advised[2])[0] == 0
