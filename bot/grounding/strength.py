"""How strongly a piece commits beside the piece that it repeats: 鼓励 is no 应当, 可以 no 应当, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.grounding.denial import negations
from bot.grounding.evidence import Ground, Piece, closing, gains, strong_words
from bot.grounding.may import is_may
from bot.grounding.numbers import find_numbers
from bot.grounding.parties import read_parties
from bot.grounding.roles import acts
from bot.grounding.told import Told
from bot.grounding.words import pattern

_EFFECT = re.compile("避免|防止|实现|形成|打造|构建|促进|提高|提升|增强|确保(?!.*\\d)|推动形成|努力形成")
_HARD = re.compile("必须|务必|一律|严禁|禁止|不得|不能|不可")

_REFUSES = re.compile("不得|不予|不能|不再|禁止|严禁|取消")
_MAY_GIVE = re.compile("可以(?:按规定|适当)?(?:由[^,]{2,16})?(?:给予|安排|发放|提供|支付|承担)")


def strength_faults(told: Told, anchor: Piece, ground: Ground) -> Iterator[str]:
    """A class of strength that the measure does not have there, or one left out."""
    piece = told.piece
    if is_may(piece, anchor, ground) or _both_deny(piece, anchor) or _needs_consent(piece, anchor):
        return
    allowed = (anchor.own | {anchor.strength} if anchor.own else anchor.allowed) | _led_by(anchor, ground)
    if piece.strength == "plain" and piece.own <= allowed and anchor.strength in closing(told.sentence):
        return
    if _weaker_is_right(told, anchor) or _goes_without_saying(piece, anchor, ground):
        return
    if anchor.strength == "must" and any(number.bound for number in find_numbers(piece.text)):
        allowed |= {"plain"}
        if piece.strength == "plain" and not piece.own:
            return
    if piece.strength == "plain" and _claims_no_strength(piece, anchor):
        return
    if anchor.own == {"explore"} and not piece.own and re.search("[只仅][能可]", piece.text):
        return
    if piece.own and piece.own == anchor.own and piece.strength != "must":
        return
    extra = piece.own - allowed - _word_for_word(piece.text, ground.segment(anchor))
    if piece.strength != "plain" and piece.strength not in allowed:
        yield piece.text
    elif extra:
        yield "/".join(sorted(extra))
    elif piece.strength == "plain" and anchor.strength not in ("plain", *told.before, *piece.own):
        yield anchor.text


def _needs_consent(piece: Piece, anchor: Piece) -> bool:
    """Whether a piece says that the consent is needed which a right hangs on: 可以经所在单位同意离岗."""
    consent = re.search("同意|批准|许可", piece.text)
    return consent is not None and re.search(f"经[^,]{{2,14}}{consent[0]}", anchor.text) is not None


def _weaker_is_right(told: Told, anchor: Piece) -> bool:
    """Whether a piece with 可以, or without a word of its own, is as strong as the sentence round it says."""
    piece = told.piece
    told_elsewhere = not piece.own and anchor.strength in strong_words(told.sentence)
    if not piece.own and not anchor.own and _EFFECT.match(anchor.text):
        return True  # what something comes to is bound by nothing of its own
    if told_elsewhere and (piece.bare or anchor.strength == "explore"):
        return True
    plain_here = not piece.own and piece.strength == "plain"
    if plain_here and anchor.strength == "explore" and (not anchor.own or gains(told.sentence)):
        return True
    if piece.strength != "explore":
        return piece.strength == "plain" and not piece.own and _own_deed(piece, anchor)
    if pattern("contact").search(piece.text) or not (piece.own or anchor.own):
        return True
    if "也可以" in piece.text and re.search("或者?", anchor.text):
        return True  # one of the ways that are open
    return anchor.strength in closing(told.sentence) or (piece.own <= {"explore"} and "可以" in anchor.text)


def _claims_no_strength(piece: Piece, anchor: Piece) -> bool:
    """Whether a plain piece tells a bound, a case, a gain, a list or a cap: nothing that anybody is to do."""
    if not anchor.own and any(one.bound for one in find_numbers(anchor.text)):
        return True
    if anchor.sentence == 0 or _says_when(piece.text) or (anchor.strength == "explore" and gains(piece.text)):
        return True
    return not piece.own and (_lists(piece.text) or _caps(piece, anchor))


def _goes_without_saying(piece: Piece, anchor: Piece, ground: Ground) -> bool:
    """A duty told as a fact, what somebody does told as a duty, a 应当 that goes on."""
    if piece.strength == "must" and _MAY_GIVE.search(anchor.text) and not negations(piece.text):
        return False
    if (
        piece.strength == "must"
        and not _HARD.search(piece.text)
        and any(one.bound for one in find_numbers(piece.text))
        and not anchor.own & {"encourage", "explore"}
    ):
        return True
    if piece.strength == "must" and anchor.strength == "plain" and not anchor.text.endswith("的"):
        if not piece.own and not _HARD.search(piece.clause):
            return piece.bare or not re.search("[应须](?!用)", piece.text) or acts(anchor, ground)
        return not _HARD.search(piece.text) and acts(anchor, ground)
    loose = anchor.strength == "must" or (anchor.strength == "explore" and bool(negations(piece.text)))
    return piece.strength == "plain" and not piece.own and loose


def _own_deed(piece: Piece, anchor: Piece) -> bool:
    """Whether a piece of a measure names who does what it tells, and no word of strength, and so here."""
    if anchor.own:
        return False
    there = [one.name for one in read_parties(anchor.text) if one.part == "does"]
    here = [one.name for one in read_parties(piece.text) if one.part == "does"]
    return bool(here) and any(name in there for name in here)


def _says_when(text: str) -> bool:
    """Whether a piece tells a case or an occasion and no action: 对于有条件的区县, 抽检不合格的, 夜间."""
    return (
        text.endswith("的")
        or _names_only(text)
        or len(text) <= 3
        or re.match(
            "对于?|针对|关于|至于|[^,]{0,10}(?:如果|若|只要)|如|凡是?|当|[^,]{0,8}以[^,]+为[^,]+$|在[^,建设开展实施给予发放补助奖励]{2,14}$",
            text,
        )
        is not None
    )


def _names_only(text: str) -> bool:
    """Whether a piece is a name and what it is like: 符合条件的青年人才."""
    if strong_words(text) or re.search("要求|专项|[应须要]", text):
        return False
    ends = [one.start for one in read_parties(text) if one.end == len(text.rstrip())]
    return bool(ends) and (ends[0] == 0 or text[: ends[0]].endswith("的"))


def _both_deny(piece: Piece, anchor: Piece) -> bool:
    """Whether both forbid or refuse something: 不得 and 不予 bind alike; not where one only encourages."""
    return (
        bool(_REFUSES.search(piece.text) and _REFUSES.search(anchor.text))
        and not (piece.own | anchor.own) - {"must"}
        and {piece.strength, anchor.strength} <= {"must", "plain"}
    )


def _lists(text: str) -> bool:
    """Whether a piece says what something consists of: 三大领域是A、B和C."""
    return re.match("[^,、]{2,20}(?:是|指|包括|包含|分为|即)[^,]*[、和与]", text) is not None


def _caps(piece: Piece, anchor: Piece) -> bool:
    """Whether a piece only tells the cap of what may be given: 建设补助最高200万元."""
    bound = any(number.bound == "upper" for number in find_numbers(piece.text))
    return bound and anchor.own <= {"explore"} and not re.search("给予|发放|支付|提供", piece.text)


def _word_for_word(text: str, segment: str) -> frozenset[str]:
    """The classes of a piece whose words stand in the segment with the two letters behind them."""
    found: set[str] = set()
    for at in range(len(text) - 3):
        words = text[at : at + 4]
        if words in segment and (classes := strong_words(words[:2])):
            found |= classes
    return frozenset(found)


def _led_by(anchor: Piece, ground: Ground) -> frozenset[str]:
    """The class of the last strong word before a plain piece in its segment: 指导各区县…,深化校企合作."""
    found: frozenset[str] = frozenset()
    here = ground.in_segment(anchor)
    for one in here[: here.index(anchor)]:
        found = one.own | found if one.own == {"explore"} else one.own or found
    goes_on = anchor.strength == "plain" or (
        anchor.strength == "explore" and not re.search("可以|允许", anchor.text)
    )
    return found if goes_on else frozenset()
