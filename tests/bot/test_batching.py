"""Questions of many threads share batches, and each gets its own vectors."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from time import sleep

import numpy as np
import pytest

from bot.ask import Assistant
from bot.batching import BatchingEmbedder
from index.embed import Embedder, Vectors


class Told(Embedder):
    """Encodes a text by its length and its first character; holds on, and fails, when it is told to."""

    def __init__(self) -> None:
        self.name, self.dimension, self.fingerprint = "told", 2, "0"
        self.batches: list[list[str]] = []
        self.go = Event()
        self.entered = Event()
        self.go.set()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        self.entered.set()
        assert self.go.wait(10)
        if any("出错" in text for text in texts):
            raise RuntimeError("a fault on purpose")
        return np.array([[len(text), ord(text[0])] for text in texts], dtype=np.float32)


def test_a_lone_question_does_not_wait() -> None:
    model = Told()
    assert BatchingEmbedder(model).encode_queries(["甲乙"]).tolist() == [[2, ord("甲")]]
    assert model.batches == [["甲乙"]]


def test_the_latest_texts_are_remembered() -> None:
    """Each keeps its vector; with the third text the one that was not asked for longest goes."""
    model = Told()
    batching = BatchingEmbedder(model, remembered=2)
    for asked in (["甲"], ["乙乙"], ["甲"], ["乙乙", "甲"], ["丙丙丙"], ["甲", "乙乙"]):
        expected = [[len(text), ord(text[0])] for text in asked]
        assert batching.encode_queries(asked).tolist() == expected
    assert model.batches == [["甲"], ["乙乙"], ["丙丙丙"], ["乙乙"]]


def test_what_is_remembered_cannot_be_changed_by_a_caller() -> None:
    batching = BatchingEmbedder(Told())
    batching.encode_queries(["甲"])[:] = 0
    assert batching.encode_queries(["甲"]).tolist() == [[1, ord("甲")]]


def test_what_comes_while_the_model_is_busy_is_one_batch() -> None:
    """One goes first; twenty wait for it, and go together; equal texts once."""
    model = Told()
    batching = BatchingEmbedder(model)
    model.go.clear()
    texts = [f"{chr(65 + n)}{'问' * (n % 4)}" for n in range(19)] + ["B问"]
    with ThreadPoolExecutor(21) as threads:
        first = threads.submit(batching.encode_queries, ["先"])
        assert model.entered.wait(10)
        others = [threads.submit(batching.encode_queries, [text]) for text in texts]
        while batching.waiting < 20:
            threading.Event().wait(0.01)
        model.go.set()
        assert first.result(10).tolist() == [[1, ord("先")]]
        for text, other in zip(texts, others, strict=True):
            assert other.result(10).tolist() == [[len(text), ord(text[0])]]
    assert [len(batch) for batch in model.batches] == [1, 19]


def test_a_batch_holds_texts_of_like_length() -> None:
    """The one that has waited longest takes along those like it; the others are next, in the same way."""
    model = Told()
    batching = BatchingEmbedder(model)
    model.go.clear()
    texts = [
        "短问",
        f"长{'问' * 20}",
        "短短问",
        f"久{'问' * 22}",
    ]
    with ThreadPoolExecutor(5) as threads:
        running = [threads.submit(batching.encode_queries, ["先"])]
        assert model.entered.wait(10)
        for count, text in enumerate(texts, 1):
            running.append(threads.submit(batching.encode_queries, [text]))
            while batching.waiting < count:
                threading.Event().wait(0.01)
        model.go.set()
        for text, each in zip(["先", *texts], running, strict=True):
            assert each.result(10).tolist() == [[len(text), ord(text[0])]]
    assert model.batches == [["先"], [texts[0], texts[2]], [texts[1], texts[3]]]


def test_a_batch_has_an_end() -> None:
    model = Told()
    batching = BatchingEmbedder(model, most=4)
    model.go.clear()
    with ThreadPoolExecutor(12) as threads:
        running = [threads.submit(batching.encode_queries, ["先"])]
        assert model.entered.wait(10)
        running += [threads.submit(batching.encode_queries, [f"{n}"]) for n in range(9)]
        while batching.waiting < 9:
            threading.Event().wait(0.01)
        model.go.set()
        for each in running:
            each.result(10)
    assert [len(batch) for batch in model.batches] == [1, 4, 4, 1]


def test_one_caller_may_bring_more_than_a_batch() -> None:
    texts = [f"{n}" for n in range(10, 50)]
    vectors = BatchingEmbedder(Told(), most=4).encode_queries(texts)
    assert vectors[:, 1].tolist() == [ord(text[0]) for text in texts]


def test_a_fault_is_told_to_those_it_concerns_and_the_next_batch_goes_on() -> None:
    batching = BatchingEmbedder(Told())
    with pytest.raises(RuntimeError, match="on purpose"):
        batching.encode_queries(["出错"])
    assert batching.encode_queries(["甲"]).tolist() == [[1, ord("甲")]]


def test_nothing_to_encode() -> None:
    assert BatchingEmbedder(Told()).encode_queries([]).shape == (0, 2)


def test_fifty_threads_get_the_answers_of_one(assistant: Assistant, embedder: Embedder) -> None:
    """With the real model: what each is told is what it is told alone."""
    words = ("贷款", "人才", "平台", "孵化", "专利", "农业", "经费", "企业", "园区", "成果")
    questions = [f"{word}有哪些支持,第{n}问?" for n, word in enumerate(words * 5)]
    alone = [assistant.ask(question) for question in questions]
    index = type(assistant.index).of(
        assistant.index.contents, assistant.index.manifest, assistant.index.tables, BatchingEmbedder(embedder)
    )
    together = Assistant(index)
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(together.ask, questions))
    for question, one, other in zip(questions, alone, answers, strict=True):
        assert other.question == question
        assert (other.route, other.text, other.citations) == (one.route, one.text, one.citations)


def test_lanes_are_used_side_by_side_and_no_more() -> None:
    inside, most = [0], [0]
    guard = Lock()

    class Slow(Told):
        def encode_queries(self, texts: Sequence[str]) -> Vectors:
            with guard:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            sleep(0.01)
            with guard:
                inside[0] -= 1
            return super().encode_queries(texts)

    batching = BatchingEmbedder(Slow(), most=3, remembered=2, lanes=2)
    texts = [chr(0x4E00 + number) * (1 + number % 7) for number in range(120)]
    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(lambda text: batching.encode_queries([text, "同"]).tolist(), texts))
    assert found == [[[len(text), ord(text[0])], [1, ord("同")]] for text in texts]
    assert most[0] == 2 and batching.waiting == 0
