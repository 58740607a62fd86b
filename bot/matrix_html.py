"""The table district × measure as HTML: rows by group, cells with their strongest route, and the proofs.

A cell is a link to its proof, which stands once for all cells that share it. The page of `page_html` needs
no script and nothing from elsewhere; the chat shows `table_html` and `proofs_html` with a script around.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import groupby
from urllib.parse import quote

from bot.markup import TAGS, both, inert, route_tag
from bot.phrases import say
from corpus.reach import ROUTES, Route
from corpus.table import Cell, Column, Evidence, Row, Table

_Numbers = Mapping[Cell, int]


def page_html(tables: Sequence[Table], titles: Mapping[str, str]) -> str:
    """All tables as one self-contained page of HTML."""
    style = (resources.files("bot.web") / "static" / "matrix.css").read_text(encoding="utf-8")
    body = "".join(_document(table, titles.get(table.guideline) or table.guideline) for table in tables)
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{inert(say('zh', 'ui.matrix'))}</title>\n<style>\n{style}</style></head>\n"
        f'<body class="wence-page"><main><h1>{both("ui.matrix")}</h1>{body}</main></body>\n</html>\n'
    )


def _document(table: Table, title: str) -> str:
    return (
        f"<section><h2>{inert(title)}</h2><p>{size_html(table)}</p>{legend_html()}"
        f'<div class="wence-cells" tabindex="0" role="region" aria-label="{inert(title)}">'
        f"{table_html(table)}</div><h3>{both('ui.proofs')}</h3>{proofs_html(table)}</section>"
    )


def size_html(table: Table) -> str:
    """How large the table is, and of when its districts are."""
    districts = sum(row.kind == "district" for row in table.rows)
    return both(
        "ui.matrix_size",
        region=table.region,
        districts=districts,
        zones=len(table.rows) - districts,
        measures=len(table.measures),
        as_of=table.as_of,
    )


def legend_html() -> str:
    """What the tags mean."""
    items = "".join(f"<li>{route_tag(route)} {both(f'ui.means_{route}')}</li>" for route in ROUTES)
    return f'<ul class="wence-legend" aria-label="{inert(say("zh", "ui.legend"))}">{items}</ul>'


def table_html(table: Table) -> str:
    """The table itself; a cell links to ``#proof-<guideline>-<measure>-<n>``."""
    numbers = _numbered(table)
    heads = "".join(_head(column) for column in table.measures)
    corner = f'<th scope="col">{both("ui.district")}</th>'
    bodies = "".join(
        _group(table, name, kind, list(rows), numbers)
        for (kind, name), rows in groupby(table.rows, key=lambda row: (row.kind, row.group))
    )
    return f'<table class="wence-matrix"><thead><tr>{corner}{heads}</tr></thead>{bodies}</table>'


def _head(column: Column) -> str:
    title = f"<span>{inert(column.title)}</span>" if column.title else ""
    return f'<th scope="col" title="{inert(column.label + column.title)}">{inert(_label(column))}{title}</th>'


def _label(column: Column) -> str:
    return column.label or str(column.number)


def _group(table: Table, name: str, kind: str, rows: Iterable[Row], numbers: _Numbers) -> str:
    said = both("ui.zones") if kind == "zone" else inert(name)
    head = f'<tr class="wence-group"><th scope="rowgroup" colspan="{len(table.measures) + 1}">'
    opening = f"{head}<span>{said}</span></th></tr>" if said else ""
    return f"<tbody>{opening}{''.join(_row(table, row, numbers) for row in rows)}</tbody>"


def _row(table: Table, row: Row, numbers: _Numbers) -> str:
    held = {cell.measure.id: cell for cell in row.cells}
    cells = "".join(_cell(table, held.get(column.id), numbers) for column in table.measures)
    return f'<tr><th scope="row">{inert(row.name)}</th>{cells}</tr>'


def _cell(table: Table, cell: Cell | None, numbers: _Numbers) -> str:
    """The strongest route; how many more there are, which a screen reader says by name."""
    if cell is None:
        return "<td>–</td>"
    first, *more = cell.routes
    rest = f'<i aria-hidden="true">+{len(more)}</i>' if more else ""
    rest += "".join(f'<span class="wence-hidden"> {_short(route)}</span>' for route in more)
    target = _target(table, cell, numbers)
    return f'<td data-route="{first}"><a href="#{target}">{_short(first)}{rest}</a></td>'


@cache
def _short(route: Route) -> str:
    return "".join(f'<b class="wence-{lang}">{inert(say(lang, f"ui.short_{route}"))}</b>' for lang in TAGS)


def _numbered(table: Table) -> dict[Cell, int]:
    """Cells with the same measure and evidence are one; each different one has a number."""
    return {
        cell: n for n, cell in enumerate(dict.fromkeys(cell for row in table.rows for cell in row.cells), 1)
    }


def _target(table: Table, cell: Cell, numbers: _Numbers) -> str:
    return f"proof-{quote(table.guideline, safe='')}-{cell.measure.number}-{numbers[cell]}"


def proofs_html(table: Table) -> str:
    """Every different proof of a cell, with whom it holds for; quotes link to ``#cite-…`` as in answers."""
    numbers = _numbered(table)
    reached: dict[Cell, list[str]] = {cell: [] for cell in numbers}
    for row in table.rows:
        for cell in row.cells:
            reached[cell].append(row.name)
    ordered = sorted(numbers, key=lambda cell: (table.measures.index(cell.measure), numbers[cell]))
    proofs = "".join(_proof(table, cell, reached[cell], numbers) for cell in ordered)
    return f'<div class="wence-proofs">{proofs}</div>'


def _proof(table: Table, cell: Cell, names: Sequence[str], numbers: _Numbers) -> str:
    parts = "".join(_by_route(table, cell, route) for route in cell.routes)
    column = cell.measure
    return (
        f'<article id="{_target(table, cell, numbers)}"><h4>{inert(_label(column) + column.title)}</h4>'
        f'<p class="wence-whom">{inert("、".join(names))}</p>{parts}</article>'
    )


def _by_route(table: Table, cell: Cell, route: Route) -> str:
    items = "".join(_evidence(table, evidence) for evidence in cell.by(route))
    return f"<div>{route_tag(route)}<ul>{items}</ul></div>"


def _evidence(table: Table, evidence: Evidence) -> str:
    anchor = f"cite-{quote(table.guideline, safe='')}-{evidence.start}-{evidence.end}"
    link = f'<a href="#{anchor}">{both("ui.line", line=evidence.line)}</a>'
    note = f" <small>{inert(evidence.note)}</small>" if evidence.note else ""
    carried = f" <small>{both('ui.carried', words=evidence.words)}</small>" if evidence.carried else ""
    return f"<li><q>{_quote(evidence)}</q> {link}{carried}{note}</li>"


def _quote(evidence: Evidence) -> str:
    """The clause with the words that prove it in bold, where they stand in it."""
    start, end = evidence.words_start - evidence.start, evidence.words_end - evidence.start
    if evidence.carried or not 0 <= start < end <= len(evidence.quote):
        return inert(evidence.quote)
    before, words, after = evidence.quote[:start], evidence.quote[start:end], evidence.quote[end:]
    return f"{inert(before)}<b>{inert(words)}</b>{inert(after)}"
