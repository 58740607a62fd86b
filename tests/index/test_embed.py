"""The real model behind LangChain's interface, and the errors when there is none."""

from __future__ import annotations

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import ModelError
from index.embed import Choice, Embedder, load_embedder
from index.encoder import BATCH_TEXTS, BATCH_TOKENS, batches


def test_unit_vectors_in_the_order_given(embedder: Embedder) -> None:
    texts = ["贷款", "人才引进与子女入学的安排" * 20, "创业孵化"]
    done: list[int] = []
    vectors = embedder.encode_passages(texts, done.append)
    assert vectors.shape == (3, embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert done == [3]
    for text, vector in zip(texts, vectors, strict=True):
        assert np.allclose(embedder.encode_passages([text])[0], vector, atol=1e-5)


def test_questions_and_passages_have_their_own_prompts(embedder: Embedder) -> None:
    question, passage = embedder.encode_queries(["贷款"])[0], embedder.encode_passages(["贷款"])[0]
    assert 0.8 < float(question @ passage) < 0.9999


def test_meaning_beats_wording(embedder: Embedder) -> None:
    passages = embedder.encode_passages(["向银行申请信用贷款", "银行大楼的建筑风格", "儿童疫苗接种时间"])
    assert int(np.argmax(passages @ embedder.encode_queries(["公司缺钱怎么借"])[0])) == 0


def test_langchain_forms(embedder: Embedder) -> None:
    assert np.allclose(embedder.embed_query("贷款"), embedder.encode_queries(["贷款"])[0], atol=1e-6)
    assert np.allclose(embedder.embed_documents(["贷款"]), embedder.encode_passages(["贷款"]), atol=1e-6)
    assert embedder.encode_passages([]).shape == (0, embedder.dimension)


def test_shared_between_threads(embedder: Embedder) -> None:
    texts = [f"第{i}条支持措施" for i in range(12)]
    alone = np.stack([embedder.encode_queries([text])[0] for text in texts])
    with ThreadPoolExecutor(4) as pool:
        together = np.stack(list(pool.map(lambda text: embedder.encode_queries([text])[0], texts)))
    assert np.allclose(alone, together, atol=1e-5)


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("no model here")
    with pytest.raises(ModelError) as raised:
        load_embedder(str(tmp_path))
    for way_out in ("wence[offline]", "WENCE_EMBEDDING_MODEL", "--no-dense"):
        assert way_out in raised.value.zh
        assert way_out in raised.value.en


def test_importing_costs_no_torch() -> None:
    code = (
        "import index.embed, index.store, sys;"
        "print([m for m in ('torch', 'transformers') if m in sys.modules])"
    )
    root = Path(__file__).parent.parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_question_needs_no_torch_once_the_graph_is_there(embedder: Embedder) -> None:
    code = (
        "import sys; from index.embed import load_embedder;"
        "load_embedder(None, 'onnx').encode_queries(['贷款', '补贴']);"
        "print([m for m in ('torch', 'transformers', 'onnx') if m in sys.modules])"
    )
    root = Path(__file__).parent.parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Batches


@given(st.lists(st.integers(0, 600), max_size=300))
def test_each_row_is_in_one_batch_and_batches_are_bounded(lengths: list[int]) -> None:
    made = list(batches(lengths))
    assert sorted(row for rows in made for row in rows) == list(range(len(lengths)))
    for rows in made:
        assert len(rows) == 1 or len(rows) * max(lengths[i] for i in rows) <= BATCH_TOKENS
        assert len(rows) <= BATCH_TEXTS
    if lengths:
        assert max(lengths) in [lengths[i] for i in made[0]]


def test_little_is_spent_on_padding() -> None:
    draw = random.Random(7)
    lengths = [draw.randint(5, 400) for _ in range(3000)]
    padded = sum(len(rows) * max(lengths[i] for i in rows) for rows in batches(lengths))
    assert padded < 1.03 * sum(lengths)


def test_the_number_done_tells_the_share_of_work_done() -> None:
    """At any time the two are near each other; sorted by length they are far apart."""
    draw = random.Random(7)
    lengths = [int(draw.paretovariate(1.5) * 30) for _ in range(5000)]
    done = work = 0
    apart = []
    for rows in list(batches(lengths))[1:]:
        done, work = done + len(rows), work + sum(lengths[i] for i in rows)
        apart.append(abs(done / len(lengths) - work / sum(lengths)))
    assert max(apart) < 0.1


def test_progress_counts_every_passage_once(embedder: Embedder) -> None:
    done: list[int] = []
    texts = [f"第{i}条 " + "支持企业。" * (i % 40) for i in range(90)]
    embedder.encode_passages(texts, done.append)
    assert sum(done) == 90 and len(done) > 3


@pytest.mark.parametrize("choice", ["onnx", "torch"])
def test_an_interrupted_build_stops(choice: Choice) -> None:
    """What is raised while batches are under way comes through, and the model still works after it."""
    embedder = load_embedder(None, choice)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embedder.encode_passages(["支持企业技术改造" * 30] * 60, interrupt)
    assert embedder.encode_queries(["贷款"]).shape == (1, embedder.dimension)
