"""The page over an assistant that does what real ones seldom do. A program: odd_chat.py PORT."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from bot.answer import Answer
from bot.answers.quoting import escape
from bot.ask import Assistant
from bot.speaking.speaker import Heard
from bot.web.app import create_site
from bot.web.server import listen, run
from corpus.gazetteer import packaged_gazetteers
from corpus.load import load_corpus, packaged_corpus
from index.store import Index


class OddAssistant(Assistant):
    """Slow, failing or talkative, by a word of the question; else itself."""

    def ask(
        self,
        text: str,
        history: Sequence[tuple[str, str]] = (),
        district: str | None = None,
        role: str | None = None,
        heard: Heard | None = None,
    ) -> Answer:
        if "慢" in text:
            time.sleep(2 if "稍慢" in text else 20)
        if "出错" in text:
            raise RuntimeError("a fault on purpose")
        if "历史" in text:
            return Answer(text, "topic", escape(repr([question for question, _ in history])))
        if "我是谁" in text:
            return Answer(text, "topic", escape(f"{district}/{role}"))
        return super().ask(text, history, district, role, heard)


if __name__ == "__main__":
    index = Index.build(load_corpus(packaged_corpus()), None, gazetteers=packaged_gazetteers())
    run(
        create_site(OddAssistant(index)),
        listen("127.0.0.1", int(sys.argv[1])),
        report=lambda said: sys.stderr.write(said + "\n"),
    )
