"""A text → Guideline: sections, measures and everything around them, each character accounted for.

The lowest numbered level that carries text holds the measures: 条 where the text has 条, else
（一） or, where a 一、 has no （一） below it, that 一、 itself. Text that stands between a 一、 and its
first （一） becomes a measure under the label of that 一、. Items below a measure stay inside it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from corpus.clean import foot_furniture, head_furniture, marks
from corpus.dates import dated
from corpus.errors import CorpusError
from corpus.export import to_json
from corpus.lines import Lines, is_blank
from corpus.matter import find_closing, find_doc_no, find_issuer, find_title
from corpus.measure import Dropped, Guideline, Measure, Meta, Section, Span
from corpus.numbering import Kind
from corpus.outline import Node, Outline, find_outline
from corpus.sentences import split_sentences

__all__ = ["check_accounted", "parse", "to_json"]

_APART = "title block apart from the preamble"
_TITLE_MAX = 40
_ANNEX_MAX = 60
_LEAD_IN_MAX = 15
_STOP = re.compile("[。！？!?；;：:\r\n]")
# A first clause with one of these is a sentence to be quoted, not a heading above the text.
_SENTENCE_LIKE = re.compile("应当|不得|可以|必须|是指|修改为|下列|以下|如下|负责|施行|废止|的[,，]|^[自本]")
_BRACKETED = re.compile(r"[ \t\u3000]*[【（(〔\[]([^】）)〕\]\r\n]{1,30})[】）)〕\]](?=\s)")


@dataclass(frozen=True, slots=True)
class _Heading:
    """The title after a label and where the heading ends; `apart` if text follows that is not it."""

    title: str
    end: int
    apart: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A node with the end of its own stretch, the nodes above it and the title of its annex, if any."""

    node: Node
    end: int
    annex: tuple[str, ...]
    above: tuple[Node, ...]
    parent: bool


def parse(source: str, slug: str, *, meta: Meta | None = None, file: str = "") -> Guideline:
    """Take a guideline apart.

    `source` is the decoded file with nothing changed; `slug` begins the ids of the measures
    (``slug#7``, or ``slug#2.3`` where the numbers alone are not unique); `file` is named in messages.
    Title, issuer and document number are taken from `meta`, else found in the text.
    CorpusError if there is no numbering, if it has a gap or a double, or if a character would be lost.
    """
    meta, file = meta or Meta(), file or slug
    lines = Lines.of(source)
    outline = find_outline(lines, accept=meta.accept, file=file)
    last = outline.nodes[-1].label
    foot = foot_furniture(lines, lines.bounds[lines.index(last.start)][1])
    end = foot[0].span.start if foot else len(source)
    closing = find_closing(lines, _first_end(lines, last.end, end), end)
    parts = _parts(lines, outline, closing.start if closing else end)
    sections, measures = _assemble(lines, parts, slug)
    preamble, dropped_head = _head(lines, outline, meta.title)
    around = [Dropped(span, "heading of an annex") for span in outline.part_heads]
    signs = marks(lines, [(node.label.mark, node.label.start) for node in outline.nodes])
    guideline = Guideline(
        slug=slug,
        source=source,
        meta=_completed(meta, lines, outline, closing, dropped_head),
        sections=tuple(sections),
        measures=tuple(measures),
        preamble=preamble,
        closing=closing,
        dropped=tuple(sorted([*dropped_head, *around, *signs, *foot], key=lambda d: d.span.start)),
    )
    check_accounted(guideline, file)
    return replace(guideline, meta=dated(guideline))


def _completed(meta: Meta, lines: Lines, outline: Outline, closing: Span | None, gone: list[Dropped]) -> Meta:
    """`meta` with title, issuer and number found in the text where it says nothing."""
    everything = lines.pieces(0, outline.nodes[0].label.mark)
    head = [
        piece for piece in everything if not any(_touch(piece, d.span) for d in gone if d.reason != _APART)
    ]
    title = meta.title or find_title(lines, head)
    return replace(
        meta,
        title=title,
        issuer=meta.issuer or find_issuer(lines, head, everything, title, closing),
        doc_no=meta.doc_no or find_doc_no(lines, everything),
    )


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _first_end(lines: Lines, start: int, end: int) -> int:
    """Where the first line (in a flat text: the first sentence) after a label ends."""
    if lines.flat:
        found = re.compile("[。\r\n]").search(lines.text, start, end)
        return found.end() if found else end
    filled = lines.between(start, end)
    return filled[0].end if filled else end


def _head(lines: Lines, outline: Outline, title: str) -> tuple[Span | None, list[Dropped]]:
    """What precedes the first label: the preamble (its longest stretch), and what was dropped."""
    end = outline.nodes[0].label.mark
    dropped = [Dropped(span, "table of contents") for span in outline.contents]
    stop = dropped[0].span.start if dropped else end
    dropped += head_furniture(lines, 0, stop, title or _title_guess(lines, stop))
    blocks = _blocks(lines, end, sorted((d.span.start, d.span.end) for d in dropped))
    if not blocks:
        return None, dropped
    preamble = max(blocks, key=lambda span: span.end - span.start)
    return preamble, dropped + [Dropped(span, _APART) for span in blocks if span != preamble]


def _title_guess(lines: Lines, end: int) -> str:
    spans = lines.between(0, end)
    return find_title(lines, spans[1:]) or find_title(lines, spans)


def _blocks(lines: Lines, end: int, gone: list[tuple[int, int]]) -> list[Span]:
    """The stretches before `end` that are left between the dropped ones."""
    edges = [0, *(edge for pair in gone for edge in pair), end]
    spans = [lines.trimmed(left, right) for left, right in zip(edges[::2], edges[1::2], strict=True)]
    return [span for span in spans if span is not None]


def _parts(lines: Lines, outline: Outline, end: int) -> list[_Part]:
    """Each node with its end and with the nodes above it."""
    titles = [_annex_title(lines.of_span(head)) for head in outline.part_heads]
    annexes: list[tuple[str, ...]] = [(), (), *((title,) for title in titles)]
    parts: list[_Part] = []
    above: list[Node] = []
    nodes, heads = outline.nodes, [head.start for head in outline.part_heads]
    for number, node in enumerate(nodes):
        following = nodes[number + 1] if number + 1 < len(nodes) else None
        above = [upper for upper in above if upper.depth < node.depth and upper.part == node.part]
        stop = following.label.mark if following else end
        place = bisect_left(heads, node.label.end)
        stop = min([stop, *heads[place : place + 1]])
        deeper = following is not None and following.depth > node.depth and following.part == node.part
        parts.append(_Part(node, stop, annexes[node.part], tuple(above), deeper))
        above.append(node)
    return parts


def _annex_title(head: str) -> str:
    """The title of an annex out of the lines before it, which may begin with a signature and a date."""
    lines = [" ".join(line.split()) for line in head.splitlines() if line.strip()]
    # …解释如下： introduces the numbers and belongs to no title.
    lines = [line for line in lines if len(line) <= _LEAD_IN_MAX or not line.endswith(("：", ":"))] or lines
    starts = [number for number, line in enumerate(lines) if line.startswith("附")]
    return " ".join(lines[starts[-1] if starts else 0 :])[:_ANNEX_MAX]


def _assemble(lines: Lines, parts: list[_Part], slug: str) -> tuple[list[Section], list[Measure]]:
    ids = _ids(lines, parts, slug)
    printed: dict[Node, str] = {}
    sections: list[Section] = []
    measures: list[Measure] = []
    for part, measure_id in zip(parts, ids, strict=True):
        heading = _heading(lines, part)
        path = (*part.annex, *(printed[node] for node in part.above if node in printed))
        if _is_section(part, heading, lines):
            section = _section(lines, part, heading)
            printed[part.node] = section.heading
            sections.append(section)
            lead = lines.trimmed(section.span.end, part.end)
            if lead is not None:
                measures.append(_lead(lines, part, lead, section, (*path, section.heading), measure_id))
        else:
            measures.append(_measure(lines, part, heading, path, measure_id))
    return sections, measures


def _is_section(part: _Part, heading: _Heading, lines: Lines) -> bool:
    unit = part.node.kind in (Kind.BOOK, Kind.SUBBOOK, Kind.DIVISION, Kind.CHAPTER, Kind.SECTION)
    bare = lines.trimmed(heading.end, part.end) is None
    return part.parent or (unit and bare)


def _section(lines: Lines, part: _Part, heading: _Heading) -> Section:
    label = part.node.label
    alone = lines.trimmed(heading.end, part.end) is None
    end = heading.end if heading.apart or alone else label.end
    span = lines.trimmed(label.start, end) or lines.span(label.start, label.end)
    return Section(label.number, label.text, heading.title, part.node.level, span)


def _lead(
    lines: Lines, part: _Part, lead: Span, section: Section, path: tuple[str, ...], measure_id: str
) -> Measure:
    """The text between a section's heading and its first numbered part, as a measure of its own."""
    text, sentences = lines.of_span(lead), split_sentences(lines, lead)
    return Measure(
        measure_id, section.number, section.label, section.title, path, text, lead, lead, sentences
    )


def _measure(lines: Lines, part: _Part, heading: _Heading, path: tuple[str, ...], measure_id: str) -> Measure:
    label = part.node.label
    span = lines.trimmed(label.start, part.end) or lines.span(label.start, label.end)
    start = heading.end if heading.apart else label.end
    body = lines.trimmed(start, span.end) or lines.span(span.end, span.end)
    return Measure(
        id=measure_id,
        number=label.number,
        label=label.text,
        title=heading.title,
        path=path,
        text=lines.of_span(span),
        span=span,
        body=body,
        sentences=split_sentences(lines, body),
    )


def _heading(lines: Lines, part: _Part) -> _Heading:
    """Find the title after a label.

    The first clause is the title if it has at most 40 characters. It is a heading apart from the
    text if something follows and it does not read like a sentence (no 应当, no string of commas);
    otherwise, and for an entry of a list set off by ；, it stays part of the text, to be quoted.
    """
    text, label = lines.text, part.node.label
    if part.node.kind is Kind.ARTICLE:
        bracketed = _BRACKETED.match(text, label.end, part.end)
        end = bracketed.end() if bracketed else label.end
        return _Heading(bracketed[1].strip() if bracketed else "", end, True)
    start = _title_start(lines, part)
    end, stop = _clause(lines, part, start)
    title = re.sub(r"\s+", " ", text[start:end].strip())
    after = lines.trimmed(end + len(stop), part.end)
    whole = after is None and part.parent
    listed = text[max(0, label.mark - 20) : label.mark].rstrip().endswith(("；", ";"))
    apart = whole or (after is not None and not listed and _is_heading(title, stop))
    fits = len(title) <= _TITLE_MAX or whole
    return _Heading(title if fits else "", end + len(stop), apart)


def _title_start(lines: Lines, part: _Part) -> int:
    """Where the title begins: on the label's line, or for 章 and the like on the line below it."""
    start, end = part.node.label.end, part.end
    unit = part.node.kind in (Kind.BOOK, Kind.SUBBOOK, Kind.DIVISION, Kind.CHAPTER, Kind.SECTION)
    while start < end and is_blank(lines.text[start]) and (unit or lines.text[start] not in "\r\n"):
        start += 1
    return start


def _clause(lines: Lines, part: _Part, start: int) -> tuple[int, str]:
    """The end of the first clause after `start`, and the punctuation that closes it."""
    found = _STOP.search(lines.text, start, part.end)
    end, stop = (found.start(), found[0].strip()) if found else (part.end, "")
    if lines.flat and not (part.parent and end - start <= _TITLE_MAX and not stop):
        gap = re.compile(r"\s").search(lines.text, start, end)
        if gap:
            return gap.start(), ""
    return end, stop


def _is_heading(title: str, stop: str) -> bool:
    if not title or len(title) > _TITLE_MAX or stop in ("；", ";") or _SENTENCE_LIKE.search(title):
        return False
    commas = len(re.findall("[,，]", title))
    if stop in ("：", ":"):
        return commas == 0 and len(title) <= _LEAD_IN_MAX
    return commas < 2 or (commas == 2 and len(title) <= 24)


def _ids(lines: Lines, parts: list[_Part], slug: str) -> list[str]:
    """An id for every node: by number alone where that is unique among the measures, else by path."""
    carrying = [part for part in parts if not part.parent or _has_lead(lines, part)]
    numbers = [_number(part.node) for part in carrying]
    if len(set(numbers)) == len(numbers):
        return [f"{slug}#{_number(part.node)}" for part in parts]
    seen: dict[str, int] = {}
    ids = []
    for part in parts:
        path = ".".join(_number(node) for node in (*part.above, part.node))
        name = f"{slug}#p{part.node.part}.{path}" if part.node.part > 1 else f"{slug}#{path}"
        seen[name] = seen.get(name, 0) + 1
        ids.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return ids


def _has_lead(lines: Lines, part: _Part) -> bool:
    return lines.trimmed(_section(lines, part, _heading(lines, part)).span.end, part.end) is not None


def _number(node: Node) -> str:
    return f"{node.label.number}-{node.label.sub}" if node.label.sub else str(node.label.number)


def check_accounted(guideline: Guideline, file: str) -> None:
    """CorpusError unless every visible character lies in exactly one piece of the guideline."""
    pieces = [s.span for s in guideline.sections] + [m.span for m in guideline.measures]
    pieces += [d.span for d in guideline.dropped]
    pieces += [span for span in (guideline.preamble, guideline.closing) if span is not None]
    position = 0
    for span in [
        *sorted(pieces, key=lambda s: (s.start, s.end)),
        Span(len(guideline.source), len(guideline.source), 0),
    ]:
        lost = guideline.source[position : span.start]
        if span.start < position or not all(is_blank(char) for char in lost):
            raise _unaccounted(guideline.source, min(position, span.start), file)
        position = span.end


def _unaccounted(source: str, offset: int, file: str) -> CorpusError:
    while offset < len(source) - 1 and is_blank(source[offset]):
        offset += 1
    line, found = Lines.of(source).index(offset) + 1, source[offset : offset + 20]
    return CorpusError(
        f"{file} 第 {line} 行有文字无法归类：应属于章节、条款、前言、结尾或已删除部分之一，实为“{found}”。"
        "请检查该处的编号和换行；如属网页杂项，请从文件中删去。",
        f"{file} line {line}: text is not accounted for: it should belong to exactly one of section, "
        f"measure, preamble, closing or dropped, found {found!r}. Check numbering and line breaks there, "
        "or remove it if it is page furniture.",
    )
