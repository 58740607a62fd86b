"""An evaluation as one page: no script, nothing from elsewhere, and every text does nothing but be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import resources

from bot.evaluation.cases import Case
from bot.evaluation.lines import Cell, Row, figure_rows, group_rows, model_rows
from bot.evaluation.report import Failure, Report
from bot.evaluation.run import Evaluation
from bot.evaluation.thresholds import Met
from bot.evaluation.words import Both, label, name_of, value_of
from bot.markup import inert
from bot.plain import answer_text

_FIRST = ("right", "hit@1", "ndcg@10", "facts", "not refused", "verbatim")
"""The figures that stand first, as far as they were measured."""
_LONGEST = 4000
"""Characters of an answer that are shown."""


def report_html(
    found: Evaluation, met: Sequence[Met], *, files: Sequence[str], split: str | None, at: datetime
) -> str:
    """The report as a self-contained page; `files`, `split` and `at` say what was asked and when."""
    style = (resources.files("bot.evaluation") / "page.css").read_text(encoding="utf-8")
    title = _two(label("heading", "title"))
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{inert(label('heading', 'title')[0])}</title>\n<style>\n{style}</style></head>\n"
        f"<body><header><h1>{title}</h1>{_origin(found, files, split, at)}</header>\n"
        f"<main>{_cards(found, met)}{_gate(met)}{_model(found)}{_tables(found)}{_failures(found)}</main>"
        "</body>\n</html>\n"
    )


def _origin(found: Evaluation, files: Sequence[str], split: str | None, at: datetime) -> str:
    part = inert(split) if split else _two(label("said", "all"))
    count = len(found.extract.cases)
    named = inert(", ".join(files))
    return (
        f"<p>{_two(label('said', 'file'))} <code>{named}</code> · {_two(label('said', 'split'))} "
        f"<b>{part}</b> · <b>{count}</b> {_two(label('said', 'questions'))} · "
        f'<time datetime="{at:%Y-%m-%dT%H:%M}">{at:%Y-%m-%d %H:%M}</time></p>'
    )


def _cards(found: Evaluation, met: Sequence[Met]) -> str:
    rows = {row.name: row for row in figure_rows(found)}
    cards = [_card(name, rows[name]) for name in _FIRST if name in rows]
    if found.model and found.model.figures.grounded is not None:
        cards.append(_card("grounded", Row("grounded", (Cell(found.model.figures.grounded),))))
    if met:
        good = sum(one.ok for one in met)
        state = "good" if good == len(met) else "bad"
        words = _two(label("heading", "thresholds"))
        cards.insert(0, f'<li class="{state}"><b>{good}/{len(met)}</b><span>{words}</span></li>')
    return f'<ul class="cards">{"".join(cards)}</ul>'


def _card(name: str, row: Row) -> str:
    """The figure of the extract, and that of the model where it is another."""
    cells = dict.fromkeys(row.cells)
    figures = " → ".join("-" if cell.value is None else f"{cell.value:.3f}" for cell in cells)
    counts = " → ".join(cell.count for cell in cells if cell.count)
    return f"<li><b>{figures}</b><small>{counts}</small><span>{_two(name_of(name))}</span></li>"


def _gate(met: Sequence[Met]) -> str:
    if not met:
        return ""
    rows = "".join(
        f'<tr class="{"good" if one.ok else "bad"}"><td><code>{inert(one.name)}</code></td>'
        f'<td>{_two(name_of(one.name))}</td><td class="number">{_measured(one)}</td>'
        f'<td class="number">{one.limit:g}</td>'
        f"<td>{'✓' if one.ok else '✗'} {_two(label('said', 'met' if one.ok else 'missed'))}</td></tr>"
        for one in met
    )
    heads = _heads("name", "meaning", "value", "limit", "")
    return _section("thresholds", f"<table>{heads}<tbody>{rows}</tbody></table>")


def _measured(one: Met) -> str:
    return _two(label("said", "not_measured")) if one.value is None else f"{one.value:.4g}"


def _model(found: Evaluation) -> str:
    if found.model is None:
        return ""
    rows = "".join(
        f'<tr><td>{_two(label("figure", name))}</td><td class="number">{inert(value)}</td></tr>'
        for name, value in model_rows(found.model.figures)
    )
    changed = "".join(
        f"<h3>{_two(label('heading', name))} ({len(questions)})</h3>{_questions(questions)}"
        for name, questions in zip(("only_extract", "only_model"), found.changed(), strict=True)
    )
    return _section(
        "model", f'<div class="pair"><table><tbody>{rows}</tbody></table><div>{changed}</div></div>'
    )


def _questions(questions: Sequence[str]) -> str:
    if not questions:
        return f"<p>{_two(label('said', 'nothing'))}</p>"
    return f"<ul>{''.join(f'<li>{inert(question)}</li>' for question in questions)}</ul>"


def _tables(found: Evaluation) -> str:
    kinds, routes = (
        f"<div><h2>{_two(label('heading', by))}</h2>{_table(group_rows(found, by), found, value_of)}</div>"
        for by in ("kinds", "routes")
    )
    return (
        _section("scores", _table(figure_rows(found), found, name_of))
        + f'<section><div class="pair">{kinds}{routes}</div><p>{_two(label("said", "whole"))}</p></section>'
    )


def _table(rows: Sequence[Row], found: Evaluation, named: Callable[[str], Both]) -> str:
    sides = ("extract", "model") if found.model else ("extract",)
    body = "".join(
        f"<tr><td>{_two(named(row.name))} <code>{inert(row.name)}</code></td>"
        f"{''.join(_bar(row, cell) for cell in row.cells)}</tr>"
        for row in rows
    )
    return f"<table>{_heads('name', *sides)}<tbody>{body}</tbody></table>"


def _bar(row: Row, cell: Cell) -> str:
    if cell.value is None:
        return '<td class="bar">-</td>'
    if not row.is_share:
        return f'<td class="bar"><b>{cell.value:.1f}</b></td>'
    return (
        f'<td class="bar"><i><i style="width:{100 * cell.value:.1f}%"></i></i>'
        f"<b>{cell.value:.3f}</b> <small>{cell.count}</small></td>"
    )


def _heads(*names: str) -> str:
    cells = (f'<th scope="col">{_two(label("column", name)) if name else ""}</th>' for name in names)
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def _failures(found: Evaluation) -> str:
    shown = _failed("failures", found.extract)
    return shown + (_failed("failures_model", found.model.report) if found.model else "")


def _failed(heading: str, report: Report) -> str:
    """Every question with a fault once, with all its faults."""
    by_case: dict[int, list[Failure]] = {}
    for failure in report.failures:
        by_case.setdefault(id(failure.case), []).append(failure)
    order = {id(case): n for n, case in enumerate(report.cases)}
    articles = [_article(by_case[key]) for key in sorted(by_case, key=order.__getitem__)]
    body = "".join(articles) or f"<p>{_two(label('said', 'nothing'))}</p>"
    return f"<section><h2>{_two(label('heading', heading))} ({len(articles)})</h2>{body}</section>"


def _article(failures: Sequence[Failure]) -> str:
    case = failures[0].case
    which = f"<code>{inert(str(case.asked.id))}</code>" if case.asked.id is not None else ""
    kind = f'<span class="kind">{inert(value_of(case.expected.kind)[0])}</span>'
    faults = "".join(map(_fault, failures))
    return (
        f"<article><h3>{kind} {inert(case.asked.text)} {which}</h3>{_before(case)}"
        f"<table>{_heads('name', 'expected', 'got', 'why')}<tbody>{faults}</tbody></table>"
        f"<details><summary>{_two(label('column', 'answer'))} · {inert(_way(case))}</summary>"
        f"<pre>{inert(answer_text(case.answer, colour=False)[:_LONGEST])}</pre></details></article>"
    )


def _before(case: Case) -> str:
    """What was asked before, and the district that was chosen."""
    told = [f"↑ {question}" for question, _ in case.asked.history]
    told += [f"◎ {case.asked.district}"] if case.asked.district else []
    return f"<p>{inert(' · '.join(told))}</p>" if told else ""


def _way(case: Case) -> str:
    refusal = case.answer.refusal
    return value_of(case.answer.route)[0] + (f" · {value_of(refusal)[0]}" if refusal else "")


def _fault(failure: Failure) -> str:
    fault = failure.fault
    return (
        f"<tr><td>{_two(name_of(failure.check))}</td><td>{inert(value_of(fault.expected)[0])}</td>"
        f"<td>{inert(value_of(fault.got)[0])}</td><td>{_two(fault.why)}</td></tr>"
    )


def _section(heading: str, body: str) -> str:
    return f"<section><h2>{_two(label('heading', heading))}</h2>{body}</section>"


def _two(words: Both) -> str:
    zh, en = words
    return inert(zh) if zh == en else f'{inert(zh)} <span lang="en">{inert(en)}</span>'
