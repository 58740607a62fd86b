"""What surrounds the conversation: header, footer, welcome and the frame of the guideline pane, as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from bot.markup import both, inert
from bot.phrases import say
from bot.web.pane import guideline_html, title_of
from corpus.measure import Guideline

# The phrases that the script says or writes.
_SPOKEN = (
    "found",
    "found_paragraph",
    "found_page",
    "not_found",
    "copied",
    "guideline",
    "copy",
    "send",
    "stop",
    "placeholder",
    "new_chat",
    "close_proof",
    "map_question",
    "conversation",
    "question",
    "answered",
    "thanks",
    "opinion_lost",
)


def header_html(guidelines: Sequence[Guideline]) -> str:
    """Name, one line of what this is, what it answers from, and the button that opens the pane on a phone."""
    if len(guidelines) == 1:
        documents = f"《{inert(title_of(guidelines[0]))}》"
    else:
        documents = both("ui.documents", count=len(guidelines))
    return (
        f'<header class="wence-head"><span class="wence-seal" aria-hidden="true">问</span>'
        f'<div><h1>{both("ui.title")}</h1><p class="wence-tagline">{both("ui.tagline")}</p></div>'
        f'<p class="wence-from"><b>{both("ui.answers_from")}</b> {documents}</p>'
        f'<button type="button" class="wence-show">{both("ui.show_guideline")}</button></header>'
    )


def footer_html(guidelines: Sequence[Guideline]) -> str:
    """Where the text comes from, and that the published original counts."""
    sources = dict.fromkeys(g.meta.source for g in guidelines if g.meta.source)
    known = f"<span>{both('ui.footer_source')}{inert('；'.join(sources))}</span>" if len(sources) == 1 else ""
    return f'<footer class="wence-foot">{known}<span>{both("ui.footer")}</span></footer>'


def welcome_html() -> str:
    """What stands in the empty conversation."""
    return f'<div class="wence-welcome"><h2>{both("ui.welcome")}</h2><p>{both("ui.welcome_more")}</p></div>'


def pane_html(documents: Sequence[Guideline]) -> str:
    """The pane with the first document in it, a list to choose from where there are more, a live region."""
    text = (
        guideline_html(documents[0]) if documents else f'<p class="wence-none">{both("ui.nothing_shown")}</p>'
    )
    said = "".join(
        f' data-{name.replace("_", "-")}-{lang}="{inert(say(lang, f"ui.{name}"))}"'
        for name in _SPOKEN
        for lang in ("zh", "en")
    )
    return (
        f'<div class="wence-bar"><h2 class="wence-bar-name">{both("ui.guideline")}</h2>'
        f"{choice_html(documents)}"
        f'<button type="button" class="wence-back" hidden>{both("ui.back")}</button>'
        f'<button type="button" class="wence-close">{both("ui.close")}</button></div>'
        f'<div class="wence-scroll" tabindex="0" role="region">{text}</div>'
        f'<p class="wence-live" role="status" aria-live="polite"{said}></p>'
    )


def choice_html(documents: Sequence[Guideline]) -> str:
    """A list to choose a document from; nothing where there are fewer than two."""
    if len(documents) < 2:
        return ""
    options = "".join(
        f'<option value="{inert(document.slug)}">{inert(title_of(document))}</option>'
        for document in documents
    )
    name = f'<span class="wence-hidden">{both("ui.choose")}</span>'
    return f'<label class="wence-choice">{name}<select>{options}</select></label>'
