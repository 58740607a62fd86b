"""Whether the time that a guideline speaks of is over."""

from __future__ import annotations

import re
from datetime import date

from corpus.measure import Guideline

_TARGET = re.compile(r"(?:到|至|截至)\s*(20\d{2})\s*年")


def target_year_passed(guideline: Guideline, today: date | None = None) -> str:
    """The last year that the guideline sets itself a target for (到2025年), or until which it is valid.

    An empty string if that year is not over or none is stated.
    """
    now = (today or date.today()).year
    years = [int(year) for measure in guideline.measures for year in _TARGET.findall(measure.text)]
    until = re.match(r"\d{4}", guideline.meta.valid_until)
    years = [int(until[0])] if until else years
    return str(max(years)) if years and max(years) < now else ""
