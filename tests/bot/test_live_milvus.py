"""An assistant over a Milvus server takes up what another process has built there."""

from __future__ import annotations

from pathlib import Path

from bot.ask import Assistant
from bot.live import Live
from corpus.load import load_corpus
from index.open import open_index, parse_place, save_index
from index.store import Index
from tests.index.backends import milvus_server

CORPUS = Path(__file__).parent.parent / "data" / "corpus"


def test_a_new_version_is_taken_up_from_a_server(tmp_path: Path) -> None:
    guidelines = load_corpus(CORPUS)
    said: list[str] = []
    with milvus_server(tmp_path / "server.db") as address:
        place = parse_place(address)
        save_index(Index.build(guidelines[:1], None), place)
        live = Live(place, lambda: Assistant(open_index(place, None)), report=said.append)
        assert not live.look()
        save_index(Index.build(guidelines, None), place)
        assert len(live.index.guidelines) == 1
        assert live.look()
        assert len(live.index.guidelines) == len(guidelines)
        assert "农场" in live.ask("家庭农场能拿多少钱?").text
        assert not live.look()
    assert len(said) == 1
    assert not live.look()
    assert len(said) == 1
