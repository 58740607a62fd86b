"""Routes that need a search: topic answers, also for one district, and refusals that a ranking decides."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from bot.answer import Answer
from bot.answers.across import side_by_side
from bot.answers.many import MANY_TABLES, Found
from bot.answers.quoting import cite, escape
from bot.answers.refusal import not_in_text, out_of_scope
from bot.answers.topic import topic_answer
from bot.direct import keyword_parts, whole_district
from bot.evidence import Evidence
from bot.library import Library
from bot.phrases import Lang, say
from bot.question import Question
from bot.reach import sorted_by_nature
from bot.reading.asked import PROCEDURAL
from bot.reading.subjects import absent_subjects
from bot.reading.support import asks_whether_named
from bot.scope import ANSWERABLE, IN_FIELD, TELLING_PHRASE, Scope, confidence
from bot.where import Target
from index.hits import Query, Ranking

STATED = 0.25
"""A sentence that states the asked kind of fact answers if it shares so much of the question."""
NEAREST = 3
"""How many measures a refusal names as nearest in meaning."""


class Finder:
    """Composes answers from evidence; holds the library and the judge of scope."""

    def __init__(self, library: Library, scope: Scope) -> None:
        self._library = library
        self._scope = scope

    def reachable(self, question: Question) -> Collection[str] | None:
        """The measures that may answer: those that reach the district asked about; None for all.

        A zone does not restrict: what is said of it is rarely all that is said of its matter.
        """
        target = _target(question)
        if target is None or target.kind == "zone":
            return None if self._library.is_whole else self._library.ids
        found = self._library.reaching(question.region, target)
        ids = {cell.measure.id for _, one, _ in found for cell in one.cells}
        covered = {g.slug for g, _, _ in found}
        ids |= {m.id for g in self._library.guidelines if g.slug not in covered for m in g.measures}
        return ids

    def in_general(self, question: Question, query: Query, ranking: Ranking) -> Answer | None:
        """All that reaches the district of a question for support, if its matter is none of the text's.

        `query` is the matter alone. What is left of 政策对X友好吗 without X is no matter at all, and for
        what the text does not know (元宇宙) a measure that is merely near would be no answer: both get the
        whole list, and are told so. None where the text may speak of the matter.
        """
        target = _target(question)
        if target is None or self._scope.probability(query, ranking, question.lang) >= ANSWERABLE:
            return None
        answer = whole_district(question, self._library, target)
        said = say(question.lang, "district.no_matter", name=escape(target.name))
        return answer and replace(answer, text=f"{said}\n\n{answer.text}")

    def compose(self, question: Question, evidence: Evidence) -> Answer:
        """Topic answer or refusal, by how well the ranking fits what this corpus is about."""
        text, lang, library = question.text, question.lang, self._library
        nearest = evidence.measures[:NEAREST]
        if question.keywords and question.strict:
            return self._not_found(question, evidence)
        probability = self._scope.probability(evidence.query, evidence.ranking, lang)
        in_field = probability >= IN_FIELD and bool(nearest)
        if in_field and (absent := absent_subjects(question.normal, library.mentions)):
            return not_in_text(text, lang, library, words=absent, related=nearest)
        procedural = question.bare or (in_field and bool(PROCEDURAL.intersection(question.facts)))
        # A phrase of the text in the question shows that it is meant, however little else they share.
        quotes_text = probability >= IN_FIELD and evidence.ranking.signals.phrase >= TELLING_PHRASE
        named = question.naming.named and in_field  # only this document is asked about
        stated = in_field and any(hit.overlap >= STATED for hit in evidence.stating)
        if probability < ANSWERABLE and not (procedural or quotes_text or stated or named):
            if question.naming.named and nearest:  # it is this document that does not speak of it
                return not_in_text(text, lang, library, related=nearest)
            if not in_field or not (question.policy or question.facts):
                return out_of_scope(text, lang, library.guidelines)
            return not_in_text(text, lang, library, related=nearest)
        if not nearest:
            return out_of_scope(text, lang, library.guidelines)
        if question.facts and not evidence.stating:
            quoted = [cite(nearest[0], hit.sentence) for hit in evidence.excerpt(nearest[0]).sentences[:1]]
            return not_in_text(text, lang, library, facts=question.facts[:1], quoted=quoted, related=nearest)
        return self._placed(question, self._topic(question, evidence, probability))

    def across(self, question: Question, rank: Callable[[Collection[str]], Evidence]) -> Answer:
        """What each of the named documents says of a matter; `rank` gathers the evidence among some ids."""
        found = []
        for guideline in self._library.guidelines:
            evidence = rank([measure.id for measure in guideline.measures])
            probability = self._scope.probability(evidence.query, evidence.ranking, question.lang)
            telling = probability >= IN_FIELD or evidence.ranking.signals.bm25 > 0
            chosen = evidence.leading[: evidence.near if telling else 1]
            found.append((guideline, [evidence.excerpt(measure) for measure in chosen], telling))
        return side_by_side(question.text, question.lang, self._library, found)

    def _not_found(self, question: Question, evidence: Evidence) -> Answer:
        """Words that stand nowhere; for a district that is not named, what reaches it all the same."""
        answer = keyword_parts(question, self._library, question.keywords, evidence.measures[:NEAREST])
        targets = question.where.targets
        if len(targets) != 1 or not asks_whether_named(question.normal):
            return answer
        said = say(question.lang, "district.not_named", name=escape(targets[0].name))
        return self._placed(question, replace(answer, text=f"{said}\n\n{answer.text}", refusal=None))

    def _topic(self, question: Question, evidence: Evidence, probability: float) -> Answer:
        """The measure that states the asked fact, else the first hit, comes first; near ones beside it."""
        ordered = evidence.leading
        return topic_answer(
            question.text,
            question.lang,
            self._library,
            [evidence.excerpt(measure) for measure in ordered[: evidence.near]],
            ordered[evidence.near : evidence.near + NEAREST],
            confidence=confidence(probability, evidence.margin),
            factual=bool(evidence.stating),
        )

    def _placed(self, question: Question, answer: Answer) -> Answer:
        """The answer for the district asked about: by which routes the quoted measures reach it."""
        target = _target(question)
        applying = self._library.applying(question.region)
        if target is None or not applying:
            return answer
        lang, name = question.lang, escape(target.name)
        found = self._library.reaching(question.region, target)
        cells = [cell for _, one, _ in found for cell in one.cells]
        cited = {citation.measure_id for citation in answer.citations}
        tags = [
            f"- **{escape(c.measure.label + c.measure.title)}** "
            + " ".join(f"`{say(lang, f'route.{route}')}`" for route in c.routes)
            for c in cells
            if c.measure.id in cited
        ]
        head = [say(lang, "district.topic_head", name=name), *map(escape, target.remarks), "\n".join(tags)]
        return replace(
            answer,
            route="district",
            text="\n\n".join([*(part for part in head if part), answer.text, _all_of(found, name, lang)]),
            districts=target.rows,
            applicability=tuple(applies for _, _, each in found for applies in each),
        )


def _all_of(found: Found, name: str, lang: Lang) -> str:
    """How many measures of support reach the target in all; of many documents, how many measures."""
    if len(found) > MANY_TABLES:
        return say(lang, "many.topic_all", name=name, count=sum(len(one.cells) for _, one, _ in found))
    support = {m.id for g, _, _ in found for m in sorted_by_nature(g)["support"]}
    count = sum(cell.measure.id in support for _, one, _ in found for cell in one.cells)
    return say(lang, "district.topic_all", name=name, count=count)


def _target(question: Question) -> Target | None:
    """The one target of a question, else the chosen district of its asker."""
    targets = question.where.targets
    return targets[0] if len(targets) == 1 else None if targets else question.home
