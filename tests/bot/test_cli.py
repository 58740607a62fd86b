"""The command line: exit codes, what goes to which stream, and what it says when something is wrong.

Where the process itself matters (streams, start-up, other folders, pipes) it is a real one; the many ways in
which a corpus, an index or a call can be wrong are run in this process, through the same `main`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.ask import Assistant
from bot.cli import main
from index.embed import Embedder
from index.store import Index
from tests.conftest import Remembering

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "data" / "corpus"


@dataclass(frozen=True)
class Done:
    """What a run left behind."""

    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[dict[str, object]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.decode("utf-8").splitlines()]


class Command:
    """Runs `wence` with an index and a corpus of its own, in this process or in a new one."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[bytes]
    ) -> None:
        self.folder = folder
        self.corpus = folder / "corpus"
        self.index = folder / "index"
        self.corpus.mkdir()
        self._patch, self._capture = monkeypatch, capture

    def here(self, *arguments: str, **environment: str) -> Done:
        """Through `main`, in this process."""
        for name, value in (self._environment() | environment).items():
            self._patch.setenv(name, value)
        self._patch.setattr(sys, "argv", ["wence", *arguments])
        self._capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capture.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 1, out, err.decode("utf-8"))

    def process(self, *arguments: str | bytes, cwd: Path = ROOT, **environment: str) -> Done:
        """As a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            cwd=cwd,
            env=os.environ | self._environment() | {"PYTHONPATH": str(ROOT)} | environment,
            capture_output=True,
            timeout=240,
        )
        return Done(done.returncode, done.stdout, done.stderr.decode("utf-8"))

    def with_guideline(self, name: str = "linhai-care") -> Command:
        shutil.copytree(CORPUS / name, self.corpus / name)
        return self

    def _environment(self) -> dict[str, str]:
        return {"WENCE_INDEX": str(self.index), "WENCE_CORPUS": str(self.corpus), "WENCE_DENSE": "false"}


@pytest.fixture
def wence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Command:
    return Command(tmp_path, monkeypatch, capsysbinary)


def failed(done: Done, *words: str, code: int = 1) -> bool:
    """It ended with `code`, wrote no result, told both languages what is wrong, and showed no traceback."""
    assert done.code == code, done.err
    assert done.out == b""
    assert "Traceback" not in done.err
    assert "错误:" in done.err and "Error: " in done.err
    assert all(word in done.err for word in words), done.err
    return True


# --- results ------------------------------------------------------------------------------------------


def test_ask_in_a_process_of_its_own(wence: Command) -> None:
    """Builds the index that is missing, says so on standard error alone, and answers in JSON."""
    wence.with_guideline()
    first = wence.process("ask", "第十五条", "--json")
    assert first.code == 0
    (answer,) = first.lines
    assert answer["route"] == "clause" and "提前六十日书面告知" in str(answer["text"])
    assert "正在建立" in first.err and "building one" in first.err
    second = wence.process("ask", "第十五条")
    assert second.code == 0 and second.err == ""
    assert "提前六十日书面告知" in second.out.decode("utf-8") and b"\x1b[" not in second.out


def test_from_another_folder_and_in_a_poor_locale(wence: Command) -> None:
    (wence.folder / "elsewhere").mkdir()
    done = wence.with_guideline().process(
        "ask", "第十五条", cwd=wence.folder / "elsewhere", LC_ALL="C", PYTHONIOENCODING=""
    )
    assert done.code == 0 and "提前六十日" in done.out.decode("utf-8")
    assert list((wence.folder / "elsewhere").iterdir()) == []


def test_an_argument_that_is_no_text(wence: Command) -> None:
    done = wence.with_guideline().process("ask", b"\xff\xfe", "--json")
    assert done.code == 0
    assert done.lines[0]["refusal"] == "unclear"


def test_a_closed_pipe_is_no_crash(wence: Command) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "measures", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 1
    assert b"Traceback" not in err


def test_without_vectors_torch_is_never_imported(wence: Command) -> None:
    wence.with_guideline()
    code = (
        "import sys\nfrom bot.cli import main\n"
        "for words in (['measures'], ['search', '押金', '--no-dense'], ['ask', '押金多少?', '--no-dense']):\n"
        "    sys.argv = ['wence', *words]\n"
        "    try:\n        main()\n"
        "    except SystemExit as ended:\n        assert ended.code == 0, words\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'gradio'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"WENCE_INDEX": str(wence.index), "WENCE_CORPUS": str(wence.corpus)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_help_is_quick_and_names_every_command(wence: Command) -> None:
    code = (
        "import sys\nfrom bot.cli import main\nsys.argv = ['wence', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "assert not {'torch', 'faiss', 'gradio', 'transformers'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for command in ("index", "parse", "measures", "search", "ask", "serve", "eval", "bench"):
        assert command in done.stdout


def test_questions_from_a_file_with_bad_lines_between(wence: Command) -> None:
    file = wence.folder / "q.jsonl"
    file.write_text(
        '{"id": "a", "question": "第十五条"}\n没有引号\n\n{"id": 7, "question": "你好"}\n{"id": "c"}\n'
        '{"question": "哪些条文提到“失能”?"}\n',
        encoding="utf-8",
    )
    done = wence.with_guideline().here("ask", "--jsonl", str(file))
    assert done.code == 1
    assert [(a.get("id"), a["route"]) for a in done.lines] == [
        ("a", "clause"),
        (7, "refusal"),
        (None, "keyword"),
    ]
    assert f"{file}:2:" in done.err and f"{file}:5:" in done.err and f"{file}:4:" not in done.err
    assert "2 行无法读取" in done.err and "2 lines could not be read" in done.err


def test_search_gives_ids_scores_and_ranks(wence: Command) -> None:
    file = wence.folder / "q.jsonl"
    file.write_text('{"id": "x", "question": "押金"}\n{"id": "y", "question": ""}\n', encoding="utf-8")
    done = wence.with_guideline().here("search", "--jsonl", str(file), "-k", "2")
    assert done.code == 0
    found, nothing = done.lines
    assert found["id"] == "x" and isinstance(found["hits"], list)
    assert (found["hits"][0]["id"], found["hits"][0]["rank"]) == ("linhai-care#13", 1)
    assert len(found["hits"]) <= 2
    assert nothing == {"id": "y", "hits": []}


def test_parse_and_measures(wence: Command) -> None:
    source = CORPUS / "jiangzhou-agri" / "source.txt"
    parsed = json.loads(wence.here("parse", str(source), "--json").out)
    text = source.read_text(encoding="utf-8")
    assert [m["number"] for m in parsed["measures"]] == list(range(1, 16))
    assert all(text[m["start"] : m["end"]] == m["text"] for m in parsed["measures"])
    listed = json.loads(wence.with_guideline().here("measures", "--json").out)
    assert [m["id"] for m in listed] == [f"linhai-care#{n}" for n in range(1, 21)]
    assert "第二十条" in wence.here("measures").out.decode("utf-8")


def test_index_is_built_once(wence: Command) -> None:
    wence.with_guideline()
    first = wence.here("index")
    assert first.code == 0 and first.out == b"" and "20 measures" in first.err
    assert "up to date" in wence.here("index").err
    assert "Index built" in wence.here("index", "--force").err
    wence.with_guideline("jiangzhou-agri")
    assert "2 documents, 35 measures" in wence.here("index").err


def test_evaluation_on_the_command_line(wence: Command) -> None:
    file = wence.folder / "q.jsonl"
    file.write_text('{"question": "第十五条", "kind": "clause", "gold": [15]}\n', encoding="utf-8")
    done = wence.with_guideline().here("eval", str(file), "--json")
    assert done.code == 0
    assert json.loads(done.out)["scores"]["clause"]["share"] == 1.0


# --- wrong calls: exit code 2 -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "甲?", "--jsonl", "q.jsonl"],
        ["search"],
        ["ask", "甲?", "--unknown"],
        ["unknown"],
        ["parse"],
        ["search", "甲", "-k", "0"],
        ["search", "甲", "-k", "many"],
        ["serve", "--port", "0"],
        ["ask", "甲?", "乙?"],
    ],
)
def test_a_wrong_call(wence: Command, arguments: list[str]) -> None:
    done = wence.here(*arguments)
    assert (done.code, done.out) == (2, b"")
    assert done.err and "Traceback" not in done.err


@pytest.mark.parametrize("command", [["ask", "甲?"], ["search", "甲"], ["measures"], ["index"], ["serve"]])
def test_a_wrong_setting_names_its_variable(wence: Command, command: list[str]) -> None:
    assert failed(wence.here(*command, WENCE_PORT="eighty"), "WENCE_PORT", code=2)


# --- a corpus that cannot be read: exit code 1 --------------------------------------------------------

BROKEN = {
    "gap": "一、甲\n\n(一)种树。每亩十元。\n\n(三)养鱼。每塘五元。\n".encode(),
    "binary": bytes(range(256)) * 50,
    "empty": b"",
    "blank": " \n\u3000\n".encode(),
    "no numbering": "只有一句话，没有编号。".encode(),
    "unknown encoding": b"\x81\xff\xfe\x80\x81" * 20,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("command", [["index"], ["ask", "第一条"]])
def test_a_broken_document_is_named(wence: Command, content: bytes, command: list[str]) -> None:
    (wence.corpus / "broken.txt").write_bytes(content)
    assert failed(wence.here(*command), "broken.txt")
    assert not (wence.index / "current").exists()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_other_encodings_are_read(wence: Command, encoding: str) -> None:
    text = (CORPUS / "linhai-care" / "source.txt").read_text(encoding="utf-8")
    (wence.corpus / "care.txt").write_bytes(text.encode(encoding))
    done = wence.here("ask", "第十五条", "--json")
    assert done.code == 0
    (answer,) = done.lines
    source = (wence.corpus / "care.txt").read_bytes().decode(encoding.removesuffix("-sig"))
    assert isinstance(answer["citations"], list)
    for citation in answer["citations"]:
        assert source[citation["start"] : citation["end"]] == citation["quote"]


def test_an_empty_corpus_folder(wence: Command) -> None:
    assert failed(wence.here("index"), str(wence.corpus))
    assert failed(wence.here("measures"), str(wence.corpus))


def test_a_missing_corpus_folder(wence: Command) -> None:
    assert failed(wence.here("index", "--corpus", str(wence.folder / "nowhere")), "nowhere")


def test_a_corpus_folder_that_is_a_file(wence: Command) -> None:
    (wence.folder / "file").write_text("甲", encoding="utf-8")
    assert failed(wence.here("measures", "--corpus", str(wence.folder / "file")), "file")


def test_a_question_file_that_is_missing(wence: Command) -> None:
    assert failed(wence.with_guideline().here("ask", "--jsonl", str(wence.folder / "no.jsonl")), "no.jsonl")


# --- an index that cannot be used ---------------------------------------------------------------------


def truncated(folder: Path) -> None:
    largest = max((p for p in folder.rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-10])


def changed(folder: Path) -> None:
    (guidelines,) = folder.rglob("guidelines.json")
    guidelines.write_bytes(guidelines.read_bytes().replace("六十日".encode(), "九十日".encode()))


def without_manifest(folder: Path) -> None:
    for path in folder.rglob("manifest.json"):
        path.unlink()


def garbled(folder: Path) -> None:
    (folder / "current").write_bytes(b"\xff\x00../../etc")


def emptied(folder: Path) -> None:
    (folder / "current").write_bytes(b"")


def unreadable(folder: Path) -> None:
    """A folder in the place of a file cannot be read as one, not even by root."""
    (guidelines,) = folder.rglob("guidelines.json")
    guidelines.unlink()
    guidelines.mkdir()


def other_format(folder: Path) -> None:
    for path in folder.rglob("manifest.json"):
        path.write_bytes(b'{"format": 9999}')


@pytest.mark.parametrize(
    "harm", [truncated, changed, without_manifest, garbled, emptied, unreadable, other_format]
)
def test_a_damaged_index_is_refused_and_says_what_to_run(wence: Command, harm: object) -> None:
    wence.with_guideline().here("index")
    assert callable(harm)
    harm(wence.index)
    assert failed(wence.here("ask", "第十五条"), str(wence.index), "wence index")
    assert failed(wence.here("search", "押金"), "wence index")
    assert wence.here("index", "--force").code == 0
    assert wence.here("ask", "第十五条").code == 0


def test_an_index_that_is_a_file(wence: Command) -> None:
    wence.with_guideline()
    wence.index.write_text("x", encoding="utf-8")
    assert failed(wence.here("index"), str(wence.index))
    assert failed(wence.here("ask", "第十五条"), str(wence.index))


def test_an_index_of_another_model(wence: Command, embedder: Embedder, several: Assistant) -> None:
    """Found out when the model is loaded, and told with the command that helps."""
    other = Remembering(embedder)
    other.fingerprint, other.name = "0" * 64, "another-model"
    Index.build(several.index.guidelines[:1], other).save(wence.index)
    done = wence.here("ask", "老人吃饭有补贴吗?", WENCE_DENSE="true")
    assert failed(done, "another-model", "wence index")


def test_an_index_without_vectors_serves_a_dense_setting(wence: Command) -> None:
    """What was built by `--no-dense` is searched as it was built."""
    wence.with_guideline().here("index")
    done = wence.here("ask", "押金最多收多少?", "--json", WENCE_DENSE="true")
    assert done.code == 0 and "不得超过月服务费的三倍" in str(done.lines[0]["text"])


def test_an_unknown_model_tells_the_ways_out(wence: Command) -> None:
    missing = str(wence.folder / "no-model")
    done = wence.with_guideline().here("index", WENCE_DENSE="true", WENCE_EMBEDDING_MODEL=missing)
    assert failed(done, "no-model", "--no-dense")
