"""What is different between two states of a corpus, measure by measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.measure import Guideline, Measure


@dataclass(frozen=True, slots=True)
class Change:
    """A measure by its id and title. `was` is the id it had, for one that only has another number now."""

    id: str
    title: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """Measures that came, that went, that read differently, and that only moved to another number."""

    added: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    renumbered: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.renumbered)


def compare(old: Iterable[Guideline], new: Iterable[Guideline]) -> Changes:
    """From one state of a corpus to another; each list in the order of the corpus.

    A measure is the same if its title, its headings and its words are; where it stands in the file does
    not count. One that is not there any more under its number is looked for under others of its document.
    """
    before, after = _by_id(old), _by_id(new)
    open_old = {i: m for i, m in before.items() if i not in after or _content(m) != _content(after[i])}
    open_new = {i: m for i, m in after.items() if i in open_old or i not in before}
    moved = _moved(open_old, open_new)
    came = [m for i, m in open_new.items() if i not in moved]
    left = set(moved.values())
    gone = {i: m for i, m in open_old.items() if i not in left}
    came_ids = {measure.id for measure in came}
    return Changes(
        added=tuple(_change(m) for m in came if m.id not in gone),
        changed=tuple(_change(m) for m in came if m.id in gone),
        removed=tuple(_change(m) for m in gone.values() if m.id not in came_ids),
        renumbered=tuple(Change(i, _title(after[i]), was) for i, was in moved.items()),
    )


def changes_text(changes: Changes, limit: int = 20) -> str:
    """Counts in both languages, then ids with titles, at most `limit` of each kind."""
    kinds = (
        ("+", "新增", "added", changes.added),
        ("~", "修改", "changed", changes.changed),
        ("-", "删除", "removed", changes.removed),
        (">", "改号", "renumbered", changes.renumbered),
    )
    counted = [(zh, en, len(found)) for _, zh, en, found in kinds if found]
    if not counted:
        return "条款没有变化\nNo measure has changed"
    zh = "，".join(f"{zh} {count} 条" for zh, _, count in counted)
    en = ", ".join(f"{count} {en}" for _, en, count in counted)
    return "\n".join([zh, f"Measures: {en}", *_listed(kinds, limit)])


def _listed(kinds: Sequence[tuple[str, str, str, Sequence[Change]]], limit: int) -> Iterator[str]:
    for sign, _, _, found in kinds:
        for change in found[:limit]:
            was = f" <- {change.was}" if change.was else ""
            yield f"  {sign} {change.id}{was} {change.title}".rstrip()
        if len(found) > limit:
            yield f"  {sign} …(+{len(found) - limit})"


def _by_id(guidelines: Iterable[Guideline]) -> dict[str, Measure]:
    return {measure.id: measure for guideline in guidelines for measure in guideline.measures}


def _content(measure: Measure) -> tuple[object, ...]:
    return measure.title, measure.path, measure.text


def _moved(old: dict[str, Measure], new: dict[str, Measure]) -> dict[str, str]:
    """New id to old id of what only has another number: same document, title and body. Each but once."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for measure in old.values():
        places.setdefault(_words(measure), []).append(measure.id)
    moved: dict[str, str] = {}
    for measure in new.values():
        if (same := places.get(_words(measure))) and measure.id != same[0]:
            moved[measure.id] = same.pop(0)
    return moved


def _words(measure: Measure) -> tuple[str, str, str]:
    """Document, title and body: all but the number."""
    return measure.guideline, measure.title, measure.text[measure.body.start - measure.span.start :]


def _change(measure: Measure) -> Change:
    return Change(measure.id, _title(measure))


def _title(measure: Measure) -> str:
    """The title, or how the measure begins."""
    words = " ".join((measure.title or measure.text).split())
    return words if len(words) <= 40 else words[:39] + "…"
