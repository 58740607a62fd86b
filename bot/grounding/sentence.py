"""Whether a sentence of a model's answer stands in the measures it cites: pure rules, no model.

A sentence is cut at commas. Each piece is laid beside the piece of a cited measure that it repeats best;
what it says in numbers, names, quotes, negation, strength and conditions must be the same there, and no
content word may be without a source. In doubt a sentence fails: the verbatim quote is always at hand.

    Grounds.of(evidence, applicability).check(sentence)  →  Verdict

What it does not do: no syntax, no inference. An English sentence on a Chinese measure is checked by its
numbers, places, quotes, strength, negation and the terms of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.grounding.alignment import substituted, swapped
from bot.grounding.amounts import number_faults
from bot.grounding.anchors import find_anchors
from bot.grounding.cites import Cited, read_citations
from bot.grounding.content import uncovered
from bot.grounding.denial import excepted, negations, same_denial
from bot.grounding.english import faults_in_english, is_english
from bot.grounding.evidence import Ground, Piece, plain, telling
from bot.grounding.joined import joined_faults
from bot.grounding.literal import literal_faults
from bot.grounding.may import approves, asks, what_is_advised
from bot.grounding.merged import is_stray
from bot.grounding.numbers import find_numbers
from bot.grounding.reach import name_faults, neighbour_faults, place_faults
from bot.grounding.roles import role_faults
from bot.grounding.scope import frees_otherwise, scope_faults
from bot.grounding.strength import strength_faults
from bot.grounding.told import Told, told_pieces
from bot.grounding.turned import turned_round
from corpus.applicability import Applicability
from corpus.measure import Measure

Fault = Literal[
    "uncited", "unknown citation", "number", "name", "quote", "contact", "institution", "strength",
    "negation", "condition", "actor", "content", "merged",
]  # fmt: skip

_LONGEST = 1000
_WRAPPED = re.compile(
    "(?:按照?|根据|依照|依据|遵照)(?:上述|有关|相关|该|文件|政策|措施|办法)*的?(?:要求|规定|文件|政策|精神)"
)
_TURNED: frozenset[Fault] = frozenset(("number", "name", "negation", "content", "merged"))
"""Faults of a refusal turned round: that it has other conditions as well, or is no duty, does not count."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a sentence fails, and the words that fail."""

    fault: Fault
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may be shown; `cited` are the ids of the measures that it cites."""

    kept: bool
    reasons: tuple[Reason, ...]
    cited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grounds:
    """The measures given to the model, in their order, made ready once for all sentences of an answer."""

    evidence: tuple[Measure, ...]
    grounds: dict[str, Ground]
    titles: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        evidence: Sequence[Measure],
        known: Mapping[str, Applicability] | None = None,
        titles: Iterable[str] = (),
    ) -> Grounds:
        """`known`: by slug what reaches whom; `titles`: names of documents that may be quoted anywhere."""
        table = known or {}
        grounds = {one.id: Ground(one, table.get(one.guideline)) for one in evidence}
        return cls(tuple(evidence), grounds, tuple(map(plain, titles)))

    def check(self, sentence: str) -> Verdict:
        """Whether a sentence stands in what it cites; one of over 1000 characters does not. Never raises."""
        if len(sentence) > _LONGEST:
            return Verdict(False, (Reason("content", sentence[:40]),), ())
        cited = read_citations(sentence, self.evidence)
        ids = tuple(measure.id for measure in cited.measures)
        if cited.unknown:
            return Verdict(False, (Reason("unknown citation", " ".join(cited.unknown)),), ids)
        if not cited.measures:
            return Verdict(False, (Reason("uncited", cited.text),), ids)
        grounds = [self.grounds[one] for one in ids]
        reasons = tuple(Reason(fault, words) for fault, words in self._faults(sentence, cited, grounds))
        return Verdict(not reasons, reasons, ids)

    def _faults(self, sentence: str, cited: Cited, grounds: Sequence[Ground]) -> Iterator[tuple[Fault, str]]:
        yield from literal_faults(cited.text, grounds, self.titles)
        if is_english(cited.text):
            yield from faults_in_english(sentence, cited.text, grounds)
            return
        faults = list(_told_faults(cited.text, grounds))
        turned = turned_round(cited.text, grounds) if faults else None
        if turned is None or any(fault in _TURNED for fault, _ in _told_faults(turned, grounds)):
            yield from faults


def check(
    sentence: str, evidence: Sequence[Measure], known: Mapping[str, Applicability] | None = None
) -> Verdict:
    """`Grounds.check` for a single sentence."""
    return Grounds.of(evidence, known).check(sentence)


def _told_faults(text: str, grounds: Sequence[Ground]) -> Iterator[tuple[Fault, str]]:
    told = list(told_pieces(text, grounds))
    for one in told:
        yield from _piece_faults(one, grounds)
    if len(grounds) == 1:
        yield from (("merged", words) for words in joined_faults(told, grounds[0]))


def _piece_faults(told: Told, grounds: Sequence[Ground]) -> Iterator[tuple[Fault, str]]:
    """A piece passes if it stands in one of the measures cited; else the faults are of the likeliest."""
    best: list[tuple[Fault, str]] | None = None
    for ground in grounds:
        faults = list(_against(told, ground))
        if not faults:
            return
        if best is None or len(faults) < len(best):
            best = faults
    yield from best or ()


def _against(told: Told, ground: Ground) -> Iterator[tuple[Fault, str]]:
    piece = told.piece
    if (advised := what_is_advised(piece.text)) is not None:
        yield from (("content", words) for words in uncovered(advised, ground))
        return
    if _WRAPPED.fullmatch(piece.text.strip()):
        return
    if asks(piece.text):
        yield from _where(told, ground)
        return
    if approves(piece.text) and approves(piece.text) in ground.text:
        return
    if not find_numbers(piece.text) and excepted(piece.text, ground.text):
        yield from (("content", words) for words in uncovered(piece.text, ground))
        return
    claimed = [words for words in told.group.split(",") if not asks(words)]
    yield from (
        ("content", words)
        for words in uncovered(",".join(claimed) if find_numbers(piece.text) else piece.text, ground)
    )
    anchors = find_anchors(told, ground)
    numbers = find_numbers(piece.text)
    if not anchors:
        if numbers or negations(piece.text) or (piece.strength != "plain" and telling(piece.text)):
            yield "content", piece.text
        return
    results = [list(_beside(told, anchor, ground)) for anchor in anchors]
    yield from min(results, key=len)


def _where(told: Told, ground: Ground) -> Iterator[tuple[Fault, str]]:
    """Of a piece that tells the case of who asks, only where that is: it must be where the measure holds."""
    for place in re.findall("在([\u4e00-\u9fff]{2,6}?[县区市镇乡])(?![县区])", told.piece.text):
        yield from (("content", words) for words in uncovered(place, ground))
    results = [list(name_faults(told.piece, one, ground)) for one in find_anchors(told, ground)]
    yield from min(results, key=len, default=())


def _beside(told: Told, anchor: Piece, ground: Ground) -> Iterator[tuple[Fault, str]]:
    """What differs between a piece and the piece of the measure that it repeats."""
    piece = told.piece
    yield from (("number", words) for words in number_faults(told, anchor, ground))
    whole = ground.texts[anchor.sentence]
    denial = same_denial(piece.text, told.sentence, anchor.text, ground.segment(anchor), whole)
    if not denial or frees_otherwise(told, anchor, ground):
        yield "negation", piece.text
    yield from (("strength", words) for words in strength_faults(told, anchor, ground))
    yield from name_faults(piece, anchor, ground)
    yield from neighbour_faults(piece.text, ground)
    yield from place_faults(piece.text, anchor, ground)
    yield from role_faults(piece, told.sentence, anchor, ground)
    replaced = substituted(piece.text, anchor.text, told.sentence, ground.text, ground.segment(anchor))
    yield from (("content", words) for words in replaced)
    yield from (("actor", words) for words in swapped(piece.text, anchor.text, ground.text))
    yield from (("condition", words) for words in scope_faults(piece, anchor, ground))
    if is_stray(told, anchor, ground):
        yield "merged", piece.text
