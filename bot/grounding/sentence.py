"""Whether a sentence of a model's answer stands in the measures it cites: pure rules, no model.

A sentence is cut at commas. Each piece is laid beside the piece of a cited measure that it repeats best;
what it says in numbers, names, quotes, negation, strength and conditions must be the same there, and no
content word may be without a source. In doubt a sentence fails: the verbatim quote is always at hand.

    Grounds.of(evidence, applicability).check(sentence)  →  Verdict

What it does not do: no syntax, no inference. An English sentence on a Chinese measure is checked by its
numbers, places, quotes, strength and negation only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.grounding.alignment import substituted, swapped
from bot.grounding.cites import Cited, read_citations
from bot.grounding.content import uncovered
from bot.grounding.english import faults_in_english, is_english
from bot.grounding.evidence import (
    Ground,
    Piece,
    bigrams,
    closing,
    gains,
    negations,
    plain,
    read_pieces,
    same_denial,
    strong_words,
    telling,
)
from bot.grounding.literal import literal_faults
from bot.grounding.numbers import Number, find_numbers
from bot.grounding.reach import name_faults, neighbour_faults
from bot.grounding.roles import acts, role_faults
from bot.grounding.words import pattern
from corpus.applicability import Applicability
from corpus.measure import Measure

Fault = Literal[
    "uncited", "unknown citation", "number", "name", "quote", "contact", "institution", "strength",
    "negation", "condition", "actor", "content", "merged",
]  # fmt: skip

_LONGEST = 1000
_LEAST_SHARE = 0.8
_LEAST_WITH_NUMBER = 0.75
_HARD = re.compile("必须|务必|一律|严禁|禁止|不得|不能|不可")


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
        reasons = tuple(Reason(fault, words) for fault, words in self._faults(cited, grounds))
        return Verdict(not reasons, reasons, ids)

    def _faults(self, cited: Cited, grounds: Sequence[Ground]) -> Iterator[tuple[Fault, str]]:
        yield from literal_faults(cited.text, grounds, self.titles)
        if is_english(cited.text):
            yield from faults_in_english(cited.text, grounds)
            return
        for told in _told(cited.text, grounds):
            yield from _piece_faults(told, grounds)


def check(
    sentence: str, evidence: Sequence[Measure], known: Mapping[str, Applicability] | None = None
) -> Verdict:
    """`Grounds.check` for a single sentence."""
    return Grounds.of(evidence, known).check(sentence)


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of the model's sentence, the sentence, the pieces it goes with, the classes told before."""

    piece: Piece
    sentence: str
    group: str
    before: frozenset[str]


def _told(text: str, grounds: Sequence[Ground]) -> Iterator[Told]:
    """The pieces of a sentence. A piece goes with those before it, back to one with a number."""
    group: list[str] = []
    before: frozenset[str] = frozenset()
    segment = 0
    for piece in read_pieces(text, grounds[0].known):
        if piece.segment != segment:
            group, segment = [], piece.segment
        group.append(piece.text)
        yield Told(piece, text, ",".join(group), before)
        before |= piece.own | {piece.strength}
        if find_numbers(piece.text) and not piece.text.endswith("的"):
            group = []


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
    yield from (
        ("content", words)
        for words in uncovered(told.group if find_numbers(piece.text) else piece.text, ground)
    )
    anchors = _anchors(piece, ground)
    numbers = find_numbers(piece.text)
    if not anchors:
        if numbers or negations(piece.text) or (piece.strength != "plain" and telling(piece.text)):
            yield "content", piece.text
        return
    results = [list(_beside(told, anchor, ground)) for anchor in anchors]
    yield from min(results, key=len)


def _anchors(piece: Piece, ground: Ground) -> list[Piece]:
    """The pieces of a measure that a piece repeats best: those as good as the best one."""
    own, numbers = telling(piece.text), find_numbers(piece.text)
    scores = [
        (sum(ground.weights[pair] for pair in own & one.bigrams), -len(one.text), at)
        for at, one in enumerate(ground.pieces)
        if one.sentence or not numbers
    ]
    best = max((score for score, _, _ in scores), default=0)
    if not best:
        return [
            one
            for one in ground.pieces
            if numbers and all(any(own.same(other) for other in find_numbers(one.text)) for own in numbers)
        ]
    least = 0.97 * best
    found = [ground.pieces[at] for score, _, at in scores if score >= least]
    if numbers and len(numbers) <= 3:
        found += [
            ground.pieces[at]
            for score, _, at in scores
            if least > score > 0 and _has_all(numbers, find_numbers(ground.pieces[at].text))
        ]
    return found


def _has_all(numbers: Sequence[Number], there: Sequence[Number]) -> bool:
    return all(any(one.same(other) for other in there) for one in numbers)


def _beside(told: Told, anchor: Piece, ground: Ground) -> Iterator[tuple[Fault, str]]:
    """What differs between a piece and the piece of the measure that it repeats."""
    piece = told.piece
    yield from (("number", words) for words in _numbers(told, anchor, ground))
    whole = ground.texts[anchor.sentence]
    denial = same_denial(piece.text, told.sentence, anchor.text, ground.segment(anchor), whole)
    if not denial or _exempt(told, anchor, ground):
        yield "negation", piece.text
    yield from (("strength", words) for words in _strength(told, anchor, ground))
    yield from name_faults(piece, anchor, ground)
    yield from neighbour_faults(piece.text, ground)
    yield from role_faults(piece, told.sentence, anchor, ground)
    yield from (("content", words) for words in substituted(piece.text, anchor.text, told.sentence))
    yield from (("actor", words) for words in swapped(piece.text, anchor.text, ground.text))
    yield from (("condition", words) for words in _scope(piece, anchor, ground))
    if _stray(told, anchor, ground):
        yield "merged", piece.text


def _numbers(told: Told, anchor: Piece, ground: Ground) -> Iterator[str]:
    """Numbers that differ from those of the piece repeated or, where it has no such, of its segment."""
    piece = told.piece
    if _same_dates(piece.text, ground.segment(anchor)):
        return
    refers = ground.refers(anchor)
    near, around = find_numbers(anchor.text), find_numbers(ground.told_with(anchor))
    for each in re.findall("每[\u4e00-\u9fff]", piece.text):
        if each not in ground.segment(anchor) and each[1] not in "个名位项天次":
            yield each
    listed_here = len(re.findall("[、和与及]", piece.text)) + 1
    for number in find_numbers(piece.text):
        if number.unit in ("类", "种", "方面") and number.value == listed_here:
            continue
        alike = [one for one in near if one.unit == number.unit]
        said = [one for one in find_numbers(piece.text) if one.unit == number.unit]
        listed = "分别" in ground.segment(anchor) and len(alike) > 1
        if "分别" in ground.segment(anchor) and len(said) > 1:
            there = alike or [one for one in around if one.unit == number.unit]
            if [one.value for one in there] != [one.value for one in said]:
                yield piece.text
            continue
        if _one_of_list(told.sentence, number, anchor, ground):
            continue
        if _bound_to(piece.text, number, ground):
            continue
        if listed and len(said) == 1:
            yield piece.text
        elif not any(number.same(other) for other in (alike if alike and not refers else [*near, *around])):
            yield piece.text[number.start : number.end]


def _bound_to(text: str, number: Number, ground: Ground) -> bool:
    """Whether the measure has a number before or behind the very words that it has here, and these once only."""
    behind = text[number.end - 1 : number.end + 2]
    before = [text[number.start - size : number.start] for size in (5, 2) if number.start >= size]
    for one in ground.pieces:
        for other in find_numbers(one.text):
            if not number.same(other):
                continue
            at = other.end - 1
            if (
                re.fullmatch("[\u4e00-\u9fff]{3}", behind)
                and one.text.startswith(behind, at)
                and ground.text.count(behind) == 1
            ):
                return True
            if any(
                one.text.endswith(words, 0, other.start) and ground.text.count(words) == 1 for words in before
            ):
                return True
    return False


def _same_dates(text: str, there: str) -> bool:
    """Whether a text gives the very days of another in their order, however they are joined."""
    days = [(one.value, one.unit) for one in find_numbers(text)]
    return len(days) > 3 and days == [(one.value, one.unit) for one in find_numbers(there)]


def _one_of_list(sentence: str, number: Number, anchor: Piece, ground: Ground) -> bool:
    """Whether a number is that of the only member told of a list: 初级、中级、高级分别奖励1、2、4千元."""
    values = [one.value for one in find_numbers(anchor.text) if one.unit == number.unit]
    if "分别" not in ground.segment(anchor) or number.value not in values:
        return False
    for match in re.finditer("[^,、]{2,8}(?:、[^,、]{2,12})+", ground.segment(anchor)):
        members = match[0].split("、")
        told = [at for at, one in enumerate(members) if (one[:2] if at else one[-2:]) in sentence]
        if len(members) == len(values) and len(told) == 1:
            return values[told[0]] == number.value
    return False


def _scope(piece: Piece, anchor: Piece, ground: Ground) -> Iterator[str]:
    """仅 and 所有 that the measure does not have there."""
    segment = ground.segment(anchor)
    for name, there in (("only", "only_there"), ("every", "every_there")):
        match = pattern(name).search(piece.text)
        if match and not pattern(there).search(segment):
            yield match[0]
    if (
        re.search("分别|各自", piece.text)
        and re.search("共同|合计|总计|累计", segment)
        and "分别" not in segment
    ):
        yield piece.text


def _strength(told: Told, anchor: Piece, ground: Ground) -> Iterator[str]:
    """A class of strength that the measure does not have there, or one left out."""
    piece = told.piece
    allowed = (anchor.own | {anchor.strength} if anchor.own else anchor.allowed) | _led_by(anchor, ground)
    if piece.strength == "plain" and not piece.own and anchor.strength in closing(told.sentence):
        return
    if piece.strength == "explore" and (
        pattern("contact").search(piece.text) or not (piece.own or anchor.own)
    ):
        return
    behind = strong_words(told.sentence)
    if not piece.own and anchor.strength in behind and (piece.bare or anchor.strength == "explore"):
        return
    if piece.strength == "explore" and anchor.strength in closing(told.sentence):
        return
    if _goes_without_saying(piece, anchor, ground):
        return
    if anchor.strength == "must" and any(number.bound for number in find_numbers(piece.text)):
        allowed |= {"plain"}
        if piece.strength == "plain" and not piece.own:
            return
    if piece.strength == "plain" and (anchor.sentence == 0 or _says_when(piece.text)):
        return
    if piece.strength == "plain" and anchor.strength == "explore" and gains(piece.text):
        return
    extra = piece.own - allowed
    if piece.strength != "plain" and piece.strength not in allowed:
        yield piece.text
    elif extra:
        yield "/".join(sorted(extra))
    elif piece.strength == "plain" and anchor.strength not in ("plain", *told.before, *piece.own):
        yield anchor.text


def _exempt(told: Told, anchor: Piece, ground: Ground) -> bool:
    """Whether something is free in the sentence and not in the measure, or the other way about."""
    free = pattern("exempt")
    near = "".join(ground.texts[max(0, anchor.sentence - 1) : anchor.sentence + 2])
    if free.search(told.piece.text):
        return free.search(near) is None
    return (
        free.search(anchor.text) is not None
        and not free.search(told.sentence)
        and not negations(told.sentence)
    )


def _goes_without_saying(piece: Piece, anchor: Piece, ground: Ground) -> bool:
    """A duty told as a fact, a fact about somebody told as a duty, 要 before a plain verb, a 应当 that goes on."""
    if (
        piece.strength == "must"
        and not _HARD.search(piece.text)
        and any(one.bound for one in find_numbers(piece.text))
    ):
        return True
    if piece.strength == "must" and anchor.strength == "plain" and not anchor.text.endswith("的"):
        if not piece.own and not _HARD.search(piece.clause):
            return piece.bare or not re.search("[应须]", piece.text) or acts(anchor, ground)
        return not _HARD.search(piece.text) and acts(anchor, ground)
    loose = anchor.strength == "must" or (anchor.strength == "explore" and bool(negations(piece.text)))
    return piece.strength == "plain" and not piece.own and loose


def _says_when(text: str) -> bool:
    """Whether a piece tells a case or an occasion and no action: 对于有条件的区县, 抽检不合格的, 夜间."""
    return (
        text.endswith("的")
        or len(text) <= 3
        or re.match("对于?|针对|关于|至于|如果?|若|凡是?|当", text) is not None
    )


def _led_by(anchor: Piece, ground: Ground) -> frozenset[str]:
    """The class of the last strong word before a plain piece in its segment: 指导各区县…,深化校企合作."""
    found: frozenset[str] = frozenset()
    for one in ground.pieces[: ground.pieces.index(anchor)]:
        if (one.sentence, one.segment) == (anchor.sentence, anchor.segment):
            found = one.own | found if one.own == {"explore"} else one.own or found
    goes_on = anchor.strength == "plain" or (
        anchor.strength == "explore" and not re.search("可以|允许", anchor.text)
    )
    return found if goes_on else frozenset()


def _stray(told: Told, anchor: Piece, ground: Ground) -> bool:
    """Whether a piece takes its words from another sentence than the one it repeats.

    With a number the pieces that it goes with count as well, and only the segment that has the number.
    """
    piece = told.piece
    here = bigrams(ground.texts[0]) | bigrams(ground.told_with(anchor))
    if find_numbers(piece.text):
        if _stands_alone(piece, anchor, ground):
            return False
        own, least = telling(told.group) & ground.bigrams, _LEAST_WITH_NUMBER
        units = [one.unit for one in find_numbers(piece.text)]
        if len(set(units)) == len(units) and own & ground.beside(anchor):
            return True
    else:
        own, least = telling(piece.text) & ground.bigrams, _LEAST_SHARE
        here |= bigrams(ground.texts[anchor.sentence])
        own = frozenset(pair for pair in own if ground.weights.get(pair, 0) == 1)
    return len(own) >= 4 and len(own - here) >= 3 and len(own & here) < least * len(own)


def _stands_alone(piece: Piece, anchor: Piece, ground: Ground) -> bool:
    """Whether a piece repeats nearly all of one without a condition and without a number beside it."""
    own = telling(anchor.text)
    units = {one.unit for one in find_numbers(anchor.text)}
    if sum(one.unit in units for one in find_numbers(ground.texts[anchor.sentence])) > len(
        find_numbers(anchor.text)
    ):
        return False
    return not anchor.conditions and len(own) >= 3 and len(own & piece.bigrams) >= 0.8 * len(own)
