"""An assistant whose index is replaced under it."""

from __future__ import annotations

import io
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from bot import build, live
from bot.build import build_index
from bot.live import Live, open_live
from bot.settings import Settings
from corpus.errors import IndexFolderError
from index.embed import Embedder

CORPUS = Path(__file__).parent.parent / "data" / "corpus" / "linhai-care"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(CORPUS, tmp_path / "corpus" / "linhai-care")
    return Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", dense=False)


def change(settings: Settings, old: str, new: str) -> None:
    source = settings.corpus / "linhai-care" / "source.txt"
    source.write_text(source.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def rebuild(settings: Settings) -> None:
    build_index(settings, Console(file=io.StringIO()))


def allowance(assistant: Live) -> str:
    """How much the measure on meals grants, by the answer's words."""
    text = assistant.ask("第八条写了什么?").text
    return next(word for word in ("四元", "五元", "六元") if word in text)


def test_another_index_is_taken_up(settings: Settings) -> None:
    said: list[str] = []
    changed: list[str] = []
    assistant = open_live(settings, report=said.append)
    assistant.on_change(lambda: changed.append(allowance(assistant)))
    assert not assistant.look()
    before = assistant.current
    change(settings, "每餐补贴四元", "每餐补贴五元")
    rebuild(settings)
    said.clear()
    assert allowance(assistant) == "四元"
    assert assistant.look() and not assistant.look()
    assert allowance(assistant) == "五元" and changed == ["五元"]
    assert "四元" in before.ask("第八条写了什么?").text, "what was begun is finished on the old index"
    assert len(said) == 1 and "1 documents, 20 measures" in said[0]


HARM: dict[str, Callable[[Path], object]] = {
    "pointer garbled": lambda folder: (folder / "current").write_text("nonsense"),
    "files gone": lambda folder: shutil.rmtree(folder / "versions"),
    "pointer to nothing": lambda folder: (folder / "current").write_text("0" * 16 + " " + "0" * 64),
    "pointer gone": lambda folder: (folder / "current").unlink(),
    "folder gone": shutil.rmtree,
}


@pytest.mark.parametrize("harm", HARM)
def test_a_damaged_index_changes_nothing_and_a_good_one_heals(harm: str, settings: Settings) -> None:
    said: list[str] = []
    assistant = open_live(settings, report=said.append)
    said.clear()
    HARM[harm](settings.index)
    assert not assistant.look() and not assistant.look()
    assert allowance(assistant) == "四元"
    told = [text for text in said if "the old one goes on" in text]
    assert len(told) == len(said) == (1 if harm in ("pointer garbled", "pointer to nothing") else 0)
    change(settings, "每餐补贴四元", "每餐补贴六元")
    rebuild(settings)
    assert assistant.look() and allowance(assistant) == "六元"


def test_an_index_that_failed_is_tried_again_later(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = open_live(settings, report=lambda said: None)
    pointer = settings.index / "current"
    good = pointer.read_bytes()
    versions = settings.index / "versions"
    versions.rename(settings.index / "away")
    pointer.unlink()
    pointer.write_bytes(good)
    assert not assistant.look()
    (settings.index / "away").rename(versions)
    assert not assistant.look(), "not at once: each try reads the whole index"
    monkeypatch.setattr(live, "_RETRY_SECONDS", 0.0)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert assistant.look() and allowance(assistant) == "四元"


def test_the_model_is_loaded_once_and_must_fit(
    settings: Settings, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "background_questions", lambda: {"zh": ["明天下雨吗?"], "en": ["Any rain?"]})
    monkeypatch.setattr(build, "load_embedder", lambda name, encoder: embedder)
    dense = settings.model_copy(update={"dense": True})
    rebuild(dense)
    loaded: list[Settings] = []

    def load(wanted: Settings) -> Embedder:
        loaded.append(wanted)
        return embedder

    monkeypatch.setattr(live, "load_model", load)
    said: list[str] = []
    assistant = open_live(dense, report=said.append)
    change(dense, "每餐补贴四元", "每餐补贴五元")
    rebuild(dense)
    assert assistant.look() and len(loaded) == 1
    assert assistant.ask("老人吃饭有补贴吗?").citations
    monkeypatch.setattr(embedder, "fingerprint", "0" * 16)
    rebuild(dense)  # as another model would have built it
    monkeypatch.undo()
    assert not assistant.look()
    assert "it was built with the model" in said[-1] and allowance(assistant) == "五元"


def test_a_listener_that_fails_does_not_stop_the_change(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    assistant = open_live(settings, report=lambda said: None)
    heard: list[int] = []
    assistant.on_change(lambda: heard.append(1 // 0))
    assistant.on_change(lambda: heard.append(2))
    change(settings, "每餐补贴四元", "每餐补贴五元")
    rebuild(settings)
    assert assistant.look() and heard == [2] and "the page still shows" in caplog.text


def test_it_looks_by_itself_and_no_question_fails(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked from two threads while the index is built three times."""
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.02)
    assistant = open_live(settings, report=lambda said: None)
    ended = threading.Event()
    wrong: list[object] = []
    seen: set[str] = set()

    def asking() -> None:
        while not ended.is_set():
            try:
                seen.add(allowance(assistant))
            except Exception as error:
                wrong.append(error)
            time.sleep(0.01)

    threads = [threading.Thread(target=asking) for _ in range(2)]
    with assistant.watching():
        for thread in threads:
            thread.start()
        for old, new in (("四", "五"), ("五", "四"), ("四", "六")):
            change(settings, f"每餐补贴{old}元", f"每餐补贴{new}元")
            rebuild(settings)
        deadline = time.monotonic() + 20
        while allowance(assistant) != "六元" and time.monotonic() < deadline:
            time.sleep(0.02)
        ended.set()
        for thread in threads:
            thread.join(timeout=20)
    assert wrong == [] and allowance(assistant) == "六元" and "四元" in seen


def test_a_missing_index_is_built_and_what_cannot_be_read_is_told(settings: Settings) -> None:
    (settings.corpus / "broken.txt").write_text("一、甲\n\n三、丙\n", encoding="utf-8")
    said: list[str] = []
    assistant = open_live(settings, report=said.append)
    assert allowance(assistant) == "四元"
    assert "No index found" in said[0] and "broken.txt" in said[1]


def test_there_must_be_an_index_to_begin_with(settings: Settings) -> None:
    rebuild(settings)
    shutil.rmtree(settings.index / "versions")
    with pytest.raises(IndexFolderError):
        open_live(settings, report=lambda said: None)
