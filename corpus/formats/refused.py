"""Why a file cannot be read, before it is known to the reader what the file is called."""

from __future__ import annotations


class Refused(Exception):
    """A file is not read: `zh` and `en` say why, as a clause that follows the file's name."""

    def __init__(self, zh: str, en: str, advice: tuple[str, str] | None = None) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.advice = advice or ("请用 Word 或 WPS 打开后重新另存", "Open it and save it anew")
