"""What a sentence commits to: how strongly, who acts, who gains, and what kind of support it is.

Derived by rules from the words of the sentence (`facets.toml`), each facet with the words that
prove it. What a measure is as a whole (support, general requirement, or duty and safeguard) comes
from its title, its section and the strengths of its sentences. Nothing here knows a guideline.

    facets_of(measure, sentence)  →  Facets          measure_facets(measure)  →  MeasureFacets
    has(facets, kind="credit", beneficiary="enterprise")
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from corpus.clauses import Body, RawClause, Strength, read_clauses, topic
from corpus.facet_words import beneficiary_of_actor, mixed_titles, terms, with_wider, word_scan
from corpus.measure import Measure, Sentence, Span
from corpus.normal import Normalized, normalize_with_offsets

Nature = Literal["support", "requirement", "duty"]
GIVEN: tuple[Strength, ...] = ("support", "encourage", "explore", "will")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the source, verbatim: ``source[span.start:span.end] == text``."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a name of `facets.toml` ``[actor]`` and the words that name it."""

    name: str
    words: Words


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of support: a name of ``[kind]`` and its first words in the sentence."""

    name: str
    words: Words


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """Who gains: a name of ``[beneficiary]``. `direct`: the text turns to it, not through another."""

    name: str
    words: Words
    direct: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: its strength, the words that set it (None: a description), who acts (None: the issuer)."""

    words: Words
    strength: Strength
    cue: Words | None
    actor: Actor | None


@dataclass(frozen=True, slots=True)
class Facets:
    """All facets of one sentence. `main` is the clause that stands for it.

    The main clause is the first one with a strength that names a kind of support or a beneficiary;
    if none does, the first with a strength; in a description, the first.
    """

    clauses: tuple[Clause, ...]
    main: Clause
    beneficiaries: tuple[Beneficiary, ...]
    kinds: tuple[Kind, ...]

    @property
    def strength(self) -> Strength:
        """The strength of the main clause."""
        return self.main.strength

    @property
    def actor(self) -> str:
        """Who acts in the main clause; an empty string stands for the issuer."""
        return self.main.actor.name if self.main.actor else ""


@dataclass(frozen=True, slots=True)
class MeasureFacets:
    """The facets of a measure: what it is, its heading's and its sentences' facets (in their order).

    `main_kinds` are what the measure is about: the kinds its title names and those that more than half
    of its sentences name. `kinds` are all that its sentences or its title name.
    """

    measure_id: str
    nature: Nature
    heading: Facets
    sentences: tuple[Facets, ...]
    main_kinds: frozenset[str]

    @property
    def kinds(self) -> frozenset[str]:
        """Every kind of support named."""
        return frozenset(kind.name for facets in self._all() for kind in facets.kinds)

    @property
    def strengths(self) -> frozenset[Strength]:
        """The strength of every clause of the sentences."""
        return frozenset(clause.strength for facets in self.sentences for clause in facets.clauses)

    @property
    def actors(self) -> frozenset[str]:
        """Everybody who acts, but for the issuer."""
        clauses = (clause for facets in self.sentences for clause in facets.clauses)
        return frozenset(clause.actor.name for clause in clauses if clause.actor)

    def beneficiaries(self, direct: bool = False) -> frozenset[str]:
        """Who gains, with the wider terms (科技型企业 is also 企业); only directly if `direct`."""
        found = (one for facets in self._all() for one in facets.beneficiaries)
        return with_wider("beneficiary", (one.name for one in found if one.direct or not direct))

    def _all(self) -> Iterator[Facets]:
        yield self.heading
        yield from self.sentences


def facets_of(measure: Measure, sentence: Sentence) -> Facets:
    """The facets of one sentence of `measure` (or of its heading).

    All words lie inside the sentence, but for the actor of a sentence such as ``要制定…``, which has
    no subject of its own: that is the subject of the sentence before it.
    """
    normal = normalize_with_offsets(sentence.text)
    raw = read_clauses(normal.text) if normal.text else [RawClause(0, 0, "none")]
    kinds, gains = _kinds(normal.text, raw), list(_beneficiaries(normal.text, raw))
    reader = _Reader(sentence, normal)
    clauses = tuple(reader.clause(one) for one in raw)
    clauses = _with_subject_before(measure, sentence, raw, clauses)
    main = _main(raw, [at for _, at in kinds] + [at for _, at, _ in gains])
    return Facets(
        clauses,
        clauses[main],
        tuple(Beneficiary(name, reader.words(*at), direct) for name, at, direct in gains),
        tuple(Kind(name, reader.words(*at)) for name, at in kinds),
    )


def measure_facets(measure: Measure) -> MeasureFacets:
    """The facets of a measure and of every sentence of it."""
    sentences = tuple(facets_of(measure, sentence) for sentence in measure.sentences)
    heading = facets_of(measure, _title(measure))
    return MeasureFacets(
        measure.id, _nature(measure, heading, sentences), heading, sentences, _main_kinds(heading, sentences)
    )


def _title(measure: Measure) -> Sentence:
    """The heading without its label, as it stands in the source."""
    heading = measure.heading
    at = max(heading.text.find(measure.title), 0)
    start = heading.span.start + at
    line = heading.span.line + heading.text.count("\n", 0, at)
    return Sentence(heading.text[at:], Span(start, heading.span.end, line))


def _main_kinds(heading: Facets, sentences: tuple[Facets, ...]) -> frozenset[str]:
    named = [{kind.name for kind in facets.kinds} for facets in sentences]
    often = {name for name in set().union(*named) if _often(sum(name in one for one in named), len(named))}
    return frozenset(often | {kind.name for kind in heading.kinds})


def _often(times: int, of: int) -> bool:
    return times >= 2 and 2 * times > of


# --- positions in the normalised sentence → verbatim words --------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns offsets in the normalised sentence into words of the source."""

    sentence: Sentence
    normal: Normalized

    def words(self, start: int, end: int) -> Words:
        if not self.normal.text:
            return Words(self.sentence.text, self.sentence.span)
        first, last = self.normal.source_span(start, end)
        text, at = self.sentence.text, self.sentence.span
        line = at.line + text.count("\n", 0, first)
        return Words(text[first:last], Span(at.start + first, at.start + last, line))

    def clause(self, raw: RawClause) -> Clause:
        cue = self.words(raw.cue.start, raw.cue.end) if raw.cue else None
        return Clause(self.words(raw.start, raw.end), raw.strength, cue, self.actor(raw.body))

    def actor(self, body: Body | None) -> Actor | None:
        return Actor(body.kind, self.words(*body.at)) if body else None


def _with_subject_before(
    measure: Measure, sentence: Sentence, raw: list[RawClause], clauses: tuple[Clause, ...]
) -> tuple[Clause, ...]:
    """Clauses with the subject of the sentence before, if the first opens with a bare 要 or 应当."""
    first = raw[0]
    if first.cue is None or first.cue.part != "modal" or first.strength != "must" or first.cue.start:
        return clauses
    actor = _subject_before(measure, sentence) if first.body is None else None
    if actor is None:
        return clauses
    return tuple(_acted_by(clause, actor) for clause in clauses)


def _acted_by(clause: Clause, actor: Actor) -> Clause:
    return clause if clause.actor else Clause(clause.words, clause.strength, clause.cue, actor)


def _subject_before(measure: Measure, sentence: Sentence) -> Actor | None:
    before = [one for one in measure.sentences if one.span.end <= sentence.span.start]
    normal = normalize_with_offsets(before[-1].text) if before else None
    if normal is None or not normal.text:
        return None
    return _Reader(before[-1], normal).actor(topic(normal.text))


# --- kinds and beneficiaries ----------------------------------------------------------------------


def _kinds(text: str, raw: list[RawClause]) -> list[tuple[str, tuple[int, int]]]:
    """Kinds with their first words; a sanction grants nothing."""
    found: dict[str, tuple[int, int]] = {}
    for hit in word_scan("kind").find(text):
        if not _clause_at(raw, hit.start).penal:
            for name in hit.names:
                found.setdefault(name, (hit.start, hit.end))
    return list(found.items())


def _beneficiaries(text: str, raw: list[RawClause]) -> Iterator[tuple[str, tuple[int, int], bool]]:
    """Each beneficiary once: where it is direct if it ever is, else where it stands first."""
    found: dict[str, tuple[tuple[int, int], bool]] = {}
    for name, at, direct in [*_agents(raw), *_named(text, raw)]:
        if name not in found or (direct and not found[name][1]):
            found[name] = (at, direct)
    for name, (at, direct) in sorted(found.items(), key=lambda item: item[1][0]):
        yield name, at, direct


def _agents(raw: list[RawClause]) -> Iterator[tuple[str, tuple[int, int], bool]]:
    """Who is told or helped to act gains directly, also where only its name's ending tells what it is."""
    for clause in raw:
        if clause.body and clause.body.agent and not clause.inherited:
            name = beneficiary_of_actor(clause.body.kind)
            if name:
                yield name, clause.body.at, not clause.through


def _named(text: str, raw: list[RawClause]) -> Iterator[tuple[str, tuple[int, int], bool]]:
    for hit in word_scan("beneficiary").find(text):
        clause = _clause_at(raw, hit.start)
        body = clause.body
        if clause.strength == "none" or clause.penal or _is_subject(body, hit.start):
            continue
        inside = body is not None and body.agent and body.at[0] <= hit.start < body.at[1]
        direct = body is None or not body.agent or (inside and not clause.through)
        for name in hit.names:
            yield name, (hit.start, hit.end), direct


def _is_subject(body: Body | None, at: int) -> bool:
    return body is not None and not body.agent and body.at[0] <= at < body.at[1]


def _clause_at(raw: list[RawClause], at: int) -> RawClause:
    return next((clause for clause in raw if at < clause.end), raw[-1])


def _main(raw: list[RawClause], named: Iterable[tuple[int, int]]) -> int:
    """Which clause stands for the sentence; see `Facets`."""
    strong = [at for at, clause in enumerate(raw) if clause.strength != "none"]
    places = [start for start, _ in named]
    for at in strong:
        if any(raw[at].start <= start < raw[at].end for start in places):
            return at
    return strong[0] if strong else 0


# --- what a measure is ----------------------------------------------------------------------


def _nature(measure: Measure, heading: Facets, sentences: tuple[Facets, ...]) -> Nature:
    """From the title, then the section (the innermost first), then what the sentences commit to."""
    for title in (measure.title, *reversed(measure.path)):
        plain = "".join(title.split())
        if any(word in plain for word in mixed_titles()):
            continue
        for name in ("requirement", "duty"):
            if any(word in plain for word in terms("nature")[name].words):
                return "requirement" if name == "requirement" else "duty"
    return _nature_by_sentences((heading, *sentences))


def _nature_by_sentences(sentences: tuple[Facets, ...]) -> Nature:
    """Sentences that give against sentences that bind; a text that does neither states a general rule."""
    gives = sum(_gives(facets) for facets in sentences)
    binds = sum(_binds(facets) for facets in sentences)
    if not gives and not binds:
        return "requirement"
    return "support" if gives >= binds else "duty"


def _gives(facets: Facets) -> bool:
    return facets.strength in GIVEN and bool(facets.kinds or facets.beneficiaries)


def _binds(facets: Facets) -> bool:
    return facets.strength == "must" or (
        facets.strength == "will" and bool(facets.actor) and not facets.kinds
    )
