"""Where the command line writes: results to standard output or a file, everything else to standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from corpus.errors import UsageError


def print_result(result: str | bytes) -> None:
    """A result and a line end on standard output."""
    data = result if isinstance(result, bytes) else result.encode("utf-8", errors="replace")
    write_out([data, b"\n"])


def write_out(pieces: Iterable[bytes], out: Path | None = None) -> None:
    """A result piece by piece, to a file or to standard output. UsageError if the file cannot be written."""
    with _target(out) as target:
        for piece in pieces:
            target.write(piece)
        target.flush()


def tell(message: str) -> None:
    """A message on standard error."""
    sys.stderr.write(message.encode("utf-8", errors="replace").decode("utf-8") + "\n")
    sys.stderr.flush()


@contextmanager
def _target(out: Path | None) -> Iterator[BinaryIO]:
    if out is None:
        yield sys.stdout.buffer
        return
    try:
        with out.open("wb") as target:
            yield target
    except OSError as error:
        raise UsageError(
            f"无法写入 {out}:{error.strerror}。请换一个文件。",
            f"{out} cannot be written: {error.strerror}. Name another file.",
        ) from error
