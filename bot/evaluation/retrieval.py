"""How well the right measures are ranked, by the library ir-measures (trec_eval behind it)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from bot.evaluation.cases import Case, Ref, among
from bot.evaluation.checks import first_rank, is_searched
from corpus.errors import WenceError

NAMES = ("recall@1", "recall@3", "recall@5", "recall@10", "mrr@10", "ndcg@10")
_DEPTH = 10


def is_installed() -> bool:
    """Whether the library is there."""
    return find_spec("ir_measures") is not None


def not_installed() -> WenceError:
    """What to say where a figure of the library is wanted and it is not there."""
    return WenceError(
        "未安装 ir-measures,无法计算 recall、MRR@10、nDCG。请运行:pip install 'wence[eval]'",
        "ir-measures is not installed: no recall, MRR@10, nDCG. Run: pip install 'wence[eval]'",
    )


def ranking_figures(cases: Sequence[Case]) -> dict[str, float]:
    """The figures of `NAMES` over the cases in free words; empty without such cases, or the library."""
    searched = [case for case in cases if is_searched(case)]
    if not searched or not is_installed():
        return {}
    from ir_measures import RR, R, calc_aggregate, nDCG

    measures = (R @ 1, R @ 3, R @ 5, R @ 10, RR @ 10, nDCG @ 10)
    gold = {str(n): {str(ref): 1 for ref in case.expected.gold} for n, case in enumerate(searched)}
    run = {str(n): _scores(case) for n, case in enumerate(searched)}
    found = calc_aggregate(measures, gold, run)
    return {name: float(found[measure]) for name, measure in zip(NAMES, measures, strict=True)}


def mrr(cases: Sequence[Case]) -> float:
    """The mean of 1 / rank of the first right measure, 0 beyond the tenth; 0 without cases in free words."""
    ranks = [first_rank(case) for case in cases if is_searched(case)]
    return sum(1 / rank for rank in ranks if rank and rank <= _DEPTH) / len(ranks) if ranks else 0.0


def _scores(case: Case) -> dict[str, float]:
    """Measures by falling score: trec_eval sorts by score, and by name where two are equal.

    A number that several documents have counts where it is found first.
    """
    scores: dict[str, float] = {}
    for hit in case.hits[:_DEPTH]:
        name = _named(case.expected.gold, hit.measure.number, hit.measure.id)
        scores.setdefault(name, float(_DEPTH + 1 - hit.rank))
    return scores


def _named(gold: frozenset[Ref], number: int, measure_id: str) -> str:
    """The name under which a measure is gold; its id where it is not."""
    return (
        str(number) if number in gold else measure_id if among(gold, number, measure_id) else f"~{measure_id}"
    )
