"""A model speaks, over real HTTP: what passes the check stands above the extract, else the extract is all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.answer import Answer
from bot.ask import Assistant
from bot.json_form import answer_json
from bot.prompts import NO_EVIDENCE
from bot.questions_file import Asked
from bot.settings import Settings
from bot.speaking.speaker import open_speaker
from tests.bot.llm import scripted_server as acts
from tests.bot.llm.scripted_server import Act, Received, Reply, Scripted

QUESTION = "知识价值信用贷款有什么支持?"
TRUE = "支持有条件的区县适当提高风险补偿资金配置比例[1]。"
ALSO_TRUE = "鼓励保险公司发展科技保险[1]。"
FALSE = "各区县应当提高风险补偿资金配置比例[1]。"
INVENTED = "每家企业可以获得贷款贴息500万元[1]。"
KEY = "sk-very-secret-9"

Speaking = Callable[..., Assistant]


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted() as running:
        yield running


@pytest.fixture
def speaking(server: Scripted, assistant: Assistant) -> Speaking:
    """An assistant over the same index with a model; settings as given."""

    def make(**changed: object) -> Assistant:
        settings = Settings.model_validate(
            {"llm_base_url": server.url, "llm_model": "scripted", "llm_api_key": KEY, **changed}
        )
        return Assistant(assistant.index, speaker=open_speaker(settings))

    return make


def outcome(answer: Answer) -> str:
    assert answer.spoken
    return answer.spoken.outcome


def test_a_sentence_that_passes_stands_above_the_extract(
    server: Scripted, speaking: Speaking, assistant: Assistant
) -> None:
    server.act = acts.says(TRUE)
    answer, extract = speaking().ask(QUESTION), assistant.ask(QUESTION)
    first, note, rest = answer.text.split("\n\n", 2)
    assert first.startswith("支持有条件的区县适当提高风险补偿资金配置比例。") and "[1]" not in first
    assert "](#cite-" in first, "it has a measure and a line"
    assert "scripted" in note and rest == extract.text
    assert (answer.model, outcome(answer)) == ("scripted", "spoken")
    assert set(extract.citations) <= set(answer.citations)
    form = answer_json(answer)["spoken"]
    assert isinstance(form, dict)
    assert (form["kept"], form["grounded"], form["prompt"]) == (1, 1.0, "answer/zh/1")


def test_every_place_of_a_sentence_is_a_citation(server: Scripted, speaking: Speaking) -> None:
    """The link of what was said leads to a quote of the answer, and that quote to the source."""
    server.act = acts.says(TRUE, ALSO_TRUE)
    assistant = speaking()
    answer = assistant.ask(QUESTION)
    said = answer.text.split("\n\n", 1)[0]
    places = {f"cite-{c.guideline}-{c.start}-{c.end}" for c in answer.citations}
    links = [part.split(")", 1)[0] for part in said.split("](#")[1:]]
    assert len(links) == 2 and set(links) <= places
    for citation in answer.citations:
        source = next(g for g in assistant.index.guidelines if g.slug == citation.guideline).source
        assert source[citation.start : citation.end] == citation.quote


def test_what_fails_is_left_out_or_replaced_and_the_answer_says_so(
    server: Scripted, speaking: Speaking
) -> None:
    server.act = acts.says(TRUE, FALSE, INVENTED)
    answer = speaking().ask(QUESTION)
    said = answer.text.split("\n\n", 1)[0]
    assert answer.spoken and (answer.spoken.kept, answer.spoken.changed) == (1, 2)
    assert "应当提高" not in answer.text and "500万元" not in answer.text
    assert said.startswith("支持有条件的区县")
    assert "另有 2 句" in answer.text and any("另有 2 句" in note for note in answer.notes)


WITHOUT_WORDS: list[tuple[str, Act]] = [
    ("too_little", acts.says(FALSE)),
    ("too_little", acts.says(INVENTED, INVENTED)),
    ("too_little", acts.ignores_instructions),
    ("too_little", acts.invents_a_measure),
    ("too_little", acts.echoes_the_prompt),
    ("too_little", acts.obeys_injected("写法")),
    ("too_little", acts.says("<script>alert(1)</script>[1]。")),
    ("too_little", acts.endless()),
    ("no_evidence", acts.says(NO_EVIDENCE)),
    ("no_evidence", acts.says("〔无", "依据〕", "。")),
    ("unavailable", acts.status(500)),
    ("unavailable", acts.status(429, Retry_After="1")),
    ("unavailable", acts.status(401)),
    ("unavailable", acts.echoes_the_key),
    ("unavailable", acts.hangs_up),
    ("unavailable", acts.cuts_off("支持有条件的区县")),
    ("unavailable", acts.garbage(b"\x00\xff data: {]")),
    ("unavailable", acts.garbage(b"<html>proxy error</html>", "text/html")),
    ("unavailable", acts.compressed),
    ("unavailable", acts.silent(3)),
    ("unavailable", acts.stall(3)),
    ("unavailable", acts.stall(3, "支持有条件的")),
    ("unavailable", acts.drip(5)),
]


@pytest.mark.parametrize(("expected", "act"), WITHOUT_WORDS)
def test_whatever_goes_wrong_the_extract_is_there_in_time(
    server: Scripted,
    speaking: Speaking,
    assistant: Assistant,
    caplog: pytest.LogCaptureFixture,
    expected: str,
    act: Act,
) -> None:
    server.act = act
    limits = {"llm_first_seconds": 0.5, "llm_seconds": 1.0, "llm_retries": 1}
    speaker = speaking(**limits)
    extract = assistant.ask(QUESTION)
    with caplog.at_level(logging.DEBUG):
        start = time.monotonic()
        answer = speaker.ask(QUESTION)
        assert time.monotonic() - start < 2.0, "timeout + 1 s"
    assert (answer.text, answer.citations, answer.notes) == (extract.text, extract.citations, extract.notes)
    assert (answer.model, outcome(answer)) == (None, expected)
    assert KEY not in caplog.text and KEY not in str(answer_json(answer))


def test_what_passed_before_the_server_broke_off_stays(server: Scripted, speaking: Speaking) -> None:
    """Whole sentences that passed are as good as before; the piece of one is not judged."""
    server.act = acts.cuts_off(TRUE, "鼓励保险公司")
    answer = speaking().ask(QUESTION)
    assert outcome(answer) == "spoken" and answer.spoken and answer.spoken.kept == 1
    assert "鼓励保险公司[" not in answer.text.split("\n\n", 1)[0]


@pytest.mark.parametrize(
    "question",
    [
        "第十八条",
        "荣昌区适用哪些措施?",
        "哪些条款提到科技特派员?",
        "一共有多少条措施?",
        "今天天气怎么样?",
        "北京市朝阳区有什么支持?",
        "你好",
        "",
    ],
)
def test_lists_tables_clauses_and_refusals_are_never_left_to_a_model(
    server: Scripted, speaking: Speaking, assistant: Assistant, question: str
) -> None:
    server.act = acts.says("以下是全部措施[1]。")
    answer = speaking().ask(question)
    assert server.requests == [] and answer.spoken is None
    assert answer.text == assistant.ask(question).text


def test_a_follow_up_asks_the_model_once(server: Scripted, speaking: Speaking) -> None:
    """What came before is read again by the rules alone."""
    server.act = acts.says(TRUE)
    speaker = speaking()
    before = speaker.ask(QUESTION)
    server.requests.clear()
    speaker.ask("那荣昌区呢?", [(QUESTION, before.text)])
    assert len(server.requests) <= 1


def test_it_is_heard_sentence_by_sentence_and_only_what_passed(server: Scripted, speaking: Speaking) -> None:
    """The second sentence comes late: the first is heard long before."""
    heard: list[tuple[float, str]] = []

    def slowly(_: Received, reply: Reply) -> None:
        reply.begin()
        for piece in (FALSE, TRUE, "鼓励"):
            reply.say(piece)
        time.sleep(0.6)
        reply.say("保险公司发展科技保险[1]。")
        reply.finish()

    server.act = slowly
    start = time.monotonic()
    answer = speaking().ask(QUESTION, heard=lambda text: heard.append((time.monotonic() - start, text)))
    assert len(heard) == 2 and heard[1][0] - heard[0][0] > 0.4
    assert all("各区县应当" not in text for _, text in heard)
    assert answer.text.startswith(heard[1][1]) and heard[1][1].startswith(heard[0][1])


def test_markup_of_a_model_is_inert(server: Scripted, speaking: Speaking) -> None:
    server.act = acts.says(f"**{TRUE}", "支持<b>有条件的区县</b>适当提高风险补偿资金配置比例[1]。")
    said = speaking().ask(QUESTION).text.split("\n\n", 1)[0]
    assert "<b>" not in said.replace("\\<b\\>", "") and "**" not in said


def test_many_questions_share_the_calls(server: Scripted, speaking: Speaking) -> None:
    server.act = acts.says(TRUE, pause=0.3)
    speaker = speaking(llm_parallel=4)
    start = time.monotonic()
    answers = speaker.ask_many([Asked(QUESTION), Asked("第三条"), *[Asked(QUESTION)] * 3])
    assert [answer.spoken is not None for answer in answers] == [True, False, True, True, True]
    assert time.monotonic() - start < 1.1, "4 calls of 0.3 s, side by side"


def test_a_crowd_at_a_slow_model_gets_extracts(server: Scripted, speaking: Speaking) -> None:
    """Who finds no turn within a second is answered by the extract."""
    server.act = acts.says(TRUE, pause=2.5)
    speaker = speaking(llm_parallel=1, llm_first_seconds=5, llm_seconds=5)
    start = time.monotonic()
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda _: speaker.ask(QUESTION), range(4)))
    assert time.monotonic() - start < 4.5
    assert sorted(map(outcome, answers)) == ["spoken", *["unavailable"] * 3]


def test_after_failures_the_server_is_left_in_peace(server: Scripted, speaking: Speaking) -> None:
    server.act = acts.status(500)
    speaker = speaking(llm_failures=2, llm_retries=0, llm_rest_seconds=60)
    for _ in range(5):
        assert outcome(speaker.ask(QUESTION)) == "unavailable"
    assert len(server.requests) == 2


def test_in_english(server: Scripted, speaking: Speaking) -> None:
    server.act = acts.says(
        "Insurance companies are encouraged to develop 科技保险 [1]. ", "They must pay 5% [1]."
    )
    answer = speaking().ask("How are loans for technology firms supported?")
    said = answer.text.split("\n\n", 1)[0]
    assert "5%" not in answer.text.split("\n\n", 2)[0]
    assert answer.spoken and answer.spoken.kept + answer.spoken.changed == 2
    assert answer.spoken.kept == 0 or said.startswith("Insurance companies are encouraged")


def test_a_follow_up_that_rules_leave_open_is_read_by_the_model(server: Scripted, speaking: Speaking) -> None:
    """First call: the follow-up by itself; second: the answer. The visitor is told how it was read."""
    server.acts = [acts.says("知识价值信用贷款由谁来办?")]
    server.act = acts.says(NO_EVIDENCE)
    assistant = speaking()
    before = assistant.ask(QUESTION)
    server.requests.clear()
    server.acts = [acts.says("知识价值信用贷款由谁来办?")]
    answer = assistant.ask("它由谁来办?", [(QUESTION, before.text)])
    assert answer.question == "它由谁来办?"
    assert "知识价值信用贷款由谁来办" in answer.text.split("\n\n", 1)[0]
    assert len(server.requests) == 2


@pytest.mark.parametrize("rewrite", ["成都市的知识价值信用贷款由谁来办?", "应当由银行办理,补助500万元。", ""])
def test_a_rewrite_with_anything_new_is_not_used(
    server: Scripted, speaking: Speaking, assistant: Assistant, rewrite: str
) -> None:
    server.acts = [acts.says(rewrite)]
    server.act = acts.says(NO_EVIDENCE)
    history = [(QUESTION, assistant.ask(QUESTION).text)]
    answer = speaking(llm_retries=0).ask("它由谁来办?", history)
    assert answer.text == assistant.ask("它由谁来办?", history).text


def test_a_slow_model_has_one_time_for_all(
    server: Scripted, speaking: Speaking, assistant: Assistant
) -> None:
    server.act = acts.silent(5)
    history = [(QUESTION, assistant.ask(QUESTION).text)]
    speaker = speaking(llm_first_seconds=1.0, llm_seconds=1.5, llm_retries=0)
    start = time.monotonic()
    answer = speaker.ask("它由谁来办?", history)
    assert time.monotonic() - start < 2.5
    assert answer.text == assistant.ask("它由谁来办?", history).text


def test_to_understand_can_be_switched_off(server: Scripted, speaking: Speaking) -> None:
    server.act = acts.says(NO_EVIDENCE)
    speaking(llm_understands=False).ask("它由谁来办?", [(QUESTION, "……")])
    assert len(server.requests) <= 1
