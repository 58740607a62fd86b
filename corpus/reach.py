"""Whom each sentence of a guideline reaches, from its own words.

    named        a district is named: 荣昌, 渝北区, 渝中软件产业园 (which lies in 渝中区)
    zone         a zone or town is named, and reaches the districts it lies in
    area         a group of districts is named: 中心城区, 渝东北三峡库区城镇群
    all          every district: 各区县, 区县, or a group that has all of them
    conditional  districts that meet a condition: 有条件的区县, 有关区县, 成效显著的区县
    citywide     no district is singled out: the city acts

Scope carries. In a measure whose heading, section or opening sentences single out areas, a later 各区县
means the districts of those areas, and a later sentence that names nobody continues the one before it, so
that money which the city gives to an area's measure is not promised to all. 全市各区县 means every district
all the same, and where only the opening sentences narrow a measure, a sentence on 全市 is citywide again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from corpus.districts import Gazetteer
from corpus.find import Mention, find_names
from corpus.measure import Guideline, Measure, Section, Sentence, Span
from corpus.normal import Normalized, normalize_with_offsets
from corpus.units import AREA, PLACE, Unit, find_units, is_statement, speaks_of_the_whole

Route = Literal["named", "zone", "area", "all", "conditional", "citywide"]
ROUTES: tuple[Route, ...] = get_args(Route)

HEADING = -1
"""The index of a measure's heading among its sentences."""

_NARROW = ("named", "zone", "area")
_BREAK = re.compile(r"[,，;；:：。!！?？\r\n]")
_LEAST_REST = 4


@dataclass(frozen=True, slots=True)
class Proof:
    """One way in which a sentence reaches districts.

    `words` (at `span`) are the words that say so, `quote` (at `quote_span`) the clause to show; both are
    verbatim. Where a sentence continues an earlier one, the words stand there. `name` is the gazetteer's
    name of what is named and `note` its remark.
    """

    route: Route
    words: str
    span: Span
    quote: str
    quote_span: Span
    districts: tuple[str, ...]
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SentenceReach:
    """Whom one sentence (`index` in the measure, or `HEADING`) reaches; `carried` from an earlier one."""

    measure_id: str
    index: int
    sentence: Sentence
    proofs: tuple[Proof, ...]
    carried: bool = False


def reach_of(guideline: Guideline, gazetteer: Gazetteer) -> tuple[SentenceReach, ...]:
    """The reach of every sentence of every measure, in order, and of the headings that name somebody.

    A sentence without proofs is a left-over fragment. Offsets are those of the guideline's sentences.
    """
    sections = {
        section.heading: _section_proofs(guideline, section, gazetteer) for section in guideline.sections
    }
    found: list[SentenceReach] = []
    for measure in guideline.measures:
        above = [proof for heading in measure.path for proof in sections.get(heading, ())]
        found += _measure_reach(measure, above, gazetteer)
    return tuple(found)


def _section_proofs(guideline: Guideline, section: Section, gazetteer: Gazetteer) -> list[Proof]:
    text = guideline.source[section.span.start : section.span.end]
    proofs = _own_proofs(Sentence(text, section.span), frozenset(), gazetteer)
    return [proof for proof in proofs if proof.route in _NARROW]


def _measure_reach(measure: Measure, above: Sequence[Proof], gazetteer: Gazetteer) -> list[SentenceReach]:
    found = []
    own = _own_proofs(measure.heading, _districts(above), gazetteer)
    if own:
        found.append(SentenceReach(measure.id, HEADING, measure.heading, own))
    scope = _Scope([*above, *own])
    for index, sentence in enumerate(measure.sentences):
        proofs = _own_proofs(sentence, scope.areas, gazetteer)
        carried = () if proofs or not is_statement(sentence.text) else scope.carried(sentence)
        if not proofs and not carried and is_statement(sentence.text):
            proofs = (_citywide(sentence, gazetteer),)
        found.append(SentenceReach(measure.id, index, sentence, proofs or carried, bool(carried)))
        scope.pass_on(proofs)
    return found


class _Scope:
    """What carries over from the heading and the opening sentences of a measure to the later ones."""

    def __init__(self, heading: Iterable[Proof]) -> None:
        self._heading = [proof for proof in heading if proof.route in _NARROW]
        self._seen = list(self._heading)
        self._last = list(self._heading)
        self._open = True

    @property
    def areas(self) -> frozenset[str]:
        """The districts that 各区县 is limited to; empty where it is not."""
        return _districts(self._seen if self._open else self._heading)

    def carried(self, sentence: Sentence) -> tuple[Proof, ...]:
        """The proofs that a sentence which names nobody continues."""
        before = self._last if self._open else self._heading
        if not self._heading and speaks_of_the_whole(normalize_with_offsets(sentence.text).text):
            return ()
        return tuple(replace(proof, quote=sentence.text, quote_span=sentence.span) for proof in before)

    def pass_on(self, proofs: Sequence[Proof]) -> None:
        """Take a sentence's own proofs into account for the next one."""
        if not proofs:
            return
        narrow = [proof for proof in proofs if proof.route in _NARROW]
        self._open = self._open and len(narrow) == len(proofs)
        if self._open:
            self._seen += narrow
            self._last = narrow


def _districts(proofs: Iterable[Proof]) -> frozenset[str]:
    return frozenset(name for proof in proofs if proof.route == "area" for name in proof.districts)


def _citywide(sentence: Sentence, gazetteer: Gazetteer) -> Proof:
    text, span = sentence.text, sentence.span
    return Proof("citywide", text, span, text, span, gazetteer.names)


def _own_proofs(sentence: Sentence, scope: frozenset[str], gazetteer: Gazetteer) -> tuple[Proof, ...]:
    """What a sentence's own words prove, each route and name once, in order of appearance.

    `scope`: the districts that 各区县 is limited to by what stands before the sentence; empty for none.
    """
    normal = normalize_with_offsets(sentence.text)
    names = [name for name in find_names(normal.text, gazetteer) if name.kind != "all"]
    units = find_units(_masked(normal.text, names), gazetteer.whole.units)
    proofs = [_name_proof(name, normal, sentence, gazetteer) for name in names if not name.excluded]
    proofs += [_unit_proof(unit, names, scope, normal, sentence, gazetteer) for unit in units]
    ordered = sorted((proof for proof in proofs if proof.districts), key=lambda proof: proof.span.start)
    return tuple({(proof.route, proof.name, proof.districts): proof for proof in reversed(ordered)}.values())[
        ::-1
    ]


def _masked(text: str, names: Iterable[Mention]) -> str:
    for name in names:
        mark = AREA if name.kind == "group" else PLACE
        text = text[: name.start] + mark * (name.end - name.start) + text[name.end :]
    return text


def _name_proof(name: Mention, normal: Normalized, sentence: Sentence, gazetteer: Gazetteer) -> Proof:
    route: Route = "named"
    if name.kind in ("zone", "town"):
        route = "zone"
    elif name.kind == "group":
        route = "all" if name.districts == gazetteer.names else "area"
    return _proof(route, normal.source_span(name.start, name.end), sentence, name.districts, name)


def _unit_proof(
    unit: Unit,
    names: Sequence[Mention],
    scope: frozenset[str],
    normal: Normalized,
    sentence: Sentence,
    gazetteer: Gazetteer,
) -> Proof:
    limit = frozenset() if unit.whole else _limit(unit, names, scope)
    districts = [name for name in gazetteer.names if not limit or name in limit]
    if unit.sense == "others":
        before = {district for name in names if name.start < unit.start for district in name.districts}
        districts = [name for name in gazetteer.names if name not in before]
    out = {district for name in names if name.excluded for district in name.districts}
    alike = [name for name in districts if name.endswith(unit.ending)]
    reached = tuple(name for name in alike or districts if name not in out)
    route: Route = "conditional" if unit.sense == "some" else "area" if limit else "all"
    return _proof(route, normal.source_span(unit.start, unit.end), sentence, reached)


def _limit(unit: Unit, names: Sequence[Mention], scope: frozenset[str]) -> frozenset[str]:
    """The districts that a general word is limited to: areas named before it here, or the scope."""
    if unit.governed or unit.sense == "others":
        return scope
    here = {
        district
        for name in names
        if name.kind == "group" and name.start < unit.start and not name.excluded
        for district in name.districts
    }
    return frozenset(here) or scope


def _proof(
    route: Route,
    offsets: tuple[int, int],
    sentence: Sentence,
    districts: tuple[str, ...],
    name: Mention | None = None,
) -> Proof:
    start, end = offsets
    quote_start, quote_end = _clause(sentence.text, start, end)
    return Proof(
        route,
        sentence.text[start:end],
        _span(sentence, start, end),
        sentence.text[quote_start:quote_end],
        _span(sentence, quote_start, quote_end),
        districts,
        name.name if name else "",
        name.note if name else "",
    )


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause round ``text[start:end]``, and the next one where the words end theirs."""
    left = max((match.end() for match in _BREAK.finditer(text, 0, start)), default=0)
    stops = [match.start() for match in _BREAK.finditer(text, end)] or [len(text)]
    right = next((stop for stop in stops if stop - end >= _LEAST_REST), stops[-1])
    while left < start and text[left].isspace():
        left += 1
    return left, right


def _span(sentence: Sentence, start: int, end: int) -> Span:
    line = sentence.span.line + sentence.text.count("\n", 0, start)
    return Span(sentence.span.start + start, sentence.span.start + end, line)
