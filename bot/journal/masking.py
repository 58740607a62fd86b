"""Personal data out of a text: telephone numbers, identity cards, bank cards, e-mail, passports.

The patterns are data (`masking.toml`). They are tried on the text with its characters made plain, one for
one, so that what is found there stands at the same place in the text itself. Names of people stay: no rule
tells them from those of firms, departments and places.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

_GAP: Final = r"[ -]{0,2}"
_ALONE: Final = r"(?<![0-9])(?<![0-9][.-])"
_HAN_DIGITS: Final = dict(
    zip("零〇○一壹幺二贰三叁四肆五伍六陆七柒八捌九玖", "0001112233445566778899", strict=True)
)
_DIGIT: Final = f"[0-9{''.join(_HAN_DIGITS)}]"
_MAYBE: Final = (
    re.compile(rf"{_DIGIT}(?:\W{{0,3}}{_DIGIT}){{6}}"),
    re.compile(
        r"[@#\[({<【护行Pp扣Qq微WwVv]"
        r"(?:(?<=@)|(?<=[A-Za-z0-9]#)|\s?[Aa@#][Tt\s\])}>】]|照|证|assport|扣|[Qq]|信|[Ee][Cc]hat|[Xx])"
    ),
)
"""What every rule needs; most texts have nothing of it, and are done with."""
_AROUND: Final = 80
"""Characters before and after that a rule may look at, or that belong to the same number or address."""
_NO_DIGIT: Final = re.compile(r"[^0-9X]")


@dataclass(frozen=True, slots=True)
class _Rule:
    label: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool]


def mask(text: str) -> str:
    """`text` with personal data replaced by what it was, such as ``[手机号码]``. Never raises."""
    pieces, end = [], 0
    for start, stop in _suspects(text.translate(_plain())):
        pieces += [text[end:start], _mask_all(text[start:stop])]
        end = stop
    return "".join([*pieces, text[end:]])


def _suspects(plain: str) -> list[tuple[int, int]]:
    """Where something may be, with what stands around it."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found.span() for maybe in _MAYBE for found in maybe.finditer(plain)):
        start, end = max(0, start - _AROUND), min(len(plain), end + _AROUND)
        if spans and start <= spans[-1][1]:
            start, end = spans[-1][0], max(end, spans.pop()[1])
        spans.append((start, end))
    return spans


def _mask_all(text: str) -> str:
    """`text` masked by its digits, then with those written in Chinese as well."""
    text = _masked(text, text.translate(_plain()))
    return _masked(text, text.translate(_plain()).translate(_han()))


def _masked(text: str, plain: str) -> str:
    """`text` masked where the rules find something in `plain`, which has its characters one for one."""
    for rule in _rules():
        spans = [_span(found) for found in rule.pattern.finditer(plain) if rule.check(_digits(found))]
        for start, end in reversed(spans):
            text = text[:start] + rule.label + text[end:]
            plain = plain[:start] + rule.label + plain[end:]
    return text


def _span(found: re.Match[str]) -> tuple[int, int]:
    """What to replace: a match without the words before it that made it one."""
    before = found.groupdict().get("before") or ""
    return found.start() + len(before), found.end()


def _digits(found: re.Match[str]) -> str:
    return _NO_DIGIT.sub("", found[0].upper())


@cache
def _rules() -> tuple[_Rule, ...]:
    table = tomllib.loads((resources.files("bot.journal") / "masking.toml").read_text(encoding="utf-8"))
    units = "|".join(map(re.escape, table["units"]))
    others = "|".join(map(re.escape, table["not_units"]))
    amount = rf"\.[0-9]{{2}}(?![0-9])|(?:\.[0-9]+)?\ ?[十百千万亿多余]*(?:{units})"
    no_amount = rf"(?![0-9])(?:(?={others})|(?!{amount}))"
    return tuple(
        _Rule(row["label"], _compiled(row["pattern"], no_amount), _CHECKS[row.get("check", "")])
        for row in table["rule"]
    )


def _compiled(pattern: str, no_amount: str) -> re.Pattern[str]:
    """A pattern of the file with its signs filled in."""
    filled = pattern.replace("{alone}", _ALONE).replace("{no_amount}", no_amount).replace("~", _GAP)
    return re.compile(_lookbehinds(filled), re.VERBOSE | re.IGNORECASE)


def _lookbehinds(pattern: str) -> str:
    """``(?<= a | bc )`` as ``(?:(?<=a)|(?<=bc))``: Python wants one length in each."""
    return re.sub(
        r"\(\?<= ([^()]*\|[^()]*) \)",
        lambda found: "(?:" + "|".join(f"(?<={word.strip()})" for word in found[1].split("|")) + ")",
        pattern,
    )


@cache
def _plain() -> dict[int, str]:
    """Full-width and mathematical characters, dashes, dots and blanks of every kind, as those of ASCII."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= {code: str((code - 0x1D7CE) % 10) for code in range(0x1D7CE, 0x1D800)}
    table |= dict.fromkeys(map(ord, "‐‑‒–—―−─－_＿"), "-") | dict.fromkeys(map(ord, "·・•．"), ".")
    blanks = "\t\r\n\v\f\u00a0\u00ad\u200b\u200c\u200d\u2060\u3000\ufe0f\ufeff\u20e3"
    return table | dict.fromkeys(map(ord, blanks), " ") | dict.fromkeys(range(0x2000, 0x200B), " ")


@cache
def _han() -> dict[int, str]:
    return {ord(han): digit for han, digit in _HAN_DIGITS.items()}


def _is_identity(digits: str) -> bool:
    """Not a unified social credit code, which may look the same; its check character tells them apart."""
    from stdnum.cn import uscc
    from stdnum.iso7064 import mod_11_2

    if mod_11_2.is_valid(digits):
        return True
    return not (digits.startswith("9") or uscc.is_valid(digits))


def _is_card(digits: str) -> bool:
    """A bank card: by its check digit, or by the beginning of every card issued in China."""
    from stdnum import luhn
    from stdnum.cn import uscc

    return not uscc.is_valid(digits) and (digits.startswith("62") or bool(luhn.is_valid(digits)))


def _is_passport(digits: str) -> bool:
    """A letter and a date is a number that somebody gave to a document."""
    return not re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", digits)


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "": lambda digits: True,
    "identity": _is_identity,
    "card": _is_card,
    "passport": _is_passport,
}
