"""Which districts, groups and zones a question speaks of, and which places no document covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.phrases import Lang, say
from corpus.districts import Gazetteer
from corpus.find import Mention
from corpus.spelling import names_asked, unknown_places

_WHOLE = "all"
_READ = ("homophone", "typing error")


@dataclass(frozen=True, slots=True)
class Target:
    """A district, group or zone that a question is about.

    `name` is the name asked by (a former one stays), `rows` are the rows of the table: one for a
    district or zone, all members for a group. `remarks` say how the name was read.
    """

    name: str
    kind: str
    rows: tuple[str, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """The targets of a question in order, the words that name them, and places that are not known."""

    targets: tuple[Target, ...] = ()
    words: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read_where(text: str, gazetteer: Gazetteer, lang: Lang) -> Where:
    """The targets in a normalised question. The whole region is no target: it singles nobody out."""
    asked = names_asked(text, gazetteer)
    mentions = [m for m in asked if not m.excluded]
    targets = [target_of(m, gazetteer, lang) for m in mentions if m.kind != _WHOLE]
    return Where(
        tuple(_distinct(targets)),
        tuple(dict.fromkeys(m.words for m in mentions)),
        unknown_places(text, gazetteer, asked),
    )


def target_named(name: str, gazetteer: Gazetteer, lang: Lang) -> Target | None:
    """The target that a name alone stands for (a choice in the chat, `--district`); None if there is none."""
    targets = read_where(name, gazetteer, lang).targets
    return targets[0] if targets else None


def target_of(mention: Mention, gazetteer: Gazetteer, lang: Lang) -> Target:
    """The target of a mention, with remarks on how it was read."""
    rows = (mention.name,) if mention.kind == "zone" else mention.districts
    remarks = []
    if mention.read in _READ:
        remarks.append(say(lang, "district.read_as", words=mention.words, name=mention.name))
    if mention.kind in ("former", "town") or (mention.kind == "district" and mention.read == "former name"):
        remarks.append(mention.note or say(lang, "district.now", words=mention.words, name="、".join(rows)))
    elif mention.kind == "zone" and mention.note:
        remarks.append(mention.note)
    return Target(mention.name, mention.kind, rows, tuple(remarks))


def _distinct(targets: Iterable[Target]) -> Iterable[Target]:
    return {target.name: target for target in targets}.values()
