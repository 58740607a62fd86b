"""An English sentence beside Chinese measures: terms, numbers, names, strength, negation, how much of them.

The terms of `english_terms.toml` and the numbers tell which Chinese sentence it repeats; what it says with
grammar must be so there. Words that no table knows say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from bot.grounding.bilingual import find_terms, missing, terms
from bot.grounding.denial import negations
from bot.grounding.english_aligned import Source, likeliest_pieces, misplaced, source_of
from bot.grounding.english_amounts import given_others
from bot.grounding.english_numbers import number_faults
from bot.grounding.english_places import unnamed
from bot.grounding.evidence import Ground, names_in
from bot.grounding.reach import routes
from bot.grounding.words import acronyms, english, offices, pattern, qualifiers
from index.expand import expand

EnglishFault = Literal["number", "strength", "negation", "name", "content"]

_CLASSES = ("must", "encourage", "support", "explore")
_BOUNDED = ("must", "explore")
_NARROW = ("有条件", "有基础", "有关")
_CHINESE = re.compile("[\u3400-\u9fff]{2,}")
_ACRONYM = re.compile(r"(?<![A-Za-z0-9&-])[A-Z]{3,6}(?![A-Za-z0-9&])")
_LEAST_KNOWN = 3
_LEAST_SHARE = 0.1


def is_english(text: str) -> bool:
    """Whether more of a text is Latin letters than Chinese characters."""
    return len(re.findall("[a-z]", text)) > 2 * len(re.findall("[\u3400-\u9fff]", text))


def faults_in_english(
    sentence: str, text: str, grounds: Sequence[Ground]
) -> Iterator[tuple[EnglishFault, str]]:
    """What an English sentence says that no cited measure does; `text` is the sentence normalised."""
    there = "".join(ground.text for ground in grounds)
    source = source_of(text, grounds)
    yield from (("number", words) for words in number_faults(text, grounds))
    yield from (("number", words) for words in misplaced(text, source))
    yield from (("number", words) for words in given_others(text, source))
    yield from (("strength", words) for words in _strength(text, source))
    yield from (("negation", words) for words in _denial(text, source))
    yield from (("content", words) for words in _extent(text, source, there))
    yield from (("content", words) for words in _offices(text, source.text))
    yield from (("content", words) for words in _reversed(text, source))
    yield from (("content", term) for term in missing(text, there))
    yield from (("name", name) for name in _names(text, source, grounds))
    yield from (
        ("name", name) for name in unnamed(sentence, text, grounds, source.sentences if source.sure else ())
    )
    for match in _ACRONYM.finditer(sentence):
        if match[0].lower() not in there and match[0].lower() not in acronyms():
            yield "name", match[0]
    if not find_terms(text):
        yield from (("content", words) for words in _unknown(text, grounds, there))


def _strength(text: str, source: Source) -> Iterator[str]:
    """Words of duty, leave and support that the source has none of their class for."""
    bare = english("freed").sub(" ", text)
    if (match := english("freed").search(text)) and not english("freed_there").search(source.text):
        yield match[0]
    if english("kept_on").search(text) and not english("kept_on_there").search(source.text):
        yield text
    denies = english("negation").search(bare) is not None
    for name in _CLASSES:
        match = english(name).search(bare)
        if match is None or name in source.classes:
            continue
        if (name in _BOUNDED and _bounds(bare, match.end())) or (
            name == "explore" and "support" in source.classes
        ):
            continue
        if name == "explore" and (
            (denies and "must" in source.classes) or english("leave_there").search(source.text)
        ):
            continue  # no one may: a ban
        yield match[0]
    said = any(english(name).search(text) for name in _CLASSES)
    plain = source.classes & {"plain", "must"} or re.search("由.{1,12}(?:承担|负责)", source.text)
    if not said and not plain:
        yield text  # what is encouraged is not so


def _bounds(text: str, end: int) -> bool:
    """Whether a duty or leave is of a bound only: must be at least, may cover up to."""
    words = [one for kind in ("upper", "lower") if (one := english(kind).search(text, end))]
    return any(one.start() < end + 16 for one in words)


def _denial(text: str, source: Source) -> Iterator[str]:
    """What is denied in one of both only."""
    rest = english("lower").sub(" ", english("upper").sub(" ", english("no_negation").sub(" ", text)))
    match = english("negation").search(rest)
    if match and not (negations(source.text) or pattern("exempt").search(source.text)):
        yield match[0]
    pieces = likeliest_pieces(text, source)
    if match or not pieces:
        return
    leave = english("explore").search(rest) and not english("only").search(rest)
    if leave and all(re.search("不得(?!超|少|低|高|多)|严禁|禁止", piece.text) for piece in pieces):
        yield text  # may what one may not
    if english("refuses").search(rest):
        return
    denied = [negations(piece.text) for piece in pieces]
    if all(denied):
        yield denied[0][0]


def _extent(text: str, source: Source, there: str) -> Iterator[str]:
    """Only and every, where the measures don't say so."""
    if (match := english("only").search(text)) and not pattern("only_there").search(there):
        yield match[0]
    if (match := english("whatever").search(text)) and not english("whatever_there").search(source.text):
        yield match[0]
    if match := english("every").search(text):
        narrow = any(word in source.text for words in qualifiers() if words[0] in _NARROW for word in words)
        conditioned = english("condition").search(text)
        if not english("every_there").search(source.text) or (narrow and not conditioned):
            yield match[0]


def _reversed(text: str, source: Source) -> Iterator[str]:
    """Who must do something, where the source only tells what is done for them: 应当为老年人提供."""
    match = english("does").search(text)
    subject = find_terms(text[: match.start()])[-1:] if match else ()
    for words in (terms()[one] for one in subject):
        standing = [(piece.text, at) for piece in source.pieces for at in _places(piece.text, words)]
        done_to = [english("done_to").search(there[:at]) for there, at in standing]
        if done_to and all(done_to):
            yield text[: match.start()] if match else text


def _places(there: str, words: Sequence[str]) -> list[int]:
    """Where one of some words stands in a Chinese text."""
    return [match.start() for match in re.finditer("|".join(map(re.escape, words)), there)]


def _offices(text: str, there: str) -> Iterator[str]:
    """Offices by their field (finance bureau) where the source names none of that field."""
    for match in english("office").finditer(text):
        fields = [words for word, words in offices().items() if word in match["field"]]
        if not fields and not re.search("[委局厅]|部门", there):
            yield match[0]
        if any(not any(_has_office(one, there) for one in words) for words in fields):
            yield match[0]


def _has_office(field: str, there: str) -> bool:
    """Whether a text has an office of a field: 财政局, 由县财政."""
    of_it = f"{field}[^,。]{{0,6}}(?:[委局厅]|部门)|(?:由|所在|区|县|市|级)[^,。]{{0,6}}{field}"
    return re.search(of_it, there) is not None


def _unknown(text: str, grounds: Sequence[Ground], there: str) -> Iterator[str]:
    """A sentence with nothing in it that the measures could be known to say."""
    terms = expand(text)
    known = [term for term in terms if any(term in ground.text for ground in grounds)]
    few = len(terms) >= _LEAST_KNOWN and len(known) < _LEAST_SHARE * len(terms)
    if few or (not known and not any(word in there for word in _CHINESE.findall(text))):
        yield text


def _names(text: str, source: Source, grounds: Sequence[Ground]) -> Iterator[str]:
    """Districts in pinyin that the source does not name, or, where it names none, no measure reaches."""
    told = frozenset().union(*(names_in(text, ground.known) for ground in grounds))
    named = told & frozenset().union(*(piece.names for piece in source.pieces))
    districts = frozenset().union(*(piece.names for ground in grounds for piece in ground.pieces))
    for name in sorted(told - named):
        reached = frozenset().union(*(routes(name, ground) for ground in grounds)) - {"named"}
        if not named and any(name[:2] in ground.text for ground in grounds):
            continue
        conditional = reached == {"conditional"} and not english("condition").search(text)
        if named or districts or not reached or conditional:
            yield name
