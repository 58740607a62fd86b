"""Shapes on the globe → outlines on paper: projected, simplified, with room for names and an inset."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely  # type: ignore[import-untyped]
from numpy.typing import NDArray

from bot.web.borders import Shape

WIDTH = 1000.0
"""Of a drawing, in its own units; one decimal of them is finer than any screen."""
_MARGIN = 8.0
_COARSE = 1.5
"""Corners that change an outline by less than a square of this side are left out."""
_SMALL = 0.05
"""Outlines whose square root of area is less than this part of the width are drawn enlarged in an inset."""
_INSET = 0.38
"""Width of the inset, as a part of the drawing's."""
_LAND = 0.1
"""How much of the inset may cover land; else it stands below."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Outline:
    """A shape drawn: SVG path data, its bounds (left, top, right, bottom), where its name is written."""

    shape: Shape
    path: str
    bounds: Box
    x: float
    y: float
    small: bool

    def meets(self, part: Box) -> bool:
        """Whether its bounds overlap a part of the drawing (x, y, width, height)."""
        left, top, right, bottom = self.bounds
        x, y, width, height = part
        return left < x + width and x < right and top < y + height and y < bottom


@dataclass(frozen=True, slots=True)
class Inset:
    """A part of the drawing (`of`: x, y, width, height) shown enlarged at `at`."""

    of: Box
    at: Box


@dataclass(frozen=True, slots=True)
class Drawing:
    """Outlines within WIDTH × height, y downwards."""

    height: float
    outlines: tuple[Outline, ...]
    inset: Inset | None


def draw(shapes: Sequence[Shape]) -> Drawing:
    """The drawing of one region's shapes; neighbours keep their common border as it is simplified."""
    flat = shapely.coverage_simplify(_projected(shapes), _COARSE)
    height = float(max(geometry.bounds[3] for geometry in flat)) + _MARGIN
    outlines = tuple(_outline(*pair) for pair in zip(shapes, flat, strict=True))
    small = [geometry for outline, geometry in zip(outlines, flat, strict=True) if outline.small]
    if not small or len(small) == len(shapes):
        return Drawing(height, outlines, None)
    inset = _inset(small, flat, height)
    return Drawing(max(height, inset.at[1] + inset.at[3] + _MARGIN), outlines, inset)


def _projected(shapes: Sequence[Shape]) -> list[shapely.Geometry]:
    """Degrees → drawing units, true to scale at the middle latitude: enough for one region."""
    west, south, east, north = shapely.total_bounds([shape.geometry for shape in shapes])
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * _MARGIN) / ((east - west) * squeeze)

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x = (points[:, 0] - west) * squeeze * scale + _MARGIN
        y = (north - points[:, 1]) * scale + _MARGIN
        return np.column_stack([x, y])

    return [shapely.transform(shape.geometry, project) for shape in shapes]


def _outline(shape: Shape, geometry: shapely.Geometry) -> Outline:
    middle = shapely.get_point(shapely.maximum_inscribed_circle(geometry), 0)
    small = math.sqrt(geometry.area) < _SMALL * WIDTH
    path = "".join(_rings(geometry))
    return Outline(shape, path, geometry.bounds, round(middle.x, 1), round(middle.y, 1), small)


def _rings(geometry: shapely.Geometry) -> Iterator[str]:
    for polygon in shapely.get_parts(geometry):
        for ring in (polygon.exterior, *polygon.interiors):
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in list(ring.coords)[:-1])
            yield f"M{points}Z"


def _inset(small: Sequence[shapely.Geometry], land: Sequence[shapely.Geometry], height: float) -> Inset:
    """The small outlines enlarged, in the corner with the least land, or below if none is free."""
    left, top, right, bottom = shapely.total_bounds(small)
    pad = (right - left) / 12
    of = (left - pad, top - pad, right - left + 2 * pad, bottom - top + 2 * pad)
    width = _INSET * WIDTH
    tall = width * of[3] / of[2]
    corners = [
        (x, y)
        for y in (_MARGIN, height - tall - _MARGIN)
        for x in (_MARGIN, WIDTH - width - _MARGIN)
        if y >= _MARGIN
    ]
    everything = shapely.union_all(land)
    covered = {
        corner: everything.intersection(_box(*corner, width, tall)).area / (width * tall)
        for corner in corners
    }
    best = min(covered, key=covered.__getitem__, default=None)
    if best is None or covered[best] > _LAND:
        best = (_MARGIN, height + _MARGIN)
    return Inset(of, (*best, width, tall))


def _box(x: float, y: float, width: float, height: float) -> shapely.Geometry:
    return shapely.box(x, y, x + width, y + height)
