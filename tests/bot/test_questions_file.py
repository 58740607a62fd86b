"""Questions from the command line and from files, good and bad."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import questions_file
from bot.questions_file import Asked, one_or_file, read_questions
from corpus.errors import UsageError, WenceError

GOOD = {
    '{"question": "甲?"}': Asked("甲?"),
    '{"id": "q1", "question": "甲?"}': Asked("甲?", "q1"),
    '{"id": 7, "question": ""}': Asked("", 7),
    '{"text": "甲?"}': Asked("甲?"),
    '{"id": "a", "question": "乙呢?", "history": [["甲?", "甲。"]]}': Asked("乙呢?", "a", (("甲?", "甲。"),)),
    '{"question": "甲?", "history": null, "district": null}': Asked("甲?"),
    '{"question": "甲?", "district": "东区"}': Asked("甲?", district="东区"),
    '{"question": "甲?", "gold": [1], "more": {"x": 1}}': Asked("甲?"),
    '{"question": "\\ud83d"}': Asked("\ud83d"),
}
BAD = {
    "没有引号": "not JSON",
    '{"question": "甲': "not JSON",
    "[]": "JSON object",
    '"甲?"': "JSON object",
    "null": "JSON object",
    "{}": '"question"',
    '{"question": null}': '"question"',
    '{"question": 7}': '"question"',
    '{"question": ["甲?"]}': '"question"',
    '{"question": "甲?", "id": {}}': '"id"',
    '{"question": "甲?", "id": 1.5}': '"id"',
    '{"question": "甲?", "district": 5}': '"district"',
    '{"question": "甲?", "history": "乙"}': '"history"',
    '{"question": "甲?", "history": [["乙"]]}': '"history"',
    '{"question": "甲?", "history": ["乙"]}': '"history"',
    '{"question": ' + "[" * 100_000: "",
}


def written(folder: Path, *lines: str | bytes) -> Path:
    file = folder / "questions.jsonl"
    file.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines))
    return file


@pytest.mark.parametrize(("line", "asked"), GOOD.items())
def test_good_lines(tmp_path: Path, line: str, asked: Asked) -> None:
    read = read_questions(written(tmp_path, line))
    assert (read.questions, read.bad_lines) == ([asked], [])


@pytest.mark.parametrize(("line", "reason"), BAD.items())
def test_bad_lines_are_named_and_the_others_read(tmp_path: Path, line: str, reason: str) -> None:
    file = written(tmp_path, '{"question": "前?"}', "", line, '{"question": "后?"}')
    read = read_questions(file)
    assert [asked.text for asked in read.questions] == ["前?", "后?"]
    (named,) = read.bad_lines
    assert named.startswith(f"{file}:3: ") and reason in named


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    read = read_questions(written(tmp_path, b"\xff\xfe\x00{", '{"question": "甲?"}'.encode("gbk")))
    assert read.questions == [] and len(read.bad_lines) == 2


@pytest.mark.parametrize("content", [b"", b"\n\n  \n"])
def test_a_file_without_questions(tmp_path: Path, content: bytes) -> None:
    read = read_questions(written(tmp_path, content))
    assert (read.questions, read.bad_lines) == ([], [])


def test_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    content = '\ufeff{"question": "甲?"}\r\n{"question": "乙\u2028?"}\r\n'.encode()
    assert [asked.text for asked in read_questions(written(tmp_path, content)).questions] == [
        "甲?",
        "乙\u2028?",
    ]


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(WenceError) as caught:
        read_questions(tmp_path / name)
    assert str(tmp_path) in caught.value.zh and str(tmp_path) in caught.value.en


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions_file, "MAX_FILE", 5)
    with pytest.raises(UsageError, match="too large"):
        read_questions(written(tmp_path, '{"question": "甲?"}'))


def test_one_question_or_a_file(tmp_path: Path) -> None:
    file = written(tmp_path, '{"question": "甲?"}')
    assert one_or_file("乙?", None).questions == [Asked("乙?")]
    assert one_or_file("", None).questions == [Asked("")]
    assert one_or_file(None, file).questions == [Asked("甲?")]
    for text, path in ((None, None), ("乙?", file)):
        with pytest.raises(UsageError) as caught:
            one_or_file(text, path)
        assert caught.value.exit_code == 2
