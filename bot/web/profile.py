"""Who asks: the visitor's district and role, chosen above the conversation for the length of the visit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, get_args

from bot.markup import both, inert
from bot.phrases import Lang, say
from corpus.applicability import Applicability
from corpus.districts import FormerDistrict, Gazetteer, spellings

Role = Literal["enterprise", "district", "research", "other"]
ROLES: tuple[Role, ...] = get_args(Role)
_LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of the visitor; None where nothing was chosen."""

    district: str | None = None
    role: Role | None = None


def read_profile(sent: object, districts: Iterable[str]) -> Profile:
    """The profile that the page sent as JSON. What is not one of `districts` or `ROLES` is ignored."""
    try:
        fields = json.loads(sent) if isinstance(sent, str) else None
    except (ValueError, RecursionError):
        return Profile()
    if not isinstance(fields, Mapping):
        return Profile()
    return checked_profile(fields.get("district"), fields.get("role"), districts)


def checked_profile(district: object, role: object, districts: Iterable[str]) -> Profile:
    """The profile of a client's two words; a word that is not known is ignored."""
    return Profile(
        next((name for name in districts if name == district), None),
        next((each for each in ROLES if each == role), None),
    )


def known_places(applies: Iterable[Applicability]) -> tuple[str, ...]:
    """Full names of the districts and zones that can be chosen, each once."""
    return tuple(dict.fromkeys(row.name for each in applies for row in each.table.rows))


def profile_html(applies: Iterable[Applicability]) -> str:
    """The two choices. An option knows all names of its district: an address can preset any of them."""
    by_region = {each.gazetteer.region: each.gazetteer for each in applies}
    places = "".join(_places(gazetteer) for gazetteer in by_region.values())
    roles = "".join(f'<option value="{role}"{_said(f"ui.role_{role}")}</option>' for role in ROLES)
    district = _choice("district", "ui.my_district", "ui.any_district", places) if places else ""
    return f'<div class="wence-me">{district}{_choice("role", "ui.i_am", "ui.any_role", roles)}</div>'


def _choice(name: str, label: str, none: str, options: str) -> str:
    return (
        f'<label>{both(label)}<select data-choice="{name}"><option value=""{_said(none)}</option>'
        f"{options}</select></label>"
    )


def _said(name: str) -> str:
    """The rest of an option: it holds one text, which the script sets in the reader's language."""
    texts = "".join(f' data-{lang}="{inert(say(lang, name))}"' for lang in _LANGS)
    return f"{texts}>{inert(say('zh', name))}"


def _places(gazetteer: Gazetteer) -> str:
    groups = groupby(gazetteer.names, key=gazetteer.group_of)
    named = {group: "".join(_district(gazetteer, name) for name in names) for group, names in groups}
    zones = "".join(_option(zone.name, zone.name, spellings(zone)) for zone in gazetteer.zone)
    parts = [_optgroup(inert(group or gazetteer.region), options) for group, options in named.items()]
    if zones:
        parts.append(_optgroup(inert(say("zh", "ui.zones")), zones))
    return "".join(parts)


def _optgroup(label: str, options: str) -> str:
    return f'<optgroup label="{label}">{options}</optgroup>'


def _district(gazetteer: Gazetteer, name: str) -> str:
    """An option for a district, with the abolished ones it took over: people still know those."""
    entry = next(each for each in gazetteer.district if each.name == name)
    former = [f for f in gazetteer.former_district if f.heirs[:1] == (name,)]
    shown = say("zh", "ui.formerly", name=name, former="、".join(f.name for f in former)) if former else name
    names = [*spellings(entry), entry.pinyin, *(f.name for f in entry.former)]
    return _option(name, shown, [*names, *_former_names(former)])


def _former_names(former: Iterable[FormerDistrict]) -> Iterator[str]:
    for each in former:
        yield from (*spellings(each), each.pinyin)


def _option(value: str, shown: str, names: Iterable[str]) -> str:
    known = inert("|".join(dict.fromkeys(name for name in names if name)))
    return f'<option value="{inert(value)}" data-names="{known}">{inert(shown)}</option>'
