"""Where quotes stand, in the unit of their document: lines become pages or paragraphs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote

from bot.answer import Answer, Applies, Citation, Proof
from bot.phrases import Lang, say
from corpus.measure import Guideline
from corpus.position import place_of

_LINK = re.compile(r"\[[^\[\]\n]{1,60}\]\(#(cite-([^()\s]+)-(\d+)-(\d+))\)")


def with_places(answer: Answer, documents: Mapping[str, Guideline]) -> Answer:
    """The answer with its places in pages (pdf) or paragraphs (html, docx), in links and in the data.

    `documents` are those whose unit is not the line, by slug; with none the answer stays as it is.
    """
    if not documents:
        return answer
    return replace(
        answer,
        text=_LINK.sub(lambda link: _link(link, documents, answer.lang), answer.text),
        citations=tuple(_cited(citation, documents) for citation in answer.citations),
        applicability=tuple(_applies(one, documents) for one in answer.applicability),
    )


def _link(link: re.Match[str], documents: Mapping[str, Guideline], lang: Lang) -> str:
    guideline = documents.get(unquote(link[2]))
    if guideline is None:
        return link[0]
    place = place_of(guideline, int(link[3]))
    return f"[{say(lang, f'cite.{place.unit}', number=place.number)}](#{link[1]})"


def _cited(citation: Citation, documents: Mapping[str, Guideline]) -> Citation:
    guideline = documents.get(citation.measure_id.split("#", 1)[0])
    if guideline is None:
        return citation
    page, paragraph = _numbers(guideline, citation.start)
    return replace(citation, page=page, paragraph=paragraph)


def _applies(applies: Applies, documents: Mapping[str, Guideline]) -> Applies:
    guideline = documents.get(applies.measure_id.split("#", 1)[0])
    if guideline is None:
        return applies
    return replace(applies, evidence=tuple(_proof(proof, guideline) for proof in applies.evidence))


def _proof(proof: Proof, guideline: Guideline) -> Proof:
    page, paragraph = _numbers(guideline, proof.start)
    return replace(proof, page=page, paragraph=paragraph)


def _numbers(guideline: Guideline, offset: int) -> tuple[int | None, int | None]:
    place = place_of(guideline, offset)
    return (place.number, None) if place.unit == "page" else (None, place.number)
