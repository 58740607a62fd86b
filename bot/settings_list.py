"""Every setting with its meaning, its default and what it is now: `wence settings`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.json_form import Json
from bot.settings import CONFIG, Settings

_BETWEEN = " / "
_HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class Listed:
    """One setting. `value` and `default` are as they are written in the environment; passwords are hidden."""

    name: str
    value: str
    default: str
    zh: str
    en: str

    @property
    def changed(self) -> bool:
        """Whether it is not the default."""
        return self.value != self.default


def list_settings(settings: Settings) -> list[Listed]:
    """All settings, in the order in which they are declared."""
    listed = []
    for name, field in Settings.model_fields.items():
        zh, _, en = (field.description or "").partition(_BETWEEN)
        default = field.get_default(call_default_factory=True)
        listed.append(
            Listed(f"WENCE_{name.upper()}", _written(getattr(settings, name)), _written(default), zh, en)
        )
    return listed


def settings_json(listed: Iterable[Listed]) -> list[Json]:
    """The settings as JSON forms."""
    return [
        {"name": s.name, "value": s.value, "default": s.default, "changed": s.changed, "zh": s.zh, "en": s.en}
        for s in listed
    ]


def settings_text(listed: Iterable[Listed]) -> str:
    """The settings for people; a star marks those that are not at their defaults."""
    blocks = [f"{CONFIG}\n    设置文件（.toml 或 .env） / file of settings (.toml or .env)"]
    for each in listed:
        star = " *" if each.changed else ""
        default = f"    默认 / default: {each.default or '（空 / empty）'}\n" if each.changed else ""
        blocks.append(f"{each.name}={each.value}{star}\n{default}    {each.zh}\n    {each.en}")
    return "\n\n".join(blocks)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    text = str(value)
    return text if isinstance(value, Path) else _without_password(text)


def _without_password(text: str) -> str:
    """An address without what it gives away."""
    if "://" not in text or "@" not in text:
        return text
    parts = urlsplit(text)
    return parts._replace(netloc=f"{_HIDDEN}@{parts.netloc.rpartition('@')[2]}").geturl()
