"""A sentence → its clauses: how strongly each commits and who acts. Works on normalised text.

A sentence is cut at commas. A piece opens a clause of its own if it holds a cue of strength:
a modal (应当, 不得, 将, 可以) anywhere, or a verb (支持, 鼓励, 建立, …) at its head, that is, with
nothing before it but a subject, adverbs and a prepositional phrase, and with an object after it.
A piece without a cue belongs to the clause before it; one that opens with a preposition
(围绕…, 按照…) to the clause after it. Plain verbs after 支持X…, 应当… or 可以… go on under them.

What it does not do: no syntax tree; of several verbs in one piece the first decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from corpus.facet_words import grammar, strength_words, tail_names, tail_scan

Strength = Literal["must", "will", "support", "encourage", "explore", "none"]
Offsets = tuple[int, int]

_PIECE = re.compile(r"[^,;:。!?…]+")
_PARTS = ("penal", "modal", "grant", "verb")
_PLACES = ("district", "zone")
_SUBJECT_LIMIT = 24
_AGENT_LIMIT = 32


@dataclass(frozen=True, slots=True)
class Cue:
    """The words that set a strength, at ``[start, end)``; `part` is their part of `facets.toml`."""

    start: int
    end: int
    strength: Strength
    part: str
    subject: Offsets | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A body that acts: its kind and where it is named. `agent`: it is told or helped to act (鼓励X做Y)."""

    kind: str
    at: Offsets
    agent: bool


@dataclass(frozen=True, slots=True)
class RawClause:
    """A clause at ``[start, end)`` of the normalised sentence.

    `inherited`: its body was named in a clause before. `through`: a district named before is the one
    that reaches its body (支持区县…,帮助企业…).
    """

    start: int
    end: int
    strength: Strength
    cue: Cue | None = None
    body: Body | None = None
    inherited: bool = False
    through: bool = False

    @property
    def penal(self) -> bool:
        """True if the clause is a sanction."""
        return self.cue is not None and self.cue.part == "penal"


def read_clauses(text: str) -> list[RawClause]:
    """The clauses of a normalised sentence, in order; at least one, without gaps but for punctuation."""
    clauses: list[RawClause] = []
    waiting: Offsets | None = None
    for start, end in _pieces(text):
        cue = _cue(text, start, end)
        opened = waiting[0] if waiting else start
        if cue is not None and not (clauses and _goes_on(clauses[-1], cue, text, end)):
            if cue.start == start and clauses and _is_condition(clauses, cue):
                opened = clauses.pop().start
            clauses.append(_clause(text, opened, end, cue, clauses))
            waiting = None
        elif cue is None and (not clauses or _opens(text, start, end)):
            waiting = (opened, end)
        else:
            clauses[-1] = replace(clauses[-1], end=end)
            waiting = None
    return _close(text, clauses, waiting)


def topic(text: str) -> Body | None:
    """The body that a sentence is about: its subject, or X in ``X是…``."""
    match = _copula().match(text)
    if match and (kind := body_kind(match["np"])):
        return Body(kind, match.span("np"), agent=False)
    first = read_clauses(text)[0].body
    return first if first is not None and not first.agent else None


def body_kind(name: str) -> str:
    """The kind of a body by how its name ends (``市科技局`` → department); empty if unknown."""
    match = tail_scan().search(name)
    return tail_names().get(match.group(), "") if match else ""


def _pieces(text: str) -> Iterator[Offsets]:
    for match in _PIECE.finditer(text):
        start, end = match.span()
        while start < end and text[start] == " ":
            start += 1
        if start < end:
            yield start, end


def _close(text: str, clauses: list[RawClause], waiting: Offsets | None) -> list[RawClause]:
    if waiting and clauses:
        clauses[-1] = replace(clauses[-1], end=waiting[1])
    elif not clauses:
        clauses.append(RawClause(0, len(text), "none"))
    return clauses


def _opens(text: str, start: int, end: int) -> bool:
    """Whether a piece without a cue belongs to what follows it: 围绕…, or a condition (…的)."""
    return text.startswith(grammar("opening"), start, end) or text[end - 1] == "的"


def _goes_on(last: RawClause, cue: Cue, text: str, end: int) -> bool:
    """Whether a piece with a cue goes on under the clause before it."""
    if last.cue is None or cue.part != "verb" or cue.subject is not None:
        return False
    if last.cue.part == "modal":
        return cue.strength in ("will", "support") and _agent(text, cue, end) is None
    return last.body is not None and last.body.agent and cue.strength == "will"


def _is_condition(clauses: list[RawClause], cue: Cue) -> bool:
    """Whether what stands before an 应当 says when it holds: ``设立养老机构,应当备案``."""
    first = clauses[0]
    plain = first.strength == "will" and first.cue is not None and first.cue.part == "verb"
    return (
        len(clauses) == 1 and cue.part == "modal" and cue.strength == "must" and plain and first.body is None
    )


def _clause(text: str, start: int, end: int, cue: Cue, before: list[RawClause]) -> RawClause:
    body = _own_body(text, start, end, cue)
    if body is not None:
        through = text[cue.start : cue.end] in grammar("under") and _by_district(before, body)
        return RawClause(start, end, cue.strength, cue, body, through=through)
    last = before[-1].body if before else None
    return RawClause(start, end, cue.strength, cue, last, inherited=last is not None)


def _own_body(text: str, start: int, end: int, cue: Cue) -> Body | None:
    """Who acts: of 市科技局支持企业做Y the enterprise, of 市科技局应当支持企业做Y the bureau."""
    subject, agent = _subject_body(text, cue), _agent(text, cue, end)
    if cue.part == "verb":
        return agent or subject
    return subject or agent or _named_in_condition(text, start, cue)


def _by_district(before: list[RawClause], body: Body) -> bool:
    helped = any(one.body is not None and one.body.agent and one.body.kind == "district" for one in before)
    return helped and body.kind != "district"


def _subject_body(text: str, cue: Cue) -> Body | None:
    if cue.subject is None:
        return None
    return Body(body_kind(text[slice(*cue.subject)]), cue.subject, agent=False)


def _named_in_condition(text: str, start: int, cue: Cue) -> Body | None:
    """X in ``X终止服务的,应当…``: the condition before a modal names who has to act."""
    if cue.part != "modal":
        return None
    for first, last in _pieces(text[: cue.start]):
        match = _leading_body().match(text, first, last)
        if (
            first >= start
            and text[last - 1] == "的"
            and match
            and not _pattern("no_subject").search(match["np"])
        ):
            return Body(body_kind(match["np"]), match.span("np"), agent=False)
    return None


# --- cues -------------------------------------------------------------------------------------------------


@cache
def _cues() -> re.Pattern[str]:
    """Guards first, then each part of each strength as a named group such as ``modal_must``."""
    guard = "|".join(grammar("guard"))
    groups = [
        f"(?P<{part}_{strength}>{'|'.join(sorted(patterns, key=len, reverse=part == 'verb'))})"
        for part in _PARTS
        for strength, patterns in strength_words(part).items()
    ]
    return re.compile(f"(?P<guard>{guard})|{'|'.join(groups)}")


def _cue(text: str, start: int, end: int) -> Cue | None:
    """The first cue of a piece that counts."""
    if text[end - 1] == "的":
        return None
    if _pattern("goal").match(text) or _pattern("state").search(text, start, end):
        return _first(text, start, end, ("modal_must", "modal_explore"))
    return _first(text, start, end, ())


def _first(text: str, start: int, end: int, only: tuple[str, ...]) -> Cue | None:
    """The first cue that counts; a verb may give way to a stronger one after it."""
    verb: Cue | None = None
    for match in _cues().finditer(text, start, end):
        group = match.lastgroup or "guard"
        if group == "guard" or (only and group not in only):
            continue
        if verb and not _gives_way(text[start : verb.start], group):
            continue
        cue, counts = _read_cue(text, start, end, match, group)
        if counts and cue.part != "verb":
            return cue
        verb = verb or (cue if counts else None)
    return verb


def _gives_way(before: str, group: str) -> bool:
    """A verb gives way to 应当 (新建住宅区应当…), and one inside 对… to a grant (对发展X的企业给予…)."""
    return group == "modal_must" or (group == "grant_will" and "对" in before)


def _read_cue(text: str, start: int, end: int, match: re.Match[str], group: str) -> tuple[Cue, bool]:
    """A cue, and whether it counts: a verb only as the head of its piece and with an object."""
    part, _, strength = group.partition("_")
    subject, at_head = _before(text, start, match.start())
    cue = Cue(match.start(), match.end(), _strength(strength), part, subject)
    by = subject is not None and text[subject[0] - 1 : subject[0]] == "由"
    return cue, part != "verb" or (at_head and (by or _has_object(text, match.end(), end)))


def _strength(name: str) -> Strength:
    known: dict[str, Strength] = {"must": "must", "will": "will", "support": "support"}
    return known.get(name) or ("encourage" if name == "encourage" else "explore")


def _has_object(text: str, at: int, end: int) -> bool:
    """Whether a verb is followed by something it acts on; ``V了`` describes, ``不断提升,`` has no object."""
    return at < end and not _pattern("described").match(text, at, end)


def _before(text: str, start: int, at: int) -> tuple[Offsets | None, bool]:
    """What stands before a verb: its subject, and whether the verb is the head of its piece."""
    prefix = text[start:at]
    match = _lead().fullmatch(prefix)
    if match is None:
        return None, False
    name = "by" if match["by"] else "np"
    if not match[name]:
        return None, True
    first, last = match.span(name)
    if (
        last - first > _SUBJECT_LIMIT
        or not body_kind(match[name])
        or _pattern("no_subject").search(match[name])
    ):
        return None, False
    return (start + first, start + last), True


@cache
def _lead() -> re.Pattern[str]:
    adverb = "|".join([*grammar("adverb"), *grammar("joint")])
    preposition = "|".join(grammar("preposition"))
    return re.compile(
        rf"(?:.*由(?P<by>.+?)|(?P<np>.*?))(?:{adverb}|\s)*(?:(?:{preposition}).{{2,}}?)?(?:{adverb}|\s)*"
    )


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(grammar(name)))


@cache
def _tails() -> str:
    return "|".join(sorted(map(re.escape, tail_names()), key=len, reverse=True))


@cache
def _leading_body() -> re.Pattern[str]:
    return re.compile(rf"(?P<np>[^,的]{{0,12}}?(?:{_tails()}))")


@cache
def _copula() -> re.Pattern[str]:
    return re.compile(rf"(?P<np>[^,。;]{{0,{_SUBJECT_LIMIT}}}?(?:{_tails()}))(?:主要|都|均)?(?:是|为)")


# --- agents: 鼓励X做Y -----------------------------------------------------------------------------------


@cache
def _agent_pattern() -> re.Pattern[str]:
    follows = "|".join([*grammar("follows"), *grammar("preposition"), *grammar("adverb"), *_verbs()])
    second = "|".join(grammar("agentive"))
    return re.compile(
        rf"(?:(?:和|、|并)(?:{second}))?(?P<np>[^,;。]{{0,{_AGENT_LIMIT}}}?(?:(?:{_tails()})等?|、[^,、]{{1,6}}等))"
        rf"(?=(?:{follows})|,)"
    )


@cache
def _verbs() -> tuple[str, ...]:
    return tuple(verb for patterns in strength_words("verb").values() for verb in patterns)


@cache
def _no_name() -> re.Pattern[str]:
    """A body's name begins with neither a verb nor a preposition."""
    return re.compile("|".join([*_verbs(), *grammar("preposition")]))


def _agent(text: str, cue: Cue, end: int) -> Body | None:
    """The body that a verb such as 鼓励 tells or helps to act, if it names one."""
    at = _agentive_end(text, cue, end)
    match = _agent_pattern().match(text, at) if at else None
    if match is None or match.end("np") > end or _no_name().match(match["np"]):
        return None
    kind = body_kind(match["np"])
    if not kind or (match.end("np") == end and kind not in _PLACES):
        return None  # 扶持科技企业, has an object and nobody who acts; 支持各区县, goes on after the comma
    return Body(kind, match.span("np"), agent=True)


def _agentive_end(text: str, cue: Cue, end: int) -> int:
    """Where the object of an agentive verb begins: after the cue itself, or after 大力支持."""
    if text[cue.start : cue.end] in grammar("agentive"):
        return cue.end
    match = _pattern("agentive").match(text, cue.end, end)
    return match.end() if match else 0
