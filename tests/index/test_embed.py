"""The real model behind LangChain's interface, and the errors when there is none."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelError
from index.embed import Embedder, load_embedder


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


def test_fingerprint_is_that_of_the_weights(embedder: Embedder) -> None:
    weight = next(iter(embedder._model.parameters()))
    same = Embedder(embedder._model, "another name").fingerprint
    weight.data.mul_(2)
    try:
        changed = Embedder(embedder._model, "another name").fingerprint
    finally:
        weight.data.div_(2)
    assert same == embedder.fingerprint
    assert changed != same


def test_a_local_folder_is_loaded(embedder: Embedder) -> None:
    from index.offline import ensure_model

    local = load_embedder(str(ensure_model()))
    assert local.fingerprint == embedder.fingerprint


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
