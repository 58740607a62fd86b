"""A follow-up (那忠县呢? 有没有贷款方面的? 原文是什么? 下一条?) made into a question that stands by itself.

By rules alone: what the follow-up leaves out is taken from the question before it, which was resolved in the
same way. A question that stands by itself is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.reading.clauses import clause_refs
from bot.reading.document import document_aspects
from bot.reading.documents import refers_back, refers_to_name
from bot.reading.patterns import follow_up_patterns
from bot.reading.support import asks_who_is_named, compares, matter, wants_support
from corpus.normal import CJK, normalize, normalize_question

Cited = Callable[[str], Sequence[int]]
"""A question → the numbers of the measures that its answer cites, in the order of the answer."""
NamesIn = Callable[[str], Sequence[str]]
"""A normalised text → the words in it that name districts, groups, zones or places outside."""

MAX_TURNS = 8
"""So many turns back a follow-up may lean on."""


def _no_documents(text: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Context:
    """What resolving needs to know of the corpus, given in by the caller."""

    cited: Cited
    names_in: NamesIn
    elsewhere_in: NamesIn
    documents_in: Callable[[str], str] = field(default=_no_documents)
    """A question → the words by which it names documents."""
    document_of: Callable[[str], str] = field(default=_no_documents)
    """A question → a name for the only document that its answer quotes; "" if there are several."""

    def places_in(self, text: str) -> Sequence[str]:
        """The words that name districts, groups or zones; where there are none, other places."""
        return self.names_in(text) or self.elsewhere_in(text)


def resolve(text: str, history: Sequence[tuple[str, str]], context: Context) -> str:
    """The question that `text` stands for after the (question, answer) pairs of `history`, else `text`."""
    asked: list[str] = []
    for question, _ in history[-MAX_TURNS:]:
        asked.append(_resolve_one(question, asked, context))
    return _resolve_one(text, asked, context)


def _resolve_one(text: str, asked: Sequence[str], context: Context) -> str:
    """`asked` are the questions before it, resolved, oldest first."""
    if not asked:
        return text
    plain = normalize_question(text)
    changed = _other_document(text, plain, asked[-1], context)
    if changed:
        return changed
    return _in_document(_resolve_wording(text, plain, asked, context), text, asked[-1], context)


def _resolve_wording(text: str, plain: str, asked: Sequence[str], context: Context) -> str:
    both = _between(plain, asked, context)
    if both:
        return both
    for rule in (_other_clause, _whole_text, _named_in_it, _this_clause, _other_place, _other_matter):
        resolved = rule(plain, asked[-1], context)
        if resolved:
            return resolved
    return text


def _other_document(text: str, plain: str, before: str, context: Context) -> str:
    """那《…办法》呢: the question before, of another document; 旧版呢: of its older version."""
    bare = follow_up_patterns()["opening"].sub("", plain)
    older = follow_up_patterns()["older"].fullmatch(bare)
    words = context.documents_in(before)
    only = context.document_of(before) if older and not words else ""
    if older and (words or only):
        year = "".join(re.findall(r"(?:19|20)\d{2}", bare))
        version = f"{year}年版" if year else "旧版"
        return version + (before if words else f"{only}{before}")
    own = context.documents_in(text)
    rest = follow_up_patterns()["of_document"].sub("", bare.replace(normalize(own), "", 1)) if own else bare
    if not own or rest:
        return ""
    return normalize(before).replace(normalize(words), own, 1) if words else f"{own}{before}"


def _in_document(resolved: str, text: str, before: str, context: Context) -> str:
    """A follow-up that names no document stays in the one of the question or of the answer before.

    In that of the question, if the follow-up leans on it; in that of the answer, if it points at a clause
    or at the document itself.
    """
    plain = normalize_question(text)
    points = bool(clause_refs(plain)) or refers_back(plain)
    if resolved == text and not points and not follow_up_patterns()["elliptic"].search(plain):
        return resolved
    if context.documents_in(resolved):
        return resolved
    words = context.documents_in(before)
    if not words and (points or resolved != text):
        words = context.document_of(before)
    return f"{words}{refers_to_name(resolved)}" if words else resolved


def _between(text: str, asked: Sequence[str], context: Context) -> str:
    """和忠县比有什么不同: with the place asked about before; 这两个有什么不同: the last two places."""
    named = list(context.names_in(text))
    if not compares(text) or len(named) > 1 or matter(text, named):
        return ""
    for question in reversed(asked):
        named = list(dict.fromkeys([*context.names_in(normalize(question)), *named]))
        if len(named) > 1:
            return f"{'、'.join(named)}有什么不同" if _is_chinese(text) else f"compare {' and '.join(named)}"
    return ""


def _other_clause(text: str, before: str, context: Context) -> str:
    """下一条, 上一条, 再下一条."""
    match = follow_up_patterns()["step"].fullmatch(text)
    if not match:
        return ""
    numbers = _numbers(before, context)
    if not numbers:
        return ""
    forward = bool(follow_up_patterns()["forward"].search(text))
    return _clause_question(numbers[-1] + 1 if forward else numbers[0] - 1, text)


def _whole_text(text: str, before: str, context: Context) -> str:
    """原文是什么, 具体怎么说的: the clause that the answer before was about."""
    if not follow_up_patterns()["original"].fullmatch(text):
        return ""
    numbers = _numbers(before, context)
    return _clause_question(numbers[0], text) if numbers else ""


def _clause_question(number: int, text: str) -> str:
    """A question for a clause, in the language of the follow-up `text`."""
    return f"第{number}条写了什么" if _is_chinese(text) else f"what does measure {number} say"


def _named_in_it(text: str, before: str, context: Context) -> str:
    """哪些区被点名了, after a question about certain clauses."""
    if not asks_who_is_named(text) or clause_refs(text):
        return ""
    refs = _refs(before)
    return "、".join(f"第{number}条" for number in refs) + "哪些区被点名了" if refs else ""


def _this_clause(text: str, before: str, context: Context) -> str:
    """荣昌能享受这条吗: whether the clause asked about before reaches a place."""
    names, refs = context.names_in(text), _refs(before)
    if not names or not refs or clause_refs(text) or not follow_up_patterns()["this"].search(text):
        return ""
    return f"第{refs[0]}条对{'、'.join(names)}适用吗"


def _other_place(text: str, before: str, context: Context) -> str:
    """那忠县呢: the question before, of another place."""
    names = context.places_in(text)
    if not names or wants_support(text) or matter(text, names):
        return ""
    rest = normalize(before)
    if asks_who_is_named(rest):
        return f"有没有点名{'、'.join(names)}"
    earlier = context.places_in(rest)
    if not earlier:
        return _joined(names, before)
    if compares(rest):
        return rest.replace(earlier[-1], "、".join(names), 1)
    for name in earlier[1:]:
        rest = re.sub(rf"[、,和与跟及]?{re.escape(name)}", "", rest, count=1)
    return rest.replace(earlier[0], "、".join(names), 1)


def _other_matter(text: str, before: str, context: Context) -> str:
    """有没有贷款方面的, 那人才呢: another matter, of the same district if one was named."""
    if asks_who_is_named(text) or context.places_in(text) or document_aspects(text) or clause_refs(text):
        return ""
    names = context.names_in(normalize(before))
    bare = follow_up_patterns()["opening"].sub("", text).strip()
    if not names:
        only = follow_up_patterns()["matter_alone"].fullmatch(text)
        return f"{only['matter']}方面有什么支持" if only and matter(only["matter"]) else ""
    leans = follow_up_patterns()["elliptic"].search(text) or (wants_support(text) and not matter(text))
    return _joined(names, bare) if bare and leans else ""


def _joined(names: Sequence[str], rest: str) -> str:
    """A question about places: their names before Chinese words, behind English ones."""
    return f"{'、'.join(names)}{rest}" if _is_chinese(rest) else f"{rest} for {' and '.join(names)}"


def _is_chinese(text: str) -> bool:
    return bool(re.search(f"[{CJK}]", text))


def _refs(text: str) -> list[int]:
    """The measures that a question names by their numbers."""
    return [ref.number for ref in clause_refs(normalize(text)) if ref.unit == "measure" and ref.number > 0]


def _numbers(before: str, context: Context) -> list[int]:
    """The measures that the question before names, else those that its answer cites, each once."""
    return _refs(before) or list(dict.fromkeys(context.cited(before)))
