"""The command line. Standard output carries the result alone; logs, progress and errors go to standard error.

Exit codes: 0 done, 1 failed (WenceError), 2 wrong usage.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from bot.cli_eval import evaluate
from bot.cli_journal import app as journal_app
from bot.cli_output import print_result, tell, write_out
from bot.cli_prompts import prompts
from bot.settings import Settings, index_named, read_settings
from corpus.errors import WenceError

if TYPE_CHECKING:
    from corpus.collection import Document

app = typer.Typer(
    name="wence",
    help="问策:回答政策文件里的问题,每句话都能查到原文。 "
    "Answers questions on policy guidelines, every quote traceable.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(journal_app)
app.command("eval")(evaluate)
app.command()(prompts)

IndexOption = Annotated[
    str | None,
    typer.Option(
        "--index",
        help="索引:文件夹、milvus-lite:文件.db 或 http://主机:19530 / "
        "index: a folder, milvus-lite:FILE.db or http://HOST:19530",
    ),
]
CorpusOption = Annotated[
    Path | None, typer.Option("--corpus", help="语料文件夹 / folder with the guidelines")
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
JsonlOption = Annotated[
    Path | None, typer.Option("--jsonl", help="每行一个问题的文件 / file with one question a line")
]
NoDenseOption = Annotated[
    bool, typer.Option("--no-dense", help="只用 BM25,不加载模型 / BM25 alone, no model is loaded")
]
MatrixFormat = Literal["csv", "json", "html"]


@app.command("index")
def index_command(
    corpus: CorpusOption = None,
    out: Annotated[str | None, typer.Option("--out", help="写到这里 / write the index here")] = None,
    no_dense: NoDenseOption = False,
    force: Annotated[
        bool, typer.Option("--force", help="即使没有变化也重建 / rebuild even if nothing changed")
    ] = False,
    json: JsonOption = False,
) -> None:
    """建立索引;没有变化时不重建。 Build the index; does nothing when it is up to date."""
    from rich.console import Console

    from bot.build import build_index, current_origin
    from bot.build_report import built_json, built_text, current_json, current_text
    from bot.json_form import dump

    settings = _settings(corpus=corpus, index=out, no_dense=no_dense)
    origin = None if force else current_origin(settings)
    if origin:
        failures, text, report = origin.failures, current_text(settings), current_json(settings, origin)
    else:
        built = build_index(settings, Console(stderr=True))
        failures, text, report = built.failures, built_text(settings, built), built_json(settings, built)
    tell(text)
    if json:
        print_result(dump(report, indent=2))
    _finish_documents(failures)


@app.command()
def parse(
    file: Annotated[Path, typer.Argument(help="文件 / document", show_default=False)],
    json: JsonOption = False,
    text: Annotated[
        bool, typer.Option("--text", help="只输出提取的正文 / print the text that offsets refer to")
    ] = False,
) -> None:
    """按编号拆分一份文件。 Take one document apart by its numbering."""
    from bot.json_form import dump
    from bot.plain import outline_text
    from corpus.formats.reading import read_document
    from corpus.load import load_document
    from corpus.parse import to_json

    if text:
        write_out([read_document(file).text.encode("utf-8", errors="replace")])
        return
    guideline = load_document(file)
    print_result(dump(to_json(guideline), indent=2) if json else outline_text(guideline))


@app.command()
def measures(corpus: CorpusOption = None, json: JsonOption = False) -> None:
    """列出全部条款。 List every measure of the corpus."""
    from bot.json_form import dump, measure_json
    from bot.plain import outline_text
    from corpus.collection import all_failed, read_corpus

    found = read_corpus(_settings(corpus=corpus).corpus)
    if not found.guidelines:
        raise all_failed(found.failures)
    if json:
        print_result(dump([measure_json(g, m) for g in found.guidelines for m in g.measures], indent=2))
    else:
        print_result("\n\n".join(map(outline_text, found.guidelines)))
    _finish_documents(found.failures)


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="问题 / question", show_default=False)] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="结果条数 / number of hits")] = 10,
    jsonl: JsonlOption = None,
    json: JsonOption = False,
    document: Annotated[
        list[str] | None, typer.Option("--document", help="只查这些文件 / only these documents")
    ] = None,
    district: Annotated[
        list[str] | None, typer.Option("--district", help="只查适用于这些区县的 / only what reaches these")
    ] = None,
    facet: Annotated[
        list[str] | None,
        typer.Option("--facet", help="只查有这些方面的,如 kind:credit / only with these facets"),
    ] = None,
    index: IndexOption = None,
    no_dense: NoDenseOption = False,
) -> None:
    """检索条款。 Rank the measures for a question."""
    from bot.build import open_index
    from bot.filtering import filter_of
    from bot.json_form import dump, hits_json
    from bot.plain import hits_text
    from bot.questions_file import one_or_file

    asked = one_or_file(query, jsonl)
    found = open_index(_settings(index=index, no_dense=no_dense), report=tell)
    where = filter_of(found, document or (), district or (), facet or ())
    for each, encoded in zip(
        asked.questions, found.encode_many([q.text for q in asked.questions]), strict=True
    ):
        hits = found.rank(encoded, k, where=where).hits
        print_result(dump(hits_json(hits, each.id)) if json or jsonl else hits_text(hits))
    _finish(asked.bad_lines)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="问题 / question", show_default=False)] = None,
    jsonl: JsonlOption = None,
    json: JsonOption = False,
    district: Annotated[str | None, typer.Option("--district", help="所在区县 / your district")] = None,
    index: IndexOption = None,
    no_dense: NoDenseOption = False,
) -> None:
    """回答一个问题。 Answer a question, or a file of questions."""
    from bot.build import open_assistant
    from bot.json_form import answer_json, dump
    from bot.plain import answer_text
    from bot.questions_file import one_or_file

    asked = one_or_file(question, jsonl, district)
    assistant = open_assistant(_settings(index=index, no_dense=no_dense), report=tell)
    for each, answer in zip(asked.questions, assistant.ask_many(asked.questions), strict=True):
        as_json = json or jsonl
        print_result(
            dump(answer_json(answer, each.id)) if as_json else answer_text(answer, colour=sys.stdout.isatty())
        )
    _finish(asked.bad_lines)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="监听地址 / address to listen on")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="端口 / port")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="进程数,端口依次加一 / processes, on ports in a row")
    ] = None,
    index: IndexOption = None,
    no_dense: NoDenseOption = False,
) -> None:
    """启动对话网页、REST 和 MCP。 Serve the chat, REST and MCP."""
    from bot.web.server import serve as serve_chat

    settings = _settings(index=index, no_dense=no_dense, host=host, port=port, workers=workers)
    serve_chat(settings, report=tell)


@app.command("settings")
def settings_command(json: JsonOption = False) -> None:
    """列出全部设置、默认值和含义。 List every setting, with default and meaning."""
    from bot.json_form import dump
    from bot.settings_list import list_settings, settings_json, settings_text

    listed = list_settings(read_settings())
    print_result(dump(settings_json(listed), indent=2) if json else settings_text(listed))


@app.command()
def matrix(
    form: Annotated[MatrixFormat, typer.Option("--format", help="输出格式 / output format")] = "csv",
    out: Annotated[Path | None, typer.Option("--out", help="写到这个文件 / write to this file")] = None,
    old: Annotated[
        Path | None, typer.Option("--diff", help="与旧表(JSON)比较 / what changed since this JSON")
    ] = None,
    index: IndexOption = None,
) -> None:
    """哪些措施适用于哪些区县,及其依据。 Which measures apply to which districts, with proofs."""
    from bot.build import open_index
    from bot.catalogue import left_out
    from bot.matrix import diff_text, matrix_bytes, matrix_text, read_tables, tables_of

    before = read_tables(old) if old else None
    found = open_index(_settings(index=index), report=tell)
    tables = tables_of(found.applicability, left_out(found.guidelines))
    titles = {guideline.slug: guideline.meta.title for guideline in found.guidelines}
    if before is not None:
        text, form = diff_text(before, tables), "json"
    else:
        text = matrix_text(tables, form, titles)
    if out:
        write_out([matrix_bytes(text, form)], out)
    elif text:
        print_result(text.removesuffix("\n"))


@app.command()
def bench(
    json: JsonOption = False,
    corpus: CorpusOption = None,
    records: Annotated[
        Path | None,
        typer.Option("--records", help="另测此文件夹中的记录 / corpus.jsonl and queries.jsonl to search"),
    ] = None,
    sample: Annotated[
        int, typer.Option("--sample", min=4, help="用多少条记录比较建索引的时间 / records to time indexing")
    ] = 400,
    load: Annotated[
        bool, typer.Option("--load", help="压力测试:许多访客同时提问 / many visitors at once, at a server")
    ] = False,
    visitors: Annotated[
        str, typer.Option("--visitors", help="访客数 / numbers of visitors, with --load")
    ] = "50,200,500",
    seconds: Annotated[
        float, typer.Option("--seconds", min=1, max=86_400, help="每级时长 / for how long each, with --load")
    ] = 60,
) -> None:
    """测量速度、内存,并与通常做法比较。 Time and memory, beside the plain alternative."""
    from bot.bench import report_text, run_bench
    from bot.json_form import dump

    if load:
        from bot.bench.load.run import run_load, visitors_of
        from bot.bench.load.table import load_text

        loaded = run_load(
            _settings(corpus=corpus), report=tell, visitors=visitors_of(visitors), seconds=seconds
        )
        print_result(dump(loaded.to_json(), indent=2) if json else load_text(loaded))
        return
    report = run_bench(_settings(corpus=corpus), report=tell, records=records, sample=sample)
    print_result(dump(report.to_json(), indent=2) if json else report_text(report))


def main() -> NoReturn:
    """Run the command line; the entry point of the distribution."""
    try:
        app()
    except WenceError as error:
        tell(f"错误:{error.zh}\nError: {error.en}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    sys.exit(0)


def _settings(
    *,
    corpus: Path | None = None,
    index: str | None = None,
    no_dense: bool = False,
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
) -> Settings:
    """The settings of the environment with what the command line says on top."""
    given = {
        "corpus": corpus,
        **(index_named(index) if index else {}),
        "host": host,
        "port": port,
        "workers": workers,
        "dense": False if no_dense else None,
    }
    return read_settings().model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )


def _finish(bad_lines: list[str]) -> None:
    """Exit with 1 when lines of a question file could not be read; each is named on standard error."""
    if bad_lines:
        raise WenceError(
            f"{len(bad_lines)} 行无法读取,其余已回答。\n" + "\n".join(bad_lines),
            f"{len(bad_lines)} lines could not be read; all others were answered.",
        )


def _finish_documents(failures: Sequence[Document]) -> None:
    """Exit with 1 when documents could not be used; each is named on standard error."""
    from bot.build_report import failed_documents

    if failures:
        raise failed_documents(failures)


if __name__ == "__main__":
    main()
