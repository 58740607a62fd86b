"""A question as Wence reads it: normalised, and what its wording alone says about what is wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from bot.naming import THIS_DOCUMENT, Naming
from bot.phrases import Lang
from bot.reading.asked import fact_kinds, is_bare
from bot.reading.clauses import ClauseRef, clause_refs
from bot.reading.document import document_aspects
from bot.reading.documents import without_comparison
from bot.reading.keywords import is_strict, keywords, wants_all_together, whole_phrase
from bot.reading.smalltalk import is_about_the_assistant, speaks_of_policy, unclear_reason
from bot.reading.support import matter, wants_support
from bot.where import Target, Where
from corpus.asked_facets import asked_facets
from corpus.normal import CJK, normalize

_HAN = re.compile(f"[{CJK}]")
_THIS = re.compile(f"(?:what does (?:the )?)?this document(?: say)?(?: about)?|{THIS_DOCUMENT}")
_HEAD = re.compile(r"^(?:里面|里边|里|中|的|,|\s|对于|对|关于|规定|写的|说的)+(?=..)")


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `normal` is normalised text; the rest is read from it by rules, nothing is searched yet.

    `length` is in characters as typed (`text` may be cut); `policy`: it speaks of support, application
    and the like; `bare`: it asks for a fact about applying and names no matter; `unclear` is empty or
    the reason why this is no readable question (a phrase of the group `refusal`);
    `keywords` are words to be found literally, `phrase` the same before it is split at 和 or 、.
    `naming` says which documents the question names; the readings are then those of the question
    without the names, and `query` is what is searched for.
    """

    text: str
    normal: str
    lang: Lang
    length: int = 0
    unclear: str = ""
    policy: bool = False
    small_talk: bool = False
    clauses: tuple[ClauseRef, ...] = ()
    keywords: tuple[str, ...] = ()
    phrase: str = ""
    together: bool = False
    strict: bool = False
    aspects: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    bare: bool = False
    query: str = ""
    naming: Naming = field(default_factory=Naming)
    region: str = ""
    where: Where = field(default_factory=Where)
    home: Target | None = None
    role: str = ""

    @property
    def matter(self) -> str:
        """What a question for support of one district is about besides; empty for other questions."""
        if self.facts or self.keywords or len(self.where.targets) != 1 or not wants_support(self.normal):
            return ""
        rest = matter(self.normal, self.where.words)
        return "" if asked_facets(rest).kinds else rest  # a kind of support is a matter that texts know

    @property
    def searched(self) -> str:
        """The query without the name of its district or group: the matter alone; else the query."""
        if len(self.where.targets) != 1 or self.where.targets[0].kind == "zone":
            return self.query or self.text
        rest = self.normal
        for word in sorted(self.where.words, key=len, reverse=True):
            rest = rest.replace(word, " ")
        return rest.strip(" ,的") or self.query or self.text

    @property
    def whole(self) -> str:
        """What is searched for, with the names of districts."""
        return self.query or self.text


def read_named(text: str, naming: Naming, max_length: int) -> Question:
    """A question that names documents, read by what it says beside their names."""
    if not naming.rest:
        return replace(read_question(text, max_length), naming=naming)
    lang = _language(text)
    rest = naming.rest.replace(THIS_DOCUMENT, "this document") if lang == "en" else naming.rest
    question = read_question(rest, max_length)
    query = _HEAD.sub("", _THIS.sub(" ", rest)).strip(" ,的?。") or rest
    query = (without_comparison(query) if naming.compares else query) or rest
    return replace(question, text=text, lang=lang, length=len(text), naming=naming, query=query)


def read_question(text: str, max_length: int) -> Question:
    """Read a question by its wording alone. Never raises: what cannot be read comes back with `unclear` set.

    Districts are read afterwards, by `bot.library.Library.placed`, since they depend on the corpus.
    """
    if len(text) > max_length:
        return Question(text[:max_length], "", _language(text[:max_length]), len(text), "too_long")
    normal = normalize(text)
    reason = unclear_reason(normal)
    if reason:
        return Question(text, normal, _language(text), len(text), reason)
    return Question(
        text,
        normal,
        _language(text),
        len(text),
        policy=speaks_of_policy(normal),
        small_talk=is_about_the_assistant(normal),
        clauses=clause_refs(normal),
        keywords=keywords(normal),
        phrase=whole_phrase(normal),
        together=wants_all_together(normal),
        strict=is_strict(normal),
        aspects=document_aspects(normal),
        facts=fact_kinds(normal),
        bare=is_bare(normal),
    )


def _language(text: str) -> Lang:
    """English where Latin letters outnumber Han characters by far (a quoted Chinese word may stand in it)."""
    latin, han = len(re.findall("[A-Za-z]", text)), len(_HAN.findall(text))
    return "en" if latin > max(1, 3 * han) else "zh"
