"""`wence eval`: answers measured against questions whose right answers are known.

    cases.py       a question file → questions, each with what a right answer shows
    checks.py      one case → what is wrong with it: facts, exact sets, refusals, quotes
    retrieval.py   all cases → recall, MRR, nDCG, by the library ir-measures
    report.py      all cases → scores, groups by kind and route, failures
    run.py         asks the questions, without and with a language model
    thresholds.py  what a gate asks for, and what it misses
    table.py  page.py   the same for a terminal and as a page

It does not judge style, and it asks no model for its opinion: every figure can be counted again by hand.
"""

from __future__ import annotations

from bot.evaluation.cases import Case, Expected
from bot.evaluation.report import Report, score
from bot.evaluation.run import Evaluation, evaluate_file

__all__ = ["Case", "Evaluation", "Expected", "Report", "evaluate_file", "score"]
