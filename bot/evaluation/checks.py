"""What is looked at in an answer, one check after the other; each says what is wrong, not only that it is.

A check concerns some cases. Of those it finds no fault with, or the one to be shown: expected, got, why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.answer import Answer, Citation
from bot.answers.document import preamble_id
from bot.ask import Assistant
from bot.evaluation.cases import SETS, Case, Ref, among, as_named
from bot.evaluation.words import Both, why
from corpus.measure import Span

EXACT = ("clause", "keyword", "list", "compare")
"""Kinds whose answer must cite exactly the gold measures."""
SEARCHED = ("topic", "english", "traditional")
"""Kinds that are asked in free words: for these the ranking counts."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a check finds wrong: what was expected, what came, and why that is wrong in both languages."""

    expected: str
    got: str
    why: Both


@dataclass(frozen=True, slots=True)
class Check:
    """`whole`: an answer with this fault is not right; otherwise the check is about the way there."""

    name: str
    concerns: Callable[[Case], bool]
    fault: Callable[[Case], Fault | None]
    whole: bool = True


def checks(cases: Iterable[Case], assistant: Assistant) -> tuple[Check, ...]:
    """All checks in the order of the report; those of refusals by the kinds that are expected."""
    refusals = sorted({case.expected.refuse for case in cases if case.expected.refuse})
    return (
        Check("hit@1", is_searched, partial(_hit, k=1), whole=False),
        Check("hit@3", is_searched, partial(_hit, k=3), whole=False),
        Check("lead", is_searched, lambda c: _leads(c, c.expected.gold), whole=False),
        Check("facts", lambda c: _answerable(c) and bool(c.expected.must_contain), _facts),
        *(Check(kind, partial(_is_exact, kind=kind), _exact) for kind in EXACT),
        Check("document", lambda c: _answerable(c) and c.expected.kind == "document", _document),
        Check("route", lambda c: bool(c.expected.routes), _route),
        Check("completeness", lambda c: c.expected.completeness is not None, _completeness),
        Check("first", lambda c: bool(c.expected.first), lambda c: _leads(c, c.expected.first)),
        Check("absent", lambda c: bool(c.expected.absent), _absent),
        *(Check(name, partial(_has_set, name=name), partial(_set, name=name)) for name in SETS),
        Check("not refused", _answerable, _not_refused),
        *(Check(f"refused: {kind}", partial(_to_refuse, kind=kind), _refused) for kind in refusals),
        *(Check(f"kind: {kind}", partial(_to_refuse, kind=kind), _refused_as) for kind in refusals),
        Check("verbatim", lambda _: True, partial(_verbatim, assistant=assistant)),
    )


def is_searched(case: Case) -> bool:
    """Whether the ranking of a case counts: it is in free words, and there is a right measure to find."""
    return case.expected.kind in SEARCHED and bool(case.expected.gold)


def first_rank(case: Case) -> int | None:
    """The rank of the first right measure; None if it was not found."""
    found = (h.rank for h in case.hits if among(case.expected.gold, h.measure.number, h.measure.id))
    return next(found, None)


def _answerable(case: Case) -> bool:
    return case.expected.refuse is None


def _hit(case: Case, k: int) -> Fault | None:
    rank = first_rank(case)
    if rank is not None and rank <= k:
        return None
    got = _list(as_named_in_order(case, case.expected.gold)[: max(k, 5)])
    return Fault(_set_text(case.expected.gold), got, why("ranked", rank=rank) if rank else why("not_found"))


def as_named_in_order(case: Case, like: Collection[Ref]) -> list[Ref]:
    """The measures found, best first, named as `like` names its own."""
    return [ref for hit in case.hits for ref in as_named([(hit.measure.number, hit.measure.id)], like)]


def _leads(case: Case, wanted: frozenset[Ref]) -> Fault | None:
    citations = case.answer.citations
    if citations and among(wanted, citations[0].number, citations[0].measure_id):
        return None
    first = as_named([(citations[0].number, citations[0].measure_id)], wanted) if citations else ()
    return Fault(_set_text(wanted), _set_text(first), why("first"))


def _facts(case: Case) -> Fault | None:
    missing = missing_facts(case, case.answer.text)
    return (
        Fault(_list(case.expected.must_contain), "", why("facts", facts=_list(missing))) if missing else None
    )


def missing_facts(case: Case, text: str) -> list[str]:
    """The expected strings that do not stand in a text, markdown escapes aside."""
    bare = text.replace("\\", "")
    return [fact for fact in case.expected.must_contain if fact not in bare]


def _is_exact(case: Case, kind: str) -> bool:
    return _answerable(case) and case.expected.kind == kind and bool(case.expected.gold)


def _exact(case: Case) -> Fault | None:
    wanted = case.expected.gold
    return _difference(wanted, as_named(_cited(case.answer), wanted))


def _has_set(case: Case, name: str) -> bool:
    return name in case.expected.sets


def _set(case: Case, name: str) -> Fault | None:
    wanted = case.expected.sets[name]
    return _difference(wanted, _sets_of(case.answer, name, wanted))


def _sets_of(answer: Answer, name: str, like: frozenset[Ref]) -> frozenset[Ref]:
    match name:
        case "numbers":
            return as_named(_cited(answer), like)
        case "districts":
            return frozenset(answer.districts)
        case "documents":
            return frozenset(citation.guideline for citation in answer.citations)
        case "labels":
            return frozenset(citation.label for citation in answer.citations)
        case "listed":
            return frozenset(answer.listed)
        case "searched":
            return frozenset(source.slug for source in answer.searched)
        case _:
            applying = [one for one in answer.applicability if name == "applies" or name in one.routes]
            return as_named([(one.number, one.measure_id) for one in applying], like)


def _document(case: Case) -> Fault | None:
    return None if case.answer.route == "document" else _other_route(("document",), case)


def _route(case: Case) -> Fault | None:
    return None if case.answer.route in case.expected.routes else _other_route(case.expected.routes, case)


def _other_route(wanted: Sequence[str], case: Case) -> Fault:
    return Fault(_list(wanted), case.answer.route, why("route"))


def _completeness(case: Case) -> Fault | None:
    wanted, got = case.expected.completeness or "", case.answer.completeness
    return None if wanted == got else Fault(wanted, got, why("completeness"))


def _absent(case: Case) -> Fault | None:
    applying = [(one.number, one.measure_id) for one in case.answer.applicability]
    measures = [*_cited(case.answer), *applying]
    words = {word for word in case.expected.absent if isinstance(word, str) and "#" not in word}
    shown = {ref for ref in case.expected.absent if any(among([ref], *measure) for measure in measures)}
    shown |= {word for word in words if word in case.answer.text.replace("\\", "")}
    return Fault(f"¬ {_set_text(case.expected.absent)}", _set_text(shown), why("absent")) if shown else None


def _not_refused(case: Case) -> Fault | None:
    refusal = case.answer.refusal
    return Fault("-", refusal, why("over_refused")) if refusal else None


def _to_refuse(case: Case, kind: str) -> bool:
    return case.expected.refuse == kind


def _refused(case: Case) -> Fault | None:
    if case.answer.refusal is not None:
        return None
    return Fault(case.expected.refuse or "", case.answer.route, why("answered"))


def _refused_as(case: Case) -> Fault | None:
    wanted, got = case.expected.refuse, case.answer.refusal
    return None if wanted == got else Fault(wanted or "", got or case.answer.route, why("other_refusal"))


def _verbatim(case: Case, assistant: Assistant) -> Fault | None:
    """Every quote stands at its offsets and inside its own place (so never in page furniture)."""
    for citation in case.answer.citations:
        source, span = _place(citation, assistant)
        stands = source[citation.start : citation.end]
        inside = span.start <= citation.start < citation.end <= span.end
        if not inside or stands != citation.quote:
            return Fault(stands, citation.quote, why("verbatim", measure=citation.measure_id))
    return None


def _place(citation: Citation, assistant: Assistant) -> tuple[str, Span]:
    """The text that a citation's offsets count in, and where it may stand: in its measure, or a preamble."""
    for guideline in assistant.library.guidelines:
        if guideline.preamble and citation.measure_id == preamble_id(guideline):
            return guideline.source, guideline.preamble
    measure = assistant.index.measures[assistant.index.row(citation.measure_id)]
    return assistant.library.of(measure).source or measure.text, measure.span


def _cited(answer: Answer) -> list[tuple[int, str]]:
    return [(citation.number, citation.measure_id) for citation in answer.citations]


def _difference(wanted: frozenset[Ref], got: frozenset[Ref]) -> Fault | None:
    if wanted == got:
        return None
    told = why("set", missing=_set_text(wanted - got), extra=_set_text(got - wanted))
    return Fault(_set_text(wanted), _set_text(got), told)


def _set_text(refs: Collection[Ref]) -> str:
    return _list(
        sorted(refs, key=lambda ref: (isinstance(ref, str), ref if isinstance(ref, int) else 0, str(ref)))
    )


def _list(items: Iterable[object]) -> str:
    return ", ".join(map(str, items)) or "-"
