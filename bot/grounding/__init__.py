"""The check of what a model says: every sentence against the measures it cites.

words, *.toml      data           numbers, evidence   what a text says       cites   what a sentence cites
literal, content, reach, roles, conditions, english, amounts, strength, denial, alignment, merged, joined,
scope               one kind of fault each
english_*, bilingual  what an English sentence says: terms, numbers, dates, names; the sentence it repeats
anchors             the pieces of a measure that a piece repeats
may, turned         what is said to the reader; a refusal turned round
parties             who does and who gets              told               the pieces of a sentence as told
check               Grounds.check → Verdict           answer                 Stream, review → Reviewed
"""

from __future__ import annotations

from bot.grounding.answer import Judged, Reviewed, Stream, review
from bot.grounding.sentence import Grounds, Reason, Verdict, check

__all__ = ["Grounds", "Judged", "Reason", "Reviewed", "Stream", "Verdict", "check", "review"]
