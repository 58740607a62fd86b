"""Borders, drawing and map: of any region that has divisions, by its gazetteer alone."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
import shapely

from bot.web.borders import Shape, borders
from bot.web.drawing import WIDTH, draw
from bot.web.map import class_limits, map_html, singled_out
from corpus.applicability import Applicability, applicability
from corpus.districts import District, FormerDistrict, Gazetteer, Successor
from corpus.gazetteer import packaged_gazetteers
from corpus.load import load_corpus, packaged_corpus
from corpus.table import Cell, Column, Evidence, Row, Table

COAST = Gazetteer(
    region="厦门市",
    as_of="2026-01",
    source="测试",
    district=(
        District("思明区", code="350203", short="思明"),
        District("海沧区", code="350205", short="海沧"),
        District("湖里区", code="350206", short="湖里"),
        District("合并区", code="350299", short="合并"),
        District("新城区", short="新城"),
    ),
    former_district=(
        FormerDistrict("集美区", "2025-01", (Successor("合并区"),), code="350211", short="集美"),
        FormerDistrict("同安区", "2025-01", (Successor("合并区"),), code="350212"),
    ),
)
NOWHERE = Gazetteer("镇海镇", "2026", "测试", (District("东村"), District("西村", code="990101")))
EVIL = '"><script>alert(1)</script>{{7*7}}'


def coast_table(*counts: int) -> Applicability:
    """A table in which the districts of COAST are named by so many measures each."""
    columns = tuple(Column(f"x#{n}", n, f"第{n}条", "") for n in range(1, 40))
    evidence = Evidence("named", "东", 0, 1, 1, "东", 0, 1, 0)
    rows = tuple(
        Row(
            name, "district", "片", tuple(Cell(column, ("named",), (evidence,)) for column in columns[:count])
        )
        for name, count in zip(COAST.names, counts, strict=True)
    )
    return Applicability(COAST, Table("x", COAST.region, COAST.as_of, columns, rows))


@pytest.fixture(scope="module")
def coast() -> tuple[Shape, ...]:
    return borders([COAST])["厦门市"]


@pytest.fixture(scope="module")
def packaged() -> tuple[Applicability, tuple[Shape, ...]]:
    (applies,) = applicability(load_corpus(packaged_corpus()), packaged_gazetteers()).values()
    return applies, borders([applies.gazetteer])[applies.gazetteer.region]


class Svg(HTMLParser):
    """Elements of a map with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_shapes_are_found_by_code_and_former_ones_count_for_their_heir(coast: tuple[Shape, ...]) -> None:
    assert {(shape.name, shape.district, shape.is_former) for shape in coast} == {
        ("思明区", "思明区", False),
        ("海沧区", "海沧区", False),
        ("湖里区", "湖里区", False),
        ("集美区", "合并区", True),
        ("同安区", "合并区", True),
    }
    assert all(shape.geometry.contains(shape.geometry.representative_point()) for shape in coast)


def test_a_region_without_borders_has_no_map() -> None:
    assert borders([NOWHERE]) == {}
    assert borders([]) == {}
    assert set(borders([NOWHERE, COAST])) == {"厦门市"}


def test_packaged_region_is_covered_whole(packaged: tuple[Applicability, tuple[Shape, ...]]) -> None:
    applies, shapes = packaged
    assert {shape.district for shape in shapes} == set(applies.gazetteer.names)
    assert len(shapes) == 38


def test_drawing_is_to_scale_and_north_is_up(coast: tuple[Shape, ...]) -> None:
    outlines = {outline.shape.name: outline for outline in draw(coast).outlines}
    assert outlines["同安区"].y < outlines["思明区"].y
    assert outlines["海沧区"].x < outlines["湖里区"].x
    width, height = 0.28, 0.3
    square = Shape("方", "方", shapely.box(118, 30, 118 + width, 30 + height))
    drawn = draw([square])
    assert drawn.height == pytest.approx(WIDTH * height / (width * 0.865), rel=0.02)


def test_neighbours_keep_their_common_border(packaged: tuple[Applicability, tuple[Shape, ...]]) -> None:
    """Simplified outlines cover the region without gaps: their areas add up to that of their union."""
    outlines = draw(packaged[1]).outlines
    shapes = [_polygons(outline.path) for outline in outlines]
    union = shapely.union_all(shapes)
    assert sum(shape.area for shape in shapes) == pytest.approx(union.area, rel=0.002)


def _polygons(path: str) -> shapely.Geometry:
    rings = [[tuple(map(float, p.split(","))) for p in ring.split(" ")] for ring in path[1:-1].split("ZM")]
    solid = shapely.Polygon(rings[0])
    for ring in rings[1:]:
        solid = solid.symmetric_difference(shapely.Polygon(ring))
    return solid


def test_inset_covers_no_land_and_lies_within(packaged: tuple[Applicability, tuple[Shape, ...]]) -> None:
    drawing = draw(packaged[1])
    assert drawing.inset is not None
    x, y, width, height = drawing.inset.at
    assert x >= 0 and x + width <= WIDTH and y >= 0 and y + height <= drawing.height
    box = shapely.box(x, y, x + width, y + height)
    land = shapely.union_all([_polygons(outline.path) for outline in drawing.outlines])
    assert land.intersection(box).area <= 0.1 * box.area
    small = [outline for outline in drawing.outlines if outline.small]
    assert 0 < len(small) < 12 and all(outline.meets(drawing.inset.of) for outline in small)


def test_inset_stands_below_where_no_corner_is_free() -> None:
    tiny = shapely.box(5, 5, 5.1, 5.1)
    rest = shapely.box(0, 0, 10, 10).difference(tiny)
    drawing = draw([Shape("大", "大", rest), Shape("小", "小", tiny)])
    assert drawing.inset is not None and drawing.inset.at[1] >= drawing.height - drawing.inset.at[3] - 20
    assert drawing.height > WIDTH


@pytest.mark.parametrize(
    ("counts", "limits"),
    [
        ([2, 2, 3, 6], [2, 3, 6]),
        ([0, 0], [0]),
        ([7], [7]),
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]),
        (list(range(11)), [0, 2, 4, 7, 9]),
        ([0, 1, 2, 3, 4, 50], [0, 10, 20, 31, 41]),
    ],
)
def test_classes_of_colour(counts: list[int], limits: list[int]) -> None:
    assert class_limits(counts) == limits


def test_every_district_is_coloured_by_its_number(packaged: tuple[Applicability, tuple[Shape, ...]]) -> None:
    applies, shapes = packaged
    svg = Svg(map_html(applies, shapes))
    lows = class_limits([singled_out(row) for row in applies.table.rows if row.kind == "district"])
    links = [link for link in svg.all("a") if "aria-label" in link and "tabindex" not in link]
    assert len(links) == 38
    shades = [path["data-shade"] for path in svg.all("path")][:38]
    for link, shade in zip(links, shades, strict=True):
        count = singled_out(applies.table.row(link["data-district"] or ""))
        assert f"{count} 条" in (link["aria-label"] or "")
        assert shade == str(max(n for n, low in enumerate(lows) if low <= count))


def test_former_districts_have_the_colour_of_today_and_it_is_said(coast: tuple[Shape, ...]) -> None:
    svg = Svg(map_html(coast_table(1, 2, 3, 9, 4), coast))
    labels = {link["aria-label"]: link["data-district"] for link in svg.all("a") if "aria-label" in link}
    former = [label for label, district in labels.items() if district == "合并区"]
    assert len(former) == 2 and all("今合并区" in label and "9 条" in label for label in former if label)
    assert "集美区、同安区现为合并区" in svg.text and "没有边界数据：新城区" in svg.text
    assert "同安区 9" in svg.text, "a district without a short name is written in full"


def test_all_numbers_are_in_the_table_too(coast: tuple[Shape, ...]) -> None:
    svg = Svg(map_html(coast_table(0, 2, 3, 9, 4), coast))
    table = [link["data-district"] for link in svg.all("a") if "aria-label" not in link]
    assert table == list(COAST.names)


def test_hostile_names_are_only_shown(coast: tuple[Shape, ...]) -> None:
    evil = Gazetteer(EVIL, EVIL, EVIL, (District(EVIL, code="350203", short=EVIL, group=EVIL),))
    applies = Applicability(evil, Table("x", EVIL, EVIL, (), (Row(EVIL, "district", EVIL, ()),)))
    html = map_html(applies, borders([evil])[EVIL])
    svg = Svg(html)
    assert not svg.all("script") and "{{" not in html
    assert EVIL in svg.text


def test_the_packaged_map_is_small(packaged: tuple[Applicability, tuple[Shape, ...]]) -> None:
    assert len(map_html(*packaged).encode()) < 150_000
