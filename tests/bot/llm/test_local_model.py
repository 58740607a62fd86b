"""A real, poor model behind a real server: it streams in time, and what it says is caught.

The model knows no Chinese and little else. Its answers change with each run, since each prompt bears a
random word; what is asked of them here holds whatever they are.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import httpx
import httpx2
import pytest

from bot.answer import Answer
from bot.ask import Assistant
from bot.grounding import Grounds, Reviewed, Stream, check, review
from bot.llm import bounded
from bot.llm.model import Model, open_model
from bot.prompts import Filled, Given, Message, answer_prompt
from bot.settings import Settings
from bot.speaking.speaker import open_speaker
from corpus.errors import ModelUnavailable
from tests.bot.llm.local_server import LocalModel
from tests.web.conftest import free_port, start, stop

if TYPE_CHECKING:
    from bot.phrases import Lang
    from tests.web.conftest import Served

STORY = (Message("system", "You are a helpful assistant."), Message("user", "Tell me a story of a dog."))
QUESTIONS: tuple[tuple[Lang, str], ...] = (
    ("zh", "新引进的研发机构有什么支持?"),
    ("zh", "人才引进有哪些支持?"),
    ("zh", "怎么申请科技贷款?"),
    ("en", "How is venture capital supported?"),
    ("en", "Is there money for talents?"),
    ("en", "How can a company get a loan for research?"),
)
EVIDENCE = 500
"""Characters: one measure or two. It reads some hundred tokens a second, and a Chinese character is two."""
TOKENS = 32
_CITE = re.compile(r"[\[【［][^\]】］\n]{1,24}[\]】］]")


@dataclass(frozen=True)
class Said:
    """A question's prompt, and the model's answer in its pieces."""

    question: str
    filled: Filled
    pieces: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def grounds(self) -> Grounds:
        return Grounds.of([given.measure for given in self.filled.evidence])

    @property
    def reviewed(self) -> Reviewed:
        return review(self.text, self.grounds)

    @property
    def source(self) -> str:
        """Every word that the model was given to answer from."""
        return "\n".join(given.document + given.measure.text for given in self.filled.evidence)


@pytest.fixture(scope="module", autouse=True)
def connections() -> Iterator[None]:
    """This server keeps connections open; those that wait for another call are closed at the end."""
    opened: list[httpx2.Client] = []

    def open_client(connect: float, quiet: float, parallel: int) -> httpx2.Client:
        opened.append(real(connect, quiet, parallel))
        return opened[-1]

    real = bounded.open_client
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded, "open_client", open_client)
        yield
    for client in opened:
        client.close()


# The server is for this module alone: it holds a gigabyte, which later tests need not find taken.
@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalModel]:
    with LocalModel(tmp_path_factory.mktemp("local-model")) as running:
        yield running


def settings_of(server: LocalModel, **changed: object) -> Settings:
    """Limits that a busy machine keeps; tests of limits have their own."""
    base = Settings(
        llm_base_url=server.url,
        llm_model=server.name,
        llm_first_seconds=90.0,
        llm_seconds=90.0,
        llm_max_tokens=TOKENS,
        llm_max_evidence=EVIDENCE,
        llm_retries=0,
    )
    return base.model_copy(update=changed)


def model_of(server: LocalModel, **changed: object) -> Model:
    model = open_model(settings_of(server, **changed))
    assert model is not None
    return model


def evidence_of(answer: Answer, assistant: Assistant) -> list[Given]:
    """The measures that an answer quotes."""
    ids = dict.fromkeys(citation.measure_id for citation in answer.citations)
    titles = {guideline.slug: guideline.meta.title for guideline in assistant.index.guidelines}
    measures = [assistant.index.measures[assistant.index.row(each)] for each in ids]
    return [Given(measure, titles[measure.guideline]) for measure in measures]


@pytest.fixture(scope="module")
def said(server: LocalModel, assistant: Assistant) -> list[Said]:
    """What the model says to each question, from the measures that the extract quotes."""
    model, found = model_of(server), []
    for lang, question in QUESTIONS:
        evidence = evidence_of(assistant.ask(question), assistant)
        filled = answer_prompt(question, lang, evidence[:1], EVIDENCE)
        assert filled
        found.append(Said(question, filled, tuple(model.write(filled.messages))))
    return found


# The client


def test_it_streams_and_keeps_the_cap(server: LocalModel) -> None:
    came = [(piece, time.monotonic()) for piece in model_of(server, llm_max_tokens=24).write(STORY) if piece]
    assert 4 < len(came) <= 24
    assert came[-1][1] - came[0][1] > 0.05
    assert re.fullmatch(r"[A-Z].*\w+ \w+.*", "".join(piece for piece, _ in came), re.S)


@pytest.mark.parametrize(
    ("limits", "begins"),
    [({"llm_seconds": 3.0}, True), ({"llm_first_seconds": 0.01}, False)],
    ids=["whole", "first"],
)
def test_it_is_left_when_its_time_is_over(
    server: LocalModel, limits: dict[str, object], begins: bool
) -> None:
    """A story of thousands of tokens takes minutes; the server is well afterwards."""
    pieces: list[str] = []
    start_at = time.monotonic()
    with pytest.raises(ModelUnavailable) as caught:
        for piece in model_of(server, llm_max_tokens=4000, **limits).write(STORY):
            pieces.append(piece)
    assert caught.value.reason == "timeout"
    assert time.monotonic() - start_at < 4.0
    assert bool("".join(pieces)) == begins
    assert model_of(server, llm_max_tokens=16).whole(STORY)


def test_a_model_that_is_not_there(server: LocalModel) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        model_of(server, llm_model="nobody/nothing").whole(STORY)
    assert caught.value.reason in ("failed", "refused")


# What it says on measures


def test_something_it_says_is_caught(said: list[Said]) -> None:
    """Otherwise the tests below would prove nothing."""
    judged = [one for each in said for one in each.reviewed.sentences]
    assert len(judged) >= len(said)
    assert sum(one.outcome != "kept" for one in judged) >= len(said) / 2


def test_what_is_shown_has_passed_or_is_a_quote(said: list[Said]) -> None:
    for each in said:
        measures = [given.measure for given in each.filled.evidence]
        for one in each.reviewed.sentences:
            if one.outcome == "kept":
                assert check(one.shown, measures).kept and one.shown in each.text
            elif one.outcome == "replaced":
                assert one.quote is not None
                assert one.shown.startswith(f"“{one.quote.text}”[") and one.quote.text in each.source
            else:
                assert one.shown == ""


def test_no_number_and_no_chinese_word_is_new(said: list[Said]) -> None:
    """Without the rules of the check: digits and pairs of Chinese characters that are shown were given."""
    for each in said:
        for line in each.reviewed.text.splitlines():
            shown = _CITE.sub("", line)
            pairs = [shown[at : at + 2] for at in range(len(shown) - 1)]
            chinese = [pair for pair in pairs if re.fullmatch("[一-鿿]{2}", pair)]
            assert [number for number in re.findall(r"\d+", shown) if number not in each.source] == []
            assert sum(pair in each.source for pair in chinese) >= 0.75 * len(chinese), line


def test_as_a_stream_it_is_judged_the_same(said: list[Said]) -> None:
    for each in said:
        stream = Stream(each.grounds)
        judged = [one for piece in each.pieces for one in stream.feed(piece)]
        assert (*judged, *stream.close()) == each.reviewed.sentences


# The whole way


def test_the_answer_is_that_without_a_model_and_what_passed(server: LocalModel, assistant: Assistant) -> None:
    heard: list[str] = []
    _, question = QUESTIONS[0]
    speaking = Assistant(assistant.index, speaker=open_speaker(settings_of(server)))
    alone, answer = assistant.ask(question), speaking.ask(question, heard=heard.append)
    assert answer.spoken and answer.spoken.model == server.name
    assert answer.spoken.outcome in ("spoken", "too_little", "no_evidence")
    assert not re.search(r"[0-9a-f]{16}", answer.text), "a word of the prompt's frame"
    assert answer.text.endswith(alone.text)
    assert answer.citations[: len(alone.citations)] == alone.citations
    assert {one.measure_id for one in answer.citations} == {one.measure_id for one in alone.citations}
    if answer.spoken.outcome == "spoken":
        assert answer.spoken.kept and answer.text.startswith(heard[-1])
    else:
        assert answer.text == alone.text and not heard


@pytest.mark.parametrize("question", ["九龙坡区有哪些支持措施?", "今天天气怎么样?", "第18条原文"])
def test_what_needs_no_model_is_answered_without(
    server: LocalModel, assistant: Assistant, question: str
) -> None:
    speaking = Assistant(assistant.index, speaker=open_speaker(settings_of(server)))
    answers = (assistant.ask(question), speaking.ask(question))
    assert replace(answers[0], timing=None) == replace(answers[1], timing=None)


@pytest.fixture
def served(server: LocalModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`wence serve` with the model in its settings, over an index without vectors."""
    running = start(
        "--no-dense",
        port=free_port(),
        WENCE_INDEX=str(tmp_path_factory.mktemp("served") / "index"),
        WENCE_LLM_BASE_URL=server.url,
        WENCE_LLM_MODEL=server.name,
        WENCE_LLM_FIRST_SECONDS="90",
        WENCE_LLM_SECONDS="90",
        WENCE_LLM_MAX_TOKENS=str(TOKENS),
        WENCE_LLM_MAX_EVIDENCE=str(EVIDENCE),
    )
    yield running
    assert stop(running) == 0


def test_a_served_answer(served: Served, server: LocalModel) -> None:
    response = httpx.post(f"{served.url}/api/ask", json={"question": QUESTIONS[3][1]}, timeout=120)
    assert response.status_code == 200
    answer = response.json()
    assert answer["spoken"]["model"] == server.name
    assert answer["spoken"]["outcome"] in ("spoken", "too_little", "no_evidence")
    assert answer["citations"] and all(one["quote"] for one in answer["citations"])
