"""Routes that need no search: the wording decides, and the text or the table holds the whole answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.about import about_documents, catalogue, document, named_alone, unnamed
from bot.across import across_documents
from bot.answer import Answer
from bot.answers.catalogue import which_document
from bot.answers.clarify import clarify_answer
from bot.answers.clause import clause_answer, find_measures, names_a_clause, what_clause
from bot.answers.compare import compare_answer
from bot.answers.district import district_answer, whether_reached
from bot.answers.keyword import keyword_answer, occurs
from bot.answers.lists import list_answer, listed_words, named_answer, nothing_listed
from bot.answers.many import MANY_TABLES, compare_over_many, district_over_many, list_over_many
from bot.answers.merge import merge
from bot.answers.quoting import escape
from bot.answers.refusal import other_place, out_of_scope, unclear, unknown_place
from bot.library import Library
from bot.phrases import say
from bot.question import Question
from bot.reach import reached
from bot.reading.clauses import clause_refs
from bot.reading.support import (
    asks_for_list,
    asks_whether_named,
    asks_who_is_named,
    compares,
    facet_words,
    is_enterprise,
    matter,
    passes_on,
    speaks_for_itself,
    wants_support,
)
from bot.where import Target
from corpus.applicability import Applicability
from corpus.asked_facets import AskedFacets, asked_facets
from corpus.measure import Guideline, Measure
from corpus.normal import normalize, normalize_question
from corpus.versions import dated_at

Compose = Callable[[Guideline, Applicability], Answer]
_FOR_ENTERPRISES = AskedFacets(beneficiaries=frozenset({"enterprise"}))
_SUPPORT = AskedFacets(natures=frozenset({"support"}))
MANY_CLAUSES = 5
"""If more documents than this have a clause of the number asked for, the answer asks which is meant."""


def direct_answer(question: Question, library: Library, max_question: int) -> Answer | None:
    """The answer of the first route that fits, or None where the question has to be searched for."""
    text, lang = question.text, question.lang
    if question.unclear:
        return unclear(
            text, lang, library.guidelines, question.unclear, length=question.length, limit=max_question
        )
    if question.small_talk:
        return out_of_scope(text, lang, library.guidelines)
    for route in (
        unnamed,
        catalogue,
        across_documents,
        _who_is_named,
        _keyword,
        _elsewhere,
        _clause,
        _compare,
        _list,
        _district,
        document,
        named_alone,
        _general,
    ):
        answer = route(question, library)
        if answer is not None:
            return answer
    return None


def keyword_parts(
    question: Question, library: Library, words: Sequence[str], nearest: Sequence[Measure] = ()
) -> Answer:
    """The keyword answer over all guidelines."""
    together = question.together and len(words) > 1
    holding = [g for g in library.guidelines if any(occurs(g, word) for word in words)]
    parts = [
        (
            g,
            keyword_answer(
                question.text, question.lang, library, g, words, together=together, nearest=nearest
            ),
        )
        for g in holding or library.guidelines[:1]
    ]
    return merge(parts, len(library.guidelines), library.checked)


def asked_list(question: Question) -> AskedFacets:
    """The facets of which a question wants a complete list; false if none, or a matter besides."""
    plain = normalize_question(question.text)
    for name in question.where.words:  # 丰都能享受: no 都能享受
        plain = plain.replace(name, " ")
    if not asks_for_list(plain) or matter(plain, facets=True):
        return AskedFacets()
    asked = asked_facets(plain)
    others = replace(asked, beneficiaries=frozenset())
    about_somebody = bool(question.where.targets or question.home)
    if others == _SUPPORT and (about_somebody or speaks_for_itself(plain)):
        return AskedFacets()  # 荣昌有哪些支持政策: all that applies there
    if others and asked.beneficiaries == {"district"}:
        return others  # 区县的金融支持: the districts are whom every measure addresses
    asker = asked == _FOR_ENTERPRISES or (about_somebody and not others)
    if asker and speaks_for_itself(plain) and not passes_on(plain):
        return AskedFacets()  # 我们公司能享受什么: that says who asks, not what for
    return asked


def role_of(question: Question) -> str:
    """What the asker is: as chosen, else by the words of the question."""
    return question.role or ("enterprise" if is_enterprise(question.normal) else "")


def _who_is_named(question: Question, library: Library) -> Answer | None:
    if not asks_who_is_named(question.normal) or question.where.targets or not library.gazetteers:
        return None

    def compose(guideline: Guideline, _: Applicability) -> Answer:
        only = [m for ref in question.clauses for m in find_measures(guideline, ref)]
        return named_answer(question.text, question.lang, library, guideline, only)

    return _over(question, library, compose)


def _keyword(question: Question, library: Library) -> Answer | None:
    """The keywords, or the phrase whole where the text has it whole (科技创新和产业创新)."""
    words = question.keywords
    if question.where.targets and not any(map(matter, words)):
        return None  # 大足有哪些点名支持
    if len(words) > 1 and any(occurs(g, question.phrase) for g in library.guidelines):
        words = (question.phrase,)
    if words and any(occurs(guideline, word) for guideline in library.guidelines for word in words):
        return keyword_parts(question, library, words)
    return None


def _elsewhere(question: Question, library: Library) -> Answer | None:
    """A place that no document covers, or that does not exist."""
    if question.where.targets:
        return None
    places = library.outside(question.normal)
    if places:
        return other_place(question.text, question.lang, library.regions, [place.full for place in places])
    if question.where.unknown:
        return unknown_place(question.text, question.lang, question.region, question.where.unknown[0])
    return None


def _clause(question: Question, library: Library) -> Answer | None:
    if not question.clauses or question.aspects or not library.documents:
        return None
    if question.naming.clauses:
        own = {slug: clause_refs(words) for slug, words in question.naming.clauses}
        each = [(g, replace(question, clauses=own[g.slug])) for g in library.documents]
        return merge([(g, _clause_for(one, library, g)) for g, one in each])
    named = [g for g in library.documents if names_a_clause(g, question.clauses)] or library.documents[:1]
    if len(named) > MANY_CLAUSES and not question.naming.slugs:
        ref = question.clauses[0]
        slugs = [g.slug for g in sorted(named, key=dated_at, reverse=True)]
        return which_document(
            question.text, question.lang, library, slugs, (), clause=what_clause(ref, question.lang)
        )
    parts = [(g, _clause_for(question, library, g)) for g in named]
    return merge(parts, len(library.documents), library.checked)


def _clause_for(question: Question, library: Library, guideline: Guideline) -> Answer:
    """The clause; for a district asked about (荣昌能享受第六条吗), first whether it reaches that district."""
    answer = clause_answer(question.text, question.lang, library, guideline, question.clauses)
    target = question.where.targets[0] if len(question.where.targets) == 1 else None
    applies = dict((g.slug, one) for g, one in library.applying(question.region)).get(guideline.slug)
    if target is None or applies is None or answer.refusal:
        return answer
    measures = [m for ref in question.clauses for m in find_measures(guideline, ref)]
    lines = whether_reached(reached(target, applies), measures, question.lang)
    return replace(answer, text="\n\n".join([lines, answer.text]))


def _compare(question: Question, library: Library) -> Answer | None:
    targets = question.where.targets
    if len(targets) < 2 or (not compares(question.normal) and matter(question.normal, question.where.words)):
        return None

    if len(library.applying(question.region)) > MANY_TABLES:
        each = [library.reaching(question.region, target) for target in targets]
        return compare_over_many(question.text, question.lang, library, each)

    def compose(guideline: Guideline, applies: Applicability) -> Answer:
        found = [reached(target, applies) for target in targets]
        return compare_answer(question.text, question.lang, library, guideline, found)

    return _over(question, library, compose)


def _list(question: Question, library: Library) -> Answer | None:
    asked = asked_list(question)
    if not asked or not library.documents:
        return None
    target = question.where.targets[0] if len(question.where.targets) == 1 else None
    if len(library.documents) > MANY_TABLES:
        return _long_list(question, library, asked, target)
    parts = []
    tables = {g.slug: applies for g, applies in library.applying(question.region)}
    for guideline in library.documents:
        within = reached(target, tables[guideline.slug]) if target and guideline.slug in tables else None
        order = _by_words(guideline, facet_words(question.normal))
        answer = list_answer(
            question.text, question.lang, library, guideline, asked, within=within, order=order
        )
        parts.append((guideline, answer))
    if not any(answer.citations for _, answer in parts):
        if asked.kinds:
            return None  # nothing of the kind: a search may know better what was meant
        return nothing_listed(question.text, question.lang, library, asked)
    return merge(parts, len(library.guidelines), library.checked)


def _long_list(
    question: Question, library: Library, asked: AskedFacets, target: Target | None
) -> Answer | None:
    """The list over many documents: measures by name; of one district those that reach it."""
    found = library.reaching(question.region, target) if target else ()
    within = {cell.measure.id for _, one, _ in found for cell in one.cells}
    chosen = []
    for guideline, measures in library.with_facets(asked):
        kept = [m for m in measures if target is None or m.id in within]
        chosen += [(guideline, kept)] if kept else []
    if not chosen:
        return None if asked.kinds else nothing_listed(question.text, question.lang, library, asked)
    what = listed_words(asked, question.lang)
    if target is not None:
        what = say(question.lang, "list.in_district", name=escape(target.name), what=what)
    answer = list_over_many(question.text, question.lang, library, what, chosen)
    applies = tuple(one for _, _, each in found for one in each)
    return replace(answer, districts=target.rows if target else (), applicability=applies)


def _by_words(guideline: Guideline, words: Sequence[str]) -> list[str]:
    """Ids of measures, those first that have most of the words that ask for the list (川渝合作)."""
    found = {m.id: sum(word in normalize(m.text) for word in words) for m in guideline.measures}
    return sorted(found, key=lambda measure_id: -found[measure_id])


def _district(question: Question, library: Library) -> Answer | None:
    """What reaches one target, asked for in general; also for the chosen district (我们能享受什么)."""
    target = question.where.targets[0] if len(question.where.targets) == 1 else None
    if target is None and not question.where.targets and _asks_for_oneself(question):
        target = question.home
    if target is None or matter(question.normal, question.where.words):
        return None
    return whole_district(question, library, target)


def whole_district(question: Question, library: Library, target: Target) -> Answer | None:
    """All that reaches a target, by every guideline of its region; None where there is no table."""
    if len(library.applying(question.region)) > MANY_TABLES:
        found = library.reaching(question.region, target)
        return district_over_many(question.text, question.lang, library, found)

    def compose(guideline: Guideline, applies: Applicability) -> Answer:
        found = reached(target, applies)
        return district_answer(
            question.text,
            question.lang,
            library,
            guideline,
            found,
            role=role_of(question),
            whether_named=asks_whether_named(question.normal),
        )

    return _over(question, library, compose)


def _general(question: Question, library: Library) -> Answer | None:
    """What support there is, with no district and no matter: one question back, or the outline."""
    if not library.documents or matter(question.normal, question.where.words):
        return None
    says_who = bool(question.where.words) or is_enterprise(question.normal)  # 重庆; 我是企业
    if not says_who and not wants_support(question.normal):
        return None
    if (says_who or _asks_for_oneself(question)) and library.applying(question.region):
        tables = [(g, applies.table) for g, applies in library.applying(question.region)]
        return clarify_answer(question.text, question.lang, library, tables)
    return about_documents(question, library, ("outline",))


def _asks_for_oneself(question: Question) -> bool:
    return wants_support(question.normal) and (
        speaks_for_itself(question.normal) or is_enterprise(question.normal) or question.home is not None
    )


def _over(question: Question, library: Library, compose: Compose) -> Answer | None:
    """One answer over every guideline of the question's region that has a table."""
    parts = [(g, compose(g, applies)) for g, applies in library.applying(question.region)]
    return merge(parts, len(library.guidelines), library.checked) if parts else None
