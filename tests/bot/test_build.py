"""From a corpus folder to an index folder and back to an assistant."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from bot import build
from bot.build import build_index, current_origin, open_assistant, open_index
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
    monkeypatch.setattr(build, "load_embedder", lambda name: embedder)
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

    def watched(name: str | None) -> Embedder:
        loaded.append(name)
        return embedder

    monkeypatch.setattr(build, "load_embedder", watched)
    assistant = open_assistant(dense, report=pytest.fail)
    assert assistant.ask("第十五条").citations and assistant.ask("你好").refusal == "unclear"
    assert loaded == []
    assert assistant.ask("老人吃饭有补贴吗?").citations
    assert loaded == [None]
