"""A number in the ways Word writes it before a paragraph: 3, ③, 三, 叁, 丙, c, iii."""

from __future__ import annotations

from collections.abc import Callable

_COUNTING = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def written(number: int, form: str) -> str:
    """A number in one of Word's number formats (``w:numFmt``); plain digits for a format not known here."""
    if form in ("none", "bullet"):
        return ""
    return _FORMS.get(form, str)(number)


def chinese(number: int) -> str:
    """A number below 10,000 as it is counted: 一, 十二, 二十, 一百零三; plain digits above."""
    return _spelled(number, "零" + _COUNTING[1:], "十百千", short_ten=True)


def _legal(number: int) -> str:
    return _spelled(number, _LEGAL, "拾佰仟", short_ten=False)


def _spelled(number: int, digits: str, units: str, *, short_ten: bool) -> str:
    if not 0 < number < 10_000:
        return str(number)
    text, zero = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if not digit:
            zero = bool(text)
            continue
        text += (digits[0] if zero else "") + digits[digit] + (units[place - 1] if place else "")
        zero = False
    return text[1:] if short_ten and 10 <= number < 20 else text


def _by_digit(number: int) -> str:
    return "".join(_COUNTING[int(digit)] for digit in str(number))


def _full_width(number: int) -> str:
    return "".join(chr(0xFF10 + int(digit)) for digit in str(number))


def _signs(first: str, last: int) -> Callable[[int], str]:
    """The characters from `first` on, for numbers up to `last`."""
    return lambda number: chr(ord(first) + number - 1) if 0 < number <= last else str(number)


def _cycle(characters: str) -> Callable[[int], str]:
    return lambda number: characters[(number - 1) % len(characters)] if number > 0 else str(number)


def _letters(number: int) -> str:
    """a … z, aa, bb … as Word counts with letters."""
    if not 0 < number <= 780:
        return str(number)
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    text = ""
    for value, sign in _ROMAN:
        while number >= value:
            text, number = text + sign, number - value
    return text


_FORMS: dict[str, Callable[[int], str]] = {
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "koreanCounting": chinese,
    "ideographDigital": _by_digit,
    "japaneseDigitalTenThousand": _by_digit,
    "taiwaneseDigital": _by_digit,
    "chineseLegalSimplified": _legal,
    "ideographLegalTraditional": _legal,
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalEnclosedCircle": _signs("①", 20),
    "decimalEnclosedCircleChinese": _signs("①", 20),
    "decimalEnclosedParen": _signs("⑴", 20),
    "decimalEnclosedFullstop": _signs("⒈", 20),
    "ideographEnclosedCircle": _signs("㊀", 10),
    "decimalZero": lambda number: f"{number:02d}",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}
