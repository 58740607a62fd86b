"""A region's map as inline SVG: districts coloured by how many measures single them out; also as a table."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.markup import both, inert
from bot.phrases import say
from bot.web.borders import Shape
from bot.web.drawing import WIDTH, Drawing, Outline, draw
from corpus.applicability import Applicability
from corpus.reach import Route
from corpus.table import Row

SINGLED_OUT: tuple[Route, ...] = ("named", "zone", "area")
"""The routes that do not hold for every district alike."""
_CLASSES = 5
_NAME = 20.0
"""Height of the names, in units of the drawing."""
_INSET_NAME = 17.0
"""The same in the inset, where it is narrow."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """A district, how many measures single it out, and the class of colour of that number."""

    row: Row
    count: int
    shade: int


def map_html(applies: Applicability, shapes: Sequence[Shape]) -> str:
    """Map, legend, remarks and the same numbers as a table; a district is a link to ``#district-<name>``."""
    rows = [row for row in applies.table.rows if row.kind == "district"]
    lows = class_limits([singled_out(row) for row in rows])
    counted = {
        row.name: _Counted(row, singled_out(row), bisect_right(lows, singled_out(row)) - 1) for row in rows
    }
    return (
        f'<div class="wence-map"><h2>{both("ui.map_title", region=applies.table.region)}</h2>'
        f"<p>{both('ui.map_hint')}</p>{_legend(lows, counted)}{_svg(applies, draw(shapes), counted)}"
        f"{_remarks(applies, shapes)}{_table(counted)}</div>"
    )


def singled_out(row: Row) -> int:
    """How many measures name a district, a zone in it, or its area."""
    return sum(not set(SINGLED_OUT).isdisjoint(cell.routes) for cell in row.cells)


def class_limits(counts: Sequence[int]) -> list[int]:
    """The least number of each class of colour: every number its own, or classes of equal width."""
    different = sorted(set(counts))
    if len(different) <= _CLASSES:
        return different
    low, high = different[0], different[-1]
    return sorted({low + round(step * (high - low + 1) / _CLASSES) for step in range(_CLASSES)})


def _legend(lows: Sequence[int], counted: Mapping[str, _Counted]) -> str:
    highest = max(each.count for each in counted.values())
    highs = [*(low - 1 for low in lows[1:]), highest]
    items = "".join(
        f'<li><i data-shade="{shade}"></i>{low if low == high else f"{low}–{high}"}</li>'
        for shade, (low, high) in enumerate(zip(lows, highs, strict=True))
    )
    return f'<ul class="wence-shades"><li>{both("ui.map_legend")}</li>{items}</ul>'


def _svg(applies: Applicability, drawing: Drawing, counted: Mapping[str, _Counted]) -> str:
    gazetteer = applies.gazetteer
    short = {each.name: each.short for each in gazetteer.district}
    short |= {each.name: each.short for each in gazetteer.former_district}
    areas = "".join(_area(outline, counted) for outline in drawing.outlines)
    names = "".join(
        _name(outline, short, counted, _NAME) for outline in drawing.outlines if not outline.small
    )
    title = inert(say("zh", "ui.map_title", region=applies.table.region))
    return (
        f'<svg viewBox="0 0 {WIDTH:.0f} {drawing.height:.0f}" role="group" aria-label="{title}">'
        f'{areas}<g class="wence-names">{names}</g>{_inset(drawing, short, counted)}</svg>'
    )


def _area(outline: Outline, counted: Mapping[str, _Counted]) -> str:
    each, shape = counted[outline.shape.district], outline.shape
    now = {"name": shape.name, "now": shape.district, "count": each.count}
    phrase = "ui.map_former" if shape.is_former else "ui.map_district"
    said = inert(f"{say('zh', phrase, **now)} / {say('en', phrase, **now)}")
    return (
        f'<a href="#district-{inert(shape.district)}" data-district="{inert(shape.district)}" '
        f'aria-label="{said}"><path data-shade="{each.shade}" d="{outline.path}"><title>{said}</title>'
        f"</path></a>"
    )


def _name(outline: Outline, short: Mapping[str, str], counted: Mapping[str, _Counted], size: float) -> str:
    each = counted[outline.shape.district]
    return (
        f'<text x="{outline.x}" y="{outline.y}" font-size="{size:.1f}" data-shade="{each.shade}">'
        f"{inert(short[outline.shape.name] or outline.shape.name)} {each.count}</text>"
    )


def _inset(drawing: Drawing, short: Mapping[str, str], counted: Mapping[str, _Counted]) -> str:
    """The small districts enlarged. Only for the eye and the pointer: all are in the map already."""
    if drawing.inset is None:
        return ""
    of, at = drawing.inset.of, drawing.inset.at
    size = _INSET_NAME * of[2] / at[2]
    inside = [outline for outline in drawing.outlines if outline.meets(of)]
    areas = "".join(_area(outline, counted).replace("<a ", '<a tabindex="-1" ', 1) for outline in inside)
    names = "".join(_name(outline, short, counted, size) for outline in drawing.outlines if outline.small)
    frame = f'x="{at[0]:.1f}" y="{at[1]:.1f}" width="{at[2]:.1f}" height="{at[3]:.1f}"'
    view = " ".join(f"{number:.1f}" for number in of)
    return (
        f'<g aria-hidden="true" class="wence-inset"><rect {frame}/>'
        f'<svg {frame} viewBox="{view}">{areas}<g class="wence-names">{names}</g></svg></g>'
    )


def _remarks(applies: Applicability, shapes: Sequence[Shape]) -> str:
    """What the borders do not show as it is today: former districts, districts without borders."""
    former: dict[str, list[str]] = {}
    for shape in shapes:
        if shape.is_former:
            former.setdefault(shape.district, []).append(shape.name)
    drawn = {shape.district for shape in shapes}
    missing = "、".join(name for name in applies.gazetteer.names if name not in drawn)
    said = [both("ui.map_borders")]
    if former:
        said.append(both("ui.map_old_borders", as_of=applies.gazetteer.as_of))
        said += [both("ui.map_now", names="、".join(names), now=now) for now, names in former.items()]
    if missing:
        said.append(both("ui.map_missing", names=missing))
    return f'<p class="wence-remarks">{" ".join(said)}</p>'


def _table(counted: Mapping[str, _Counted]) -> str:
    """The map's numbers to read: for those who do not see it, or want them exact."""
    heads = "".join(f'<th scope="col">{both(f"route.{route}")}</th>' for route in SINGLED_OUT)
    rows = "".join(_table_row(each) for each in counted.values())
    return (
        f"<details><summary>{both('ui.map_table')}</summary><table><thead><tr>"
        f'<th scope="col">{both("ui.district")}</th><th scope="col">{both("ui.group")}</th>'
        f'<th scope="col">{both("ui.singled_out")}</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></details>"
    )


def _table_row(each: _Counted) -> str:
    row = each.row
    numbers = "".join(f"<td>{len(row.by(route))}</td>" for route in SINGLED_OUT)
    name = inert(row.name)
    return (
        f'<tr><th scope="row"><a href="#district-{name}" data-district="{name}">{name}</a></th>'
        f"<td>{inert(row.group)}</td><td>{each.count}</td>{numbers}</tr>"
    )
