"""The one tree of errors that Wence raises on purpose.

    WenceError                 exit code 1
    ├── CorpusError            a guideline cannot be read or parsed; names file and line
    ├── IndexFolderError       an index folder is missing, damaged, or of another make
    ├── IndexServerError       an index on a vector database cannot be reached or used
    ├── JournalError           the journal cannot be opened, read or written
    ├── ModelError             the embedding model cannot be loaded
    ├── ModelUnavailable       the language model gives no answer now; extracts are shown instead
    ├── PromptError            a prompt's file is not as it must be
    └── UsageError             the call itself is wrong; exit code 2

It lives on the lowest floor because imports go ``bot -> index -> corpus`` only.
"""

from __future__ import annotations


class WenceError(Exception):
    """An error with a message for people: what happened, to what, and what to do next.

    `zh` is shown first and `en` beside it; each is complete by itself.
    """

    exit_code = 1

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


class CorpusError(WenceError):
    """A guideline cannot be read or parsed."""


class IndexFolderError(WenceError):
    """An index folder is missing, damaged, or was built by something else."""


class IndexServerError(WenceError):
    """An index on a vector database cannot be reached, read or written."""


class JournalError(WenceError):
    """The journal of questions and answers cannot be opened, read or written."""


class ModelError(WenceError):
    """The embedding model cannot be loaded."""


class ModelUnavailable(WenceError):
    """The language model gives no answer now. `reason` is one word for logs and counters."""

    def __init__(self, zh: str, en: str, reason: str) -> None:
        super().__init__(zh, en)
        self.reason = reason


class PromptError(WenceError):
    """A prompt's file is missing, or has not the form or the placeholders it must have."""


class UsageError(WenceError):
    """The call itself is wrong."""

    exit_code = 2
