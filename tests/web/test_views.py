"""Who asks, the table and the map, and files of answers: in Chromium, over a socket."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import docx
import pytest
from playwright.sync_api import Locator, Page, expect

from corpus.applicability import applicability
from corpus.gazetteer import packaged_gazetteers
from corpus.load import load_corpus, packaged_corpus
from corpus.table import Table
from tests.web.test_looks import CONTRAST
from tests.web.visitor import QUESTION, ask, assert_seen, finished, marked, quoted_by, width_overflow

if TYPE_CHECKING:
    from tests.web.conftest import Served

    Visit = Callable[..., Page]

pytestmark = pytest.mark.browser

DISTRICT = "#wence-who select[data-choice=district]"
ROLE = "#wence-who select[data-choice=role]"


@pytest.fixture(scope="module")
def table() -> Table:
    (applies,) = applicability(load_corpus(packaged_corpus()), packaged_gazetteers()).values()
    return applies.table


def open_view(page: Page, name: str) -> Locator:
    page.get_by_role("tab", name=name).click()
    view = page.get_by_role("tabpanel", name=name)
    view.locator(".wence-matrix, .wence-map").first.wait_for()
    return view


def cell(page: Page, district: str, number: int) -> Locator:
    """The cell of a district and the measure of that number."""
    row = page.locator(".wence-matrix tbody tr", has=page.get_by_role("rowheader", name=district, exact=True))
    return row.locator("td").nth(number - 1)


# Who asks.


def told(page: Page) -> str:
    """District and role as the assistant gets them; for `odd_chat`."""
    before = page.locator("#wence-chat .bot-row").count()
    ask(page, "我是谁")
    return page.locator("#wence-chat .bot-row").nth(before).inner_text().strip()


def test_choices_reach_the_assistant_and_stay_for_the_visit(odd_chat: Served, visit: Visit) -> None:
    page = visit(odd_chat)
    assert told(page) == "None/None"
    page.locator(DISTRICT).select_option("忠县")
    page.locator(ROLE).select_option("research")
    assert told(page) == "忠县/research"
    page.reload()
    page.locator(DISTRICT).wait_for()
    assert told(page) == "忠县/research"
    page.locator(DISTRICT).select_option("")
    assert told(page) == "None/research"
    assert told(visit(odd_chat)) == "None/None", "another visitor's choice is not this one's"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("?district=荣昌区&role=enterprise", "荣昌区/enterprise"),
        ("?district=荣昌", "荣昌区/None"),
        ("?district=rongchang&role=district", "荣昌区/district"),
        ("?district=渝北区", "两江新区/None"),
        ("?district=海淀区&role=king", "None/None"),
        ("?district=<script>alert(1)</script>&role[]=enterprise", "None/None"),
    ],
)
def test_the_address_presets_the_choices(odd_chat: Served, visit: Visit, address: str, expected: str) -> None:
    page = visit(odd_chat)
    page.goto(f"{odd_chat.url}/{quote(address, safe='?&=[]')}")
    page.locator(DISTRICT).wait_for()
    assert told(page) == expected


def test_the_address_asks_a_question_and_sets_the_language(odd_chat: Served, visit: Visit) -> None:
    page = visit(odd_chat)
    evil = "我是谁 <img src=x onerror=window.hacked=1>"
    page.goto(f"{odd_chat.url}/?district={quote('忠县')}&role=other&lang=en&q={quote(evil)}")
    expect(finished(page)).to_contain_text("忠县/other")
    assert page.locator("#wence-chat .user-row").inner_text().strip() == evil
    assert page.evaluate("window.hacked") is None
    expect(page.get_by_role("tab", name="Table")).to_be_visible()
    expect(page.locator("#wence-box textarea")).to_have_attribute("placeholder", "Ask a question")
    assert page.locator(f"{ROLE} option").all_text_contents()[1] == "an enterprise"


def test_every_district_can_be_chosen_by_group(odd_chat: Served, visit: Visit, table: Table) -> None:
    page = visit(odd_chat)
    values = page.locator(f"{DISTRICT} option").evaluate_all("all => all.map(o => o.value)")
    assert values == ["", *(row.name for row in table.rows)]
    groups = page.locator(f"{DISTRICT} optgroup").evaluate_all("all => all.map(g => g.label)")
    assert groups[:-1] == list(dict.fromkeys(row.group for row in table.rows if row.kind == "district"))
    for select, name in ((DISTRICT, "所在区县"), (ROLE, "我是")):
        expect(page.locator(select)).to_have_accessible_name(name)


def test_a_region_without_gazetteer_has_no_table(hostile_chat: Served, visit: Visit) -> None:
    """Of its documents some have a table, of a region without borders: there is no map."""
    page = visit(hostile_chat)
    assert page.get_by_role("tab").all_inner_texts() == ["问答", "适用表"]


# The table.


def test_table_is_whole_and_a_cell_leads_to_its_proof(chat: Served, visit: Visit, table: Table) -> None:
    page = visit(chat)
    open_view(page, "适用表")
    assert page.locator(".wence-matrix td a").count() == sum(len(row.cells) for row in table.rows)
    assert page.locator(".wence-matrix thead th").count() == len(table.measures) + 1
    row = next(row for row in table.rows if row.by("named"))
    named = row.by("named")[0]
    cell(page, row.name, named.measure.number).locator("a").click()
    proof = page.locator("article.wence-shown")
    assert_seen(page, proof.locator("h4"))
    expect(proof).to_be_focused()
    expect(proof).to_contain_text(row.name)
    for evidence in named.evidence:
        assert evidence.quote in proof.inner_text()
    link = proof.locator("a").first
    link.click()
    page.locator("mark.wence-mark").first.wait_for()
    assert marked(page) == quoted_by(link) == named.evidence[0].quote
    assert_seen(page, page.locator("mark.wence-mark").first)


def test_every_cell_shows_its_own_proof(chat: Served, visit: Visit, table: Table) -> None:
    page = visit(chat)
    open_view(page, "适用表")
    linked = page.locator(".wence-matrix td a").evaluate_all(
        """links => links.map(link => [...document.getElementById(link.getAttribute('href').slice(1))
            .querySelectorAll('q')].map(q => q.textContent))"""
    )
    cells = [each for row in table.rows for each in row.cells]
    strip = re.compile(r"\s")
    for quotes, each in zip(linked, cells, strict=True):
        assert [strip.sub("", q) for q in quotes] == [strip.sub("", e.quote) for e in each.evidence]


def test_table_by_keyboard_alone(chat: Served, visit: Visit, table: Table) -> None:
    page = visit(chat)
    tab = page.get_by_role("tab", name="问答")
    tab.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="适用表")).to_be_focused()
    first = page.locator(".wence-matrix td a").first
    first.wait_for()
    for _ in range(12):
        page.keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    expect(first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    second = table.rows[1].cells[1]
    expect(cell(page, table.rows[1].name, second.measure.number).locator("a")).to_be_focused()
    page.keyboard.press("Control+End")
    expect(page.locator(".wence-matrix td a").last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("article.wence-shown")).to_be_focused()
    page.keyboard.press("Tab")
    link = page.locator("article.wence-shown a").first
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("mark.wence-mark").first.wait_for()
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".wence-matrix td a").last).to_be_focused()
    assert page.locator("article.wence-shown").count() == 0


def test_head_and_first_column_stay(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    open_view(page, "适用表")
    page.locator(".wence-cells").evaluate("box => box.scrollTo(400, 500)")
    corner = page.locator(".wence-cells").bounding_box()
    head = page.locator(".wence-matrix thead th").nth(20).bounding_box()
    name = page.locator(".wence-matrix tbody th[scope=row]").nth(20).bounding_box()
    assert corner and head and name
    assert abs(head["y"] - corner["y"]) < 3 and abs(name["x"] - corner["x"]) < 3


def test_table_on_a_phone(chat: Served, visit: Visit) -> None:
    page = visit(chat, width=390, height=844)
    open_view(page, "适用表")
    assert width_overflow(page) <= 0
    page.locator(".wence-matrix td a").nth(4).click()
    link = page.locator("article.wence-shown a").first
    assert_seen(page, link)
    link.click()
    assert_seen(page, page.locator("mark.wence-mark").first)
    page.get_by_role("button", name="返回", exact=True).click()
    page.get_by_role("button", name="关闭").click()
    assert page.locator("article.wence-shown").count() == 0
    open_view(page, "地图")
    assert width_overflow(page) <= 0
    assert_seen(page, page.locator(".wence-map > svg"))


def test_another_document_has_its_own_table(hostile_chat: Served, visit: Visit) -> None:
    page = visit(hostile_chat)
    view = open_view(page, "适用表")
    choice = view.locator(".wence-choice select")
    if choice.count():
        for option in choice.locator("option").all():
            choice.select_option(option.get_attribute("value"))
            expect(view.locator(".wence-matrix thead th")).not_to_have_count(0)
    assert view.locator(".wence-matrix td a").count() > 10


# The map.


def test_map_asks_for_the_district(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    open_view(page, "地图")
    link = page.locator(".wence-map > svg > a[data-district=忠县]")
    link.focus()
    page.keyboard.press("Enter")
    expect(finished(page)).to_contain_text("忠县")
    expect(page.get_by_role("tab", name="问答")).to_have_attribute("aria-selected", "true")
    assert page.locator("#wence-chat .user-row").inner_text().strip() == "忠县能享受哪些支持？"
    expect(page.locator(DISTRICT)).to_have_value("")


def test_map_s_table_asks_too(chat: Served, visit: Visit, table: Table) -> None:
    page = visit(chat)
    view = open_view(page, "地图")
    view.get_by_text("以表格查看").click()
    rows = view.locator("tbody tr")
    assert rows.count() == sum(row.kind == "district" for row in table.rows)
    rows.nth(3).locator("a").click()
    expect(finished(page)).to_contain_text(table.rows[3].name)


# Answers to take along.


def saved(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.locator("#wence-export a", has_text=name).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_an_answer_can_be_saved_as_csv_and_word(chat: Served, visit: Visit, tmp_path: Path) -> None:
    page = visit(chat)
    assert page.locator("#wence-export a").count() == 0
    answer = ask(page, QUESTION)
    page.locator("#wence-export a").first.wait_for()
    sheet = saved(page, "CSV", tmp_path)
    assert sheet.name.startswith("问策回答-企业没有厂房可抵押") and sheet.suffix == ".csv"
    data = sheet.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    quoted = [row["内容"] for row in rows if row["类别"] == "引文"]
    shown = answer.inner_text()
    assert quoted and all(text in shown for text in quoted)
    document = docx.Document(str(saved(page, "Word", tmp_path)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert QUESTION in text and quoted[0] in text and "原文第" in text
    page.locator("#wence-clear").click()
    expect(page.locator("#wence-export a")).to_have_count(0)


def test_a_refusal_is_not_exported_and_unknown_names_are_not_found(chat: Served, visit: Visit) -> None:
    page = visit(chat)
    ask(page, "今天天气怎么样?")
    assert page.locator("#wence-export a").count() == 0
    for path in ("export/nobody.csv", "export/..%2F..%2Fetc.csv", "export/x.exe"):
        response = page.request.get(f"{chat.url}/{path}")
        assert response.status == 404
    assert "重新提问" in page.request.get(f"{chat.url}/export/nobody.csv").text()


# Tags, and whether all can be read.


def test_routes_in_answers_are_tags(chat: Served, visit: Visit, table: Table) -> None:
    page = visit(chat)
    name = next(row.name for row in table.rows if row.by("named"))
    ask(page, f"{name}能享受哪些支持?")
    tags = page.locator("#wence-chat .bot-row code[data-route]")
    assert tags.count() >= 5
    assert page.locator("#wence-chat .bot-row code:not([data-route])").count() == 0
    for tag in tags.all()[:5]:
        assert tag.evaluate(CONTRAST) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_all_can_be_read(chat: Served, visit: Visit, dark: bool) -> None:
    page = visit(chat, dark=dark)
    open_view(page, "适用表")
    page.locator(".wence-matrix td a").nth(4).click()
    for selector in (
        *(f".wence-legend [data-route={route}]" for route in ("named", "zone", "area", "all", "citywide")),
        *(f".wence-matrix td[data-route={route}] b:visible" for route in ("named", "zone", "area", "all")),
        ".wence-matrix td[data-route=conditional] b:visible",
        ".wence-matrix thead th",
        ".wence-matrix tbody th[scope=row]",
        ".wence-about p",
        ".wence-shown h4",
        ".wence-shown q",
        ".wence-shown a",
        ".wence-me label",
        DISTRICT,
        ".wence-tabs button[aria-selected=true]",
        ".wence-tabs button[aria-selected=false]",
    ):
        assert page.locator(selector).first.evaluate(CONTRAST) >= 4.5, selector
    open_view(page, "地图")
    for selector in (".wence-map h2", ".wence-map p", ".wence-shades li", ".wence-map summary"):
        assert page.locator(selector).first.evaluate(CONTRAST) >= 4.5, selector
