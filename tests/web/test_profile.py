"""Who asks: what the page sends is checked, what it offers comes from the gazetteers."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.web.exports import KeptAnswers
from bot.web.profile import Profile, checked_profile, known_places, profile_html, read_profile
from corpus.applicability import Applicability, applicability
from corpus.gazetteer import find_gazetteers, packaged_gazetteers
from corpus.load import load_corpus, packaged_corpus

DATA = Path(__file__).resolve().parents[1] / "data" / "corpus"
KNOWN = ("东区", "西县")


@pytest.mark.parametrize(
    ("sent", "profile"),
    [
        ('{"district": "东区", "role": "enterprise"}', Profile("东区", "enterprise")),
        ('{"district": null, "role": "district"}', Profile(None, "district")),
        ('{"district": "西县"}', Profile("西县")),
        ('{"district": "南区", "role": "king"}', Profile()),
        ('{"district": ["东区"], "role": {"a": 1}}', Profile()),
        ('{"district": "东区<script>", "role": 7}', Profile()),
        ("[]", Profile()),
        ("null", Profile()),
        ("", Profile()),
        ("{", Profile()),
        ("[" * 100_000, Profile()),
        (None, Profile()),
        (7, Profile()),
        ({"district": "东区"}, Profile()),
    ],
)
def test_what_the_page_sends_is_checked(sent: object, profile: Profile) -> None:
    assert read_profile(sent, KNOWN) == profile


def test_a_client_s_words_are_checked() -> None:
    assert checked_profile("东区", "research", KNOWN) == Profile("东区", "research")
    assert checked_profile("东", "Research", KNOWN) == Profile()


class Options(HTMLParser):
    """Groups, options with their names, and choices."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.groups: list[str] = []
        self.names: dict[str, list[str]] = {}
        self.choices: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "optgroup":
            self.groups.append(found["label"])
        elif tag == "option" and found.get("data-names"):
            self.names[found["value"]] = found["data-names"].split("|")
        elif tag == "select":
            self.choices.append(found["data-choice"])


def applies_of(folder: Path) -> dict[str, Applicability]:
    return applicability(load_corpus(folder), find_gazetteers(folder))


def test_every_district_of_every_region_can_be_chosen() -> None:
    applies = applies_of(DATA) | applicability(load_corpus(packaged_corpus()), packaged_gazetteers())
    options = Options(profile_html(applies.values()))
    assert set(options.names) == set(known_places(applies.values()))
    for each in applies.values():
        assert set(each.gazetteer.names) <= set(options.names)
        assert {each.gazetteer.group_of(name) for name in each.gazetteer.names} <= {*options.groups, ""}
    assert options.choices == ["district", "role"]


def test_former_names_lead_to_the_district_of_today() -> None:
    """Of the fictional city: its former district went to a successor, and people still look for it."""
    applies = applies_of(DATA)
    html = profile_html(applies.values())
    options = Options(html)
    for each in applies.values():
        for former in each.gazetteer.former_district:
            assert former.name in options.names[former.heirs[0]]
            assert f"{former.heirs[0]}（含原{former.name}" in html


def test_without_a_gazetteer_only_the_role_is_asked() -> None:
    assert Options(profile_html([])).choices == ["role"]


def test_kept_answers_give_way_when_there_are_too_many() -> None:
    kept = KeptAnswers(3)
    names = [kept.keep(Answer(str(n), "topic", "")) for n in range(5)]
    assert len(set(names)) == 5 and all(len(name) >= 20 for name in names)
    assert [kept.get(name) is None for name in names] == [True, True, False, False, False]
    last = kept.get(names[-1])
    assert last and last.question == "4"
    assert kept.get("") is None
