"""The views beside the conversation as HTML: their tabs, the table of applicability, the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.markup import both, inert
from bot.matrix_html import legend_html, proofs_html, size_html, table_html
from bot.phrases import say
from bot.web.borders import Shape
from bot.web.frame import choice_html
from bot.web.map import map_html
from bot.web.profile import profile_html
from corpus.applicability import Applicability
from corpus.measure import Guideline
from corpus.reach import ROUTES

VIEWS = ("chat", "matrix", "map")


def bar_html(applies: Mapping[str, Applicability], views: Sequence[str]) -> str:
    """The bar above the conversation: tabs of the views if there are several, and who asks."""
    tabs = "".join(_tab(view, view == views[0]) for view in views) if len(views) > 1 else ""
    named = {say(lang, f"route.{route}"): route for route in ROUTES for lang in ("zh", "en")}
    tags = inert("|".join(f"{name}={route}" for name, route in named.items()))
    name = inert(f"{say('zh', 'ui.views')} / {say('en', 'ui.views')}")
    tab_list = f'<div class="wence-tabs" role="tablist" aria-label="{name}">{tabs}</div>' if tabs else ""
    unknown = f'<p class="wence-unknown" role="status" hidden>{both("ui.unknown_district")}</p>'
    return (
        f'<div class="wence-top" data-tags="{tags}">{tab_list}{profile_html(applies.values())}{unknown}</div>'
    )


def _tab(view: str, chosen: bool) -> str:
    return (
        f'<button type="button" role="tab" id="wence-tab-{view}" aria-controls="wence-view-{view}" '
        f'aria-selected="{str(chosen).lower()}" tabindex="{0 if chosen else -1}" data-view="{view}">'
        f"{both(f'ui.tab_{view}')}</button>"
    )


def view_html(documents: Sequence[Guideline]) -> str:
    """An empty view with a choice of the document where there are several; the script asks for the rest."""
    slugs = inert(documents[0].slug) if documents else ""
    return f'{choice_html(documents)}<div class="wence-view" data-slug="{slugs}"></div>'


def matrix_view(applies: Applicability) -> str:
    """The table of one guideline, with legend and proofs."""
    table = applies.table
    name = inert(say("zh", "ui.matrix"))
    return (
        f'<h2 class="wence-hidden">{both("ui.matrix")}</h2>'
        f'<div class="wence-about"><p>{size_html(table)} {both("ui.matrix_hint")}</p>{legend_html()}</div>'
        f'<div class="wence-cells" role="region" aria-label="{name}">{table_html(table)}</div>'
        f'<h3 class="wence-hidden">{both("ui.proofs")}</h3>{proofs_html(table)}'
    )


def map_view(applies: Applicability, shapes: Mapping[str, Sequence[Shape]]) -> str:
    """The map of a guideline's region; empty if nothing is known of its borders."""
    region = applies.gazetteer.region
    return map_html(applies, shapes[region]) if region in shapes else ""
