"""Names of districts, groups and zones in a piece: they must be what the measure speaks of at that place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from bot.grounding.evidence import Ground, Piece, name_groups, names_in
from bot.grounding.words import pattern, qualifiers, strict_qualifiers
from corpus.table import Cell, Evidence

_CONDITION = re.compile("条件|有关|相关|部分|基础|成效|能力|如果|若|符合|具备|周边|满足")
_PLACE = "[\u4e00-\u9fff]{2}[区县](?![\u4e00-\u9fff]?域|内|级|直|政府)"
_JOINED = re.compile(f"{_PLACE}(?:[、和与及]{_PLACE})+")
_EACH = re.compile("(?:全[市省区]|各)[各个]?(?:区县|县区|区|县)(?!域)")
_TO_ACT = re.compile(f"(?:^|[,;])(?:{_PLACE}[、和与及])*{_PLACE}(?:应当|必须|要|可以|将)")


def name_faults(
    piece: Piece, anchor: Piece, ground: Ground
) -> Iterator[tuple[Literal["name", "condition"], str]]:
    """Names that neither stand in the piece repeated (or its clause) nor are reached there by the table."""
    clause = frozenset().union(
        *(
            one.names
            for one in ground.pieces
            if one.sentence == anchor.sentence and one.clause == anchor.clause
        )
    )
    clause |= _last_named(anchor, ground)
    clause = clause or names_in(ground.texts[0], ground.known)
    for name in sorted(piece.names - clause):
        proofs = [one for one in _proofs(name, ground) if _speaks_of(one, anchor, clause)]
        if not proofs:
            yield "name", name
        elif _narrowed(piece, anchor) or (
            all(one.route == "conditional" for one in proofs) and not _CONDITION.search(piece.text)
        ):
            yield "condition", name


def _narrowed(piece: Piece, anchor: Piece) -> bool:
    """Whether the piece repeated is on 有条件的区县 and the like only, and this is not told."""
    groups = [group for group in qualifiers() if group[0] in strict_qualifiers()]
    there = [group for group in groups if any(word in anchor.text for word in group)]
    return any(not any(word in piece.text for word in group) for group in there)


def neighbour_faults(text: str, ground: Ground) -> Iterator[tuple[Literal["name"], str]]:
    """Names before words that the measure has behind other names: 荣昌国际生物城 for 巴南国际生物城."""
    for names, behind in name_groups(text, ground.known):
        there = [others for others, words in ground.name_groups if words == behind]
        if there and not pattern("name_stops").match(behind) and not names <= frozenset().union(*there):
            yield "name", behind


def place_faults(text: str, anchor: Piece, ground: Ground) -> Iterator[tuple[Literal["name"], str]]:
    """Places told together that the measure has in different sentences only, and all places for some."""
    for match in _JOINED.finditer(text):
        places = re.findall(_PLACE, match[0])
        apart = all(any(one in there for there in ground.texts) for one in places)
        if apart and not any(all(one in there for one in places) for there in ground.texts):
            yield "name", match[0]
    each, there = _EACH.search(text), ground.texts[anchor.sentence]
    if each and _TO_ACT.search(anchor.text) and not re.search("全[市省]|各|其[他余]", there):
        yield "name", each[0]


def _last_named(anchor: Piece, ground: Ground) -> frozenset[str]:
    """Whom the nearest piece up to here in the sentence names: it holds on for a piece that names nobody."""
    found: frozenset[str] = frozenset()
    here = ground.in_segment(anchor)
    for one in here[: here.index(anchor) + 1]:
        found = one.names or found
    return found


def _proofs(name: str, ground: Ground) -> tuple[Evidence, ...]:
    """What in the measure reaches a district or zone, by the table."""
    return tuple(proof for cell in _cells(name, ground) for proof in cell.evidence)


def routes(name: str, ground: Ground) -> frozenset[str]:
    """By which routes the measure reaches a district or zone."""
    return frozenset(route for cell in _cells(name, ground) for route in cell.routes)


def _cells(name: str, ground: Ground) -> Iterator[Cell]:
    """What the table has of the measure for a district or zone."""
    rows = ground.known.table.rows if ground.known else ()
    row = next((one for one in rows if one.name == name), None)
    return (cell for cell in (row.cells if row else ()) if cell.measure.id == ground.measure.id)


def holds_for(name: str, text: str, ground: Ground) -> bool:
    """Whether the measure reaches a district without condition, or under one (若…) that the text tells."""
    routes = {proof.route for proof in _proofs(name, ground)}
    return bool(routes - {"conditional"}) or (bool(routes) and re.search("若|如果|[如凡]", text) is not None)


def _speaks_of(proof: Evidence, anchor: Piece, named: frozenset[str]) -> bool:
    """Whether a proof of the table stands in the sentence repeated, and not in a clause on somebody else."""
    if anchor.sentence == 0:
        return True
    return proof.sentence == anchor.sentence - 1 and not named and proof.route != "named"
