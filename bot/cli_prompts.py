"""`wence prompts`: what would be sent to a language model for a question. Nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli_output import print_result, tell
from bot.settings import Settings, index_named, read_settings

if TYPE_CHECKING:
    from bot.prompts import Filled


def prompts(
    question: Annotated[str, typer.Argument(help="问题 / question", show_default=False)],
    purpose: Annotated[
        Literal["answer", "rewrite", "route"],
        typer.Option(
            "--for", help="用于作答、改写追问或分类 / to answer, to rewrite a follow-up, to classify"
        ),
    ] = "answer",
    after: Annotated[
        str | None, typer.Option("--after", help="改写时的上一问 / the question before, to rewrite")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
    index: Annotated[str | None, typer.Option("--index", help="索引 / index")] = None,
    no_dense: Annotated[bool, typer.Option("--no-dense", help="只用 BM25 / BM25 alone")] = False,
) -> None:
    """显示会发给模型的内容,不发送。 Print what a model would be sent; nothing is sent."""
    from bot.json_form import dump

    settings = read_settings().model_copy(
        update={**(index_named(index) if index else {}), **({"dense": False} if no_dense else {})}
    )
    filled = _filled(settings, question, purpose, after)
    if filled is None:
        tell(
            "不会询问模型:清单、条文、适用表和拒答都不经过它,没有条款作依据时也一样。\n"
            "The model would not be asked: lists, clauses, the table and refusals are not its work, "
            "nor is an answer without a measure."
        )
    elif json:
        sent = [{"role": each.role, "content": each.text} for each in filled.messages]
        evidence = [{"n": n, "measure": g.measure.id} for n, g in enumerate(filled.evidence, 1)]
        print_result(dump({"prompt": filled.name, "messages": sent, "evidence": evidence}, indent=2))
    else:
        print_result(
            "\n\n".join(f"== {each.role} ({filled.name}) ==\n{each.text}" for each in filled.messages)
        )


def _filled(settings: Settings, question: str, purpose: str, after: str | None) -> Filled | None:
    """The prompt for one question; only an answer needs the index."""
    from bot.build import open_assistant
    from bot.prompts import answer_prompt, rewrite_prompt, route_prompt
    from bot.question import read_question

    asked = read_question(question, settings.max_question)
    if purpose == "route":
        return route_prompt(asked.text, asked.lang)
    silent = settings.model_copy(update={"llm_model": ""})
    assistant = open_assistant(silent, report=tell)
    if purpose == "rewrite":
        before = [(after, assistant.ask(after).text)] if after else []
        return rewrite_prompt(asked.text, asked.lang, before)
    answer = assistant.ask(question)
    return answer_prompt(asked.text, answer.lang, assistant.evidence(answer), settings.llm_max_evidence)
