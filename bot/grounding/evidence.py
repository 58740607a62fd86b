"""A measure made ready for the check: its pieces between commas, with what each of them says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.grounding.numbers import find_numbers
from bot.grounding.parties import read_parties
from bot.grounding.words import fillers, pattern, spellings
from corpus.applicability import Applicability
from corpus.clauses import RawClause, read_clauses
from corpus.find import find_names
from corpus.measure import Measure, Sentence
from corpus.normal import normalize

PIECE = re.compile(r"[^,;。!?…:]+")
_STOPS = re.compile(r"[;。!?…]")
_STRICT = (
    ("must", re.compile("必须|应当|应该|不得|严禁|禁止|务必|一律")),
    ("encourage", re.compile("鼓励|引导|倡导|提倡|指导")),
    (
        "explore",
        re.compile(
            "探索|可以|(?<![许认])可(?=依托|用于|用来|由|按|结合|根据|通过)|允许|试点(?=[一-鿿])|尝试"
        ),
    ),
    ("support", re.compile("(?<!不予)(?:支持|扶持)")),
)
_NOUN = re.compile(
    "(?:支持|引导|指导)(?:力度|作用|政策|措施|体系|意见|思想|性|资金|基金|方式)|的支持|(?:分类|激励|业务|技术|就业)(?:指导|引导)|指导思想|工作试点|改革试点"
)
_REFERS = re.compile("其(?!他|它|中|余)|该|上述|前款|同时")
_GAINS = re.compile(
    "可以?(?:按规定)?(?:免|减|优先|来自|源于|包括)"
    "|可以?(?:[^,]{0,4}?|[按从由在依凭][^,]{1,16}?)(?:获得|享受|得到|领取|拿到|获|申请到)"
    "|可以?[按从由在依凭][^,]{1,16}?(?:补助|补贴|奖励)"
)
_HAN = "零一二三四五六七八九十"
_CLOCK = re.compile(
    rf"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜间|夜里|晚)(?:的)?(?P<hour>\d{{1,2}}|[{_HAN}两]{{1,3}})"
    r"(?:点[整钟]?|时|:00)(?![\d半一二三四五间])|(?<![\d:])(?P<full>[01]?\d|2[0-4]):00(?!\d)"
)
_CLOSING = re.compile(
    "(?<=可)(?:以)?(?:享受|获得|领取|得到)[^,不]*(?:补助|补贴|奖励|贴息|支持)|(?<=的,)[^;]*(?:补助|补贴|奖励|贴息)|(?:属于?|在|表示|列入|纳入)[^,不]{0,3}(?:支持|鼓励)|(?<!不)(?:受到?|获得|得到|享受|予以|给予|获)[^,不]{0,4}(?:支持|鼓励|引导|指导|扶持)"
)
_JOINED = re.compile("[、和与及等县区市]*(?:以及)?")
_FOLLOWING = re.compile("(?:等|各|两|区县|[县区市])*的?(?P<words>[\u4e00-\u9fff]{3})")
_GRANTS = "给予一次性资助,补助,补贴,奖励,支付,发放,承担"
_COUNTS = ("大", "类", "种", "级", "方面")  # units of how many there are of what is listed, no amounts


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch between commas: its text, its place, how strong the clause round it is up to there.

    `allowed`: every class of strength in the clause, `own` those of the words of the piece. `bare`: no verb
    of its own that sets a strength."""

    text: str
    sentence: int
    segment: int
    strength: str
    allowed: frozenset[str]
    own: frozenset[str]
    bigrams: frozenset[str]
    names: frozenset[str]
    conditions: tuple[str, ...] = ()
    clause: str = ""
    bare: bool = False


def plain(text: str) -> str:
    """Normalised text without blanks between Chinese characters."""
    bare = re.sub(r"(?<![a-z0-9]) | (?![a-z0-9])", "", normalize(text)).replace("\u2236", ":")
    bare = _CLOCK.sub(_hour, bare)
    bare = re.sub(rf"[{_HAN}]{{1,3}}[比:][{_HAN}]{{1,3}}|\d{{1,2}}[:比]\d{{1,2}}(?!\d)", _ratio, bare)
    bare = re.sub("不得(?=少于|低于|超过|高于|多于|迟于|晚于)", "不", bare)  # a bound binds without 得
    for words, one in spellings():
        bare = words.sub(one, bare)
    return bare


def _hour(match: re.Match[str]) -> str:
    """One way to write a full hour: 晚上十点, 晚10时 and 22:00 are 22时."""
    said = match["hour"] or match["full"]
    hour = int(said) if said.isdigit() else int(find_numbers(said + "时")[0].value)
    late = match["part"] in ("下午", "傍晚", "晚上", "晚间", "夜间", "夜里", "晚") and hour < 12
    return f"{hour + 12 * late}时"


def _ratio(match: re.Match[str]) -> str:
    """One way to write a ratio: 一比三 and 1:3 are 1比3."""
    numbers = [str(_HAN.find(part)) if part in _HAN else part for part in re.split("[比:]", match[0])]
    return match[0] if "-1" in numbers else "比".join(numbers)


def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring letters, none across punctuation."""
    runs = re.findall(r"\w+", text)
    return frozenset(run[at : at + 2] for run in runs for at in range(len(run) - 1))


def most_like(text: str, sentences: Sequence[Sentence]) -> tuple[float, Sentence] | None:
    """The sentence that repeats most of a text, and which share of its bigrams; None without sentences."""
    own = bigrams(plain(text))
    shares = [len(own & bigrams(plain(sentence.text))) / max(1, len(own)) for sentence in sentences]
    best = max(shares, default=0.0)
    return (best, sentences[shares.index(best)]) if shares else None


def telling(text: str) -> frozenset[str]:
    """The bigrams of what is left without the words that say nothing of their own."""
    for number in reversed(find_numbers(text)):
        text = f"{text[: number.start]} {text[number.end :]}"
    rest = re.sub(r"[\d.%]+", " ", fillers().without(text, " "))
    return bigrams(rest) or bigrams(text)


def strong_words(text: str) -> frozenset[str]:
    """The classes of the words of strength in a piece."""
    rest = _NOUN.sub(" ", _GAINS.sub(" ", text))
    return frozenset(name for name, words in _STRICT if words.search(rest))


def gains(text: str) -> bool:
    """Whether a piece says that somebody may have something: 可以获得, 可享受."""
    return _GAINS.search(text) is not None


def closing(sentence: str) -> frozenset[str]:
    """The classes that a sentence gives its pieces from behind: X做Y,受到鼓励."""
    said = " ".join(match[0] for match in _CLOSING.finditer(sentence))
    said += " 支持" if re.search("补助|补贴|奖励|贴息", said) else ""
    return frozenset(name for name, words in _STRICT if words.search(said))


def strength_of(clause: RawClause, text: str) -> str:
    """must, encourage, explore, support or plain; plain verbs (加快, 建立) are plain."""
    if clause.cue is None or clause.strength in ("none", "will"):
        return "plain"
    word = text[clause.cue.start : clause.cue.end]
    if clause.strength == "support":
        return "support" if "support" in strong_words(word) else "plain"
    if _GAINS.match(text, clause.cue.start):
        return "plain"
    return clause.strength


def read_pieces(text: str, known: Applicability | None, sentence: int = 0) -> Iterator[Piece]:
    """The pieces of one normalised sentence, in order."""
    clauses = read_clauses(text)
    conditions: list[str] = []
    segment = 0
    last = 0
    for match in PIECE.finditer(text):
        if _STOPS.search(text, last, match.start()):
            segment, conditions = segment + 1, []
        last = match.end()
        words = match[0]
        clause = next((one for one in clauses if match.start() < one.end), clauses[-1])
        whole = text[clause.start : clause.end]
        strength = strength_of(clause, text)
        ahead = clause.cue is not None and clause.cue.start >= match.end()
        yield Piece(
            words,
            sentence,
            segment,
            "plain" if ahead else strength,
            strong_words(whole) | {strength},
            strong_words(words),
            bigrams(words),
            names_in(words, known),
            tuple(conditions),
            whole,
            ahead or clause.cue is None,
        )
        if pattern("besides").match(text, match.start()):
            continue
        case = re.match("除.*外$|[对凡].*的|.*(?:超过|满|以上|不足|达到|连续).*的", words)
        if words.endswith("的") or (case and not re.search("应当|必须|可以|不得", words)):
            conditions.append(words)


def names_in(text: str, known: Applicability | None) -> frozenset[str]:
    """Names of the gazetteer in a text, by their full names; the whole region is none."""
    if known is None:
        return frozenset()
    return frozenset(name.name for name in find_names(text, known.gazetteer) if name.kind != "all")


def name_groups(text: str, known: Applicability | None) -> Iterator[tuple[frozenset[str], str]]:
    """Names that are joined in a list, and the three letters behind it: 璧山、荣昌等国家高新区 → 国家高."""
    if known is None:
        return
    found = [name for name in find_names(text, known.gazetteer) if name.kind != "all"]
    group: list[str] = []
    for at, name in enumerate(found):
        group.append(name.name)
        if at + 1 < len(found) and _JOINED.fullmatch(text, name.end, max(name.end, found[at + 1].start)):
            continue
        if match := _FOLLOWING.match(text, name.end):
            yield frozenset(group), match["words"]
        group = []


def is_parallel(piece: Piece, other: Piece) -> bool:
    """Whether two pieces say alike things with different numbers of the same unit."""
    numbers, there = (
        [(one.unit, one.value) for one in find_numbers(words) if one.unit not in _COUNTS]
        for words in (piece.text, other.text)
    )
    units = {unit for unit, _ in numbers} & {unit for unit, _ in there}
    return (
        piece != other
        and any(unit in units and (unit, value) not in numbers for unit, value in there)
        and bool(telling(piece.text) & telling(other.text))
    )


def _but_parties(text: str) -> str:
    """A text without those who act in it: they go on acting in the pieces behind it."""
    for party in reversed(read_parties(text)):
        if party.part == "does":
            text = f"{text[: party.start]} {text[party.end :]}"
    return text


@dataclass(frozen=True)
class Ground:
    """One measure as evidence; sentence 0 is its heading, the others follow in their order."""

    measure: Measure
    known: Applicability | None

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Heading and sentences, normalised."""
        sentences = (sentence.text for sentence in self.measure.sentences)
        return (plain(self.measure.title), *(plain(text) for text in sentences))

    @cached_property
    def text(self) -> str:
        """All of it, with the sections it stands under."""
        return "。".join((*self.texts, *(plain(heading) for heading in self.measure.path)))

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """All pieces, in order."""
        return tuple(
            piece for at, text in enumerate(self.texts) for piece in read_pieces(text, self.known, at)
        )

    @cached_property
    def conditional(self) -> bool:
        """Whether it has a condition that an answer can sum up as 符合条件的."""
        return any(one.conditions for one in self.pieces) or any(
            len(party.modifier) > 4 for one in self.pieces for party in read_parties(one.text)
        )

    @cached_property
    def bigrams(self) -> frozenset[str]:
        """Of the whole."""
        return bigrams(self.text)

    @cached_property
    def name_groups(self) -> tuple[tuple[frozenset[str], str], ...]:
        """Of all sentences."""
        return tuple(group for text in self.texts for group in name_groups(text, self.known))

    @cached_property
    def weights(self) -> dict[str, float]:
        """How telling a bigram is: less the more pieces have it."""
        counts: dict[str, int] = {}
        for piece in self.pieces:
            for pair in piece.bigrams:
                counts[pair] = counts.get(pair, 0) + 1
        return {pair: 1 / count for pair, count in counts.items()}

    @cached_property
    def _segments(self) -> dict[tuple[int, int], tuple[Piece, ...]]:
        found: dict[tuple[int, int], list[Piece]] = {}
        for piece in self.pieces:
            found.setdefault((piece.sentence, piece.segment), []).append(piece)
        return {place: tuple(pieces) for place, pieces in found.items()}

    def in_segment(self, piece: Piece) -> tuple[Piece, ...]:
        """The pieces of the stretch between semicolons that a piece stands in, in order."""
        return self._segments[piece.sentence, piece.segment]

    def segment(self, piece: Piece) -> str:
        """That stretch."""
        return ",".join(one.text for one in self.in_segment(piece))

    def told_with(self, piece: Piece) -> str:
        """The segment, the first piece of its sentence, and the sentence before if it refers to that."""
        words = [self.segment(piece)]
        here = [one for one in self.pieces if one.sentence == piece.sentence]
        conditions = [one for one in here if one.segment <= piece.segment and one.text.endswith("的")]
        words += [one.text for one in (here[0], *(conditions if piece.conditions else ()))]
        if self.refers(piece):
            words.append(self.texts[piece.sentence - 1])
        return ",".join(words)

    def refers(self, piece: Piece) -> bool:
        """Whether the sentence of a piece points back to the one before it: 其, 上述, 同时."""
        return piece.sentence > 1 and _REFERS.search(self.texts[piece.sentence]) is not None

    def beside(self, piece: Piece) -> frozenset[str]:
        """What its sentence says only of other numbers of the same unit: 通过国家审定 beside 通过省级审定."""
        if piece not in self._beside:
            here = [one for one in self.pieces if one.sentence == piece.sentence]
            parallel = [one for one in here if is_parallel(piece, one)]
            apart = {one.segment for one in parallel} - {piece.segment}
            topic = here[0] if sum(one.segment == here[0].segment for one in here) > 2 else None
            told = [one for one in here if one in parallel or (one.segment in apart and one is not topic)]
            others = frozenset().union(*(one.bigrams for one in here if one not in told))
            at = self.pieces.index(piece)
            said = frozenset().union(
                *(telling(_but_parties(one.text) if one in self.pieces[:at] else one.text) for one in told)
            )
            self._beside[piece] = said - others - bigrams(_GRANTS)
        return self._beside[piece]

    def apart(self, piece: Piece) -> frozenset[str]:
        """What the sentence says of this number only: the other side of `beside`."""
        here = [one for one in self.pieces if one.sentence == piece.sentence]
        others = [one for one in here if one.segment != piece.segment or is_parallel(piece, one)]
        mine = [one for one in here if one not in others]
        said = frozenset().union(*(telling(one.text) for one in mine))
        return said - frozenset().union(*(one.bigrams for one in others)) - bigrams(_GRANTS)

    @cached_property
    def _beside(self) -> dict[Piece, frozenset[str]]:
        return {}
