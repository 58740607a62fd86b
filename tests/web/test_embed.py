"""The chat on another site's page, in Chromium: who may show it, what it says, what it remembers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from bot.phrases import say
from bot.web.embed import embed_script
from tests.web.conftest import ROOT

if TYPE_CHECKING:
    from tests.web.conftest import Embedded

    Open = Callable[..., Page]

pytestmark = pytest.mark.browser

DISTRICT, FIRST = "荣昌", "第七条写了什么?"
ACTIVE = "document.querySelector('[data-wence-embed]').shadowRoot.activeElement?.className"
OWN_NAMES = "Object.getOwnPropertyNames(window).sort()"
# A stranger's frame is refused; what Gradio was fetching when its page was left is broken off.
EXPECTED = re.compile("frame-ancestors|AbortError|errored out")
SPEAK = "type => window.postMessage({wence: 1, type}, '*')"


@pytest.fixture
def on_portal(browser: Browser, embedded: Embedded) -> Iterator[Open]:
    """Opens a page of the portal; nothing may go elsewhere than to it and to the chat, nor to the console."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []
    own = (embedded.portal.origin, embedded.portal.stranger, embedded.served.url, "data:", "blob:", "chrome")

    def open_page(path: str = "/", *, origin: str = "", init: str = "", phone: bool = False) -> Page:
        size = {"width": 390, "height": 800} if phone else {"width": 1280, "height": 800}
        context = browser.new_context(viewport=size, locale="fr-FR", reduced_motion="reduce")  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        if init:
            page.add_init_script(init)
        page.on("request", lambda request: request.url.startswith(own) or wrong.append(request.url))
        page.on("console", lambda said: said.type in ("error", "warning") and wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto((origin or embedded.portal.origin) + path)
        return page

    yield open_page
    for context in contexts:
        assert not context.cookies()
        context.close()
    assert [each for each in wrong if not EXPECTED.search(each)] == []


def put(embedded: Embedded, path: str, attributes: str = "async", *, strict: bool = True) -> None:
    """A page of the portal with the script; its own policy allows the script and the frame alone."""
    url = embedded.served.url
    policy = f"default-src 'none'; script-src {url}; frame-src {url}; require-trusted-types-for 'script'"
    script = f'<script src="{url}/embed.js" {attributes}></script>'
    embedded.portal.put(path, head=script, policy=policy if strict else "")


def chat_in(page: Page) -> FrameLocator:
    return page.frame_locator("[data-wence-embed] iframe")


def opened(page: Page) -> FrameLocator:
    """The chat, once the frame has reported to the page."""
    page.locator(".open").click()
    page.locator(".state").wait_for(state="detached", timeout=30_000)
    return chat_in(page)


def test_an_allowed_page(embedded: Embedded, on_portal: Open) -> None:
    """The district is known by any of its names; the first question is asked; no name is left behind."""
    embedded.portal.put("/plain")
    put(
        embedded,
        "/first",
        f'data-district="{DISTRICT}" data-question="{FIRST}" data-lang="zh-CN" data-role="district" async',
    )
    names = on_portal("/plain").evaluate(OWN_NAMES)
    page = on_portal("/first")
    expect(page.locator(".open")).to_have_text(say("zh", "ui.embed_open"))
    assert page.locator("iframe").count() == 0
    chat = opened(page)
    expect(chat.locator("[data-choice=district]")).to_have_value("荣昌区")
    expect(chat.locator("[data-choice=role]")).to_have_value("district")
    expect(chat.locator("#wence-chat .user-row")).to_have_text(FIRST, timeout=20_000)
    expect(chat.locator("#wence-chat .bot-row")).to_contain_text("打造特色科技平台", timeout=20_000)
    expect(chat.locator(".wence-unknown")).to_be_hidden()
    chat.locator("#wence-chat a[href^='#cite-']").first.click()
    expect(chat.locator("mark.wence-mark").first).to_be_visible()
    assert page.evaluate(OWN_NAMES) == names
    # One question in a visit: on the next page it stands in the box.
    page.reload()
    expect(chat_in(page).locator("#wence-box textarea")).to_have_value(FIRST, timeout=20_000)
    expect(chat_in(page).locator("#wence-chat .user-row")).to_have_count(0)


def test_a_stranger_is_shown_a_way_out(embedded: Embedded, on_portal: Open) -> None:
    put(embedded, "/stranger", f'data-district="{DISTRICT}" data-lang="zh-CN" async')
    page = on_portal("/stranger", origin=embedded.portal.stranger, init="")
    page.clock.install()
    page.reload()
    page.locator(".open").click()
    page.wait_for_timeout(1500)
    page.clock.fast_forward(11_000)
    expect(page.locator(".state")).to_contain_text(say("zh", "ui.embed_failed"))
    link = page.locator(".state a")
    assert re.fullmatch(
        re.escape(embedded.served.url) + r"/chat\?.*district=.+", link.get_attribute("href") or ""
    )
    assert all(not frame.url.startswith(embedded.served.url) for frame in page.frames)
    with page.context.expect_page() as elsewhere:
        link.click()
    expect(elsewhere.value.locator("[data-choice=district]")).to_have_value("荣昌区", timeout=20_000)
    assert elsewhere.value.evaluate("window.opener") is None


def test_forged_messages_change_nothing(embedded: Embedded, on_portal: Open) -> None:
    """From the page itself, from a frame beside, and within the chat's frame from another than its parent."""
    put(embedded, "/forged", strict=False)
    page = on_portal("/forged")
    opened(page)
    page.locator("#first").click()
    page.evaluate(SPEAK, "close")
    page.evaluate(
        """() => {
            const frame = document.body.appendChild(document.createElement("iframe"));
            frame.contentWindow.eval("parent.postMessage({wence: 1, type: 'close'}, '*')");
        }"""
    )
    inside = next(frame for frame in page.frames if frame.url.startswith(embedded.served.url))
    inside.evaluate(SPEAK, "open")
    page.wait_for_timeout(300)
    expect(page.locator("dialog")).to_be_visible()
    expect(page.locator("#first")).to_be_focused()


def test_the_frame_speaks_to_listed_origins_alone(embedded: Embedded, on_portal: Open) -> None:
    """Whatever the address says: to one that is not listed it says nothing."""
    embedded.portal.put("/listening")
    page = on_portal(
        "/listening", init="window.heard = []; onmessage = (e) => e.data.wence && heard.push(e.data)"
    )
    for host in ("https://evil.example", "*", "", embedded.portal.origin):
        page.evaluate(
            "url => document.body.appendChild(document.createElement('iframe')).src = url",
            f"{embedded.served.url}/chat?embed=1&host={host}",
        )
    page.wait_for_function("heard.length > 0", timeout=30_000)
    page.wait_for_timeout(1000)
    assert page.evaluate("heard") == [{"wence": 1, "type": "ready"}]


def test_by_keyboard(embedded: Embedded, on_portal: Open) -> None:
    put(embedded, "/keys", 'data-lang="en" defer')
    page = on_portal("/keys")
    page.locator("#first").press("Tab")
    button = page.get_by_role("button", name=say("en", "ui.embed_open"))
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name=say("en", "ui.embed_title"))).to_be_visible()
    page.locator(".state").wait_for(state="detached", timeout=30_000)
    box = chat_in(page).locator("#wence-box textarea")
    expect(box).to_be_focused()
    page.keyboard.type("What does measure 7 say?")
    page.keyboard.press("Enter")
    expect(chat_in(page).locator(".wence-live")).to_contain_text(say("en", "ui.answered"), timeout=20_000)
    # Inside, Esc leads back from a quote first; then it closes.
    chat_in(page).locator("#wence-chat a[href^='#cite-']").first.press("Enter")
    expect(chat_in(page).locator(".wence-close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    assert chat_in(page).locator("#wence-chat .user-row").count() == 1
    page.locator(".tool").last.focus()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_open_or_closed_is_remembered_and_takes_no_focus(embedded: Embedded, on_portal: Open) -> None:
    put(embedded, "/kept")
    page = on_portal("/kept")
    opened(page)
    page.reload()
    expect(page.locator("dialog")).to_be_visible()
    page.locator("#first").focus()
    page.locator(".state").wait_for(state="detached", timeout=30_000)
    page.wait_for_timeout(300)
    expect(page.locator("#first")).to_be_focused()
    page.locator(".open").click()
    page.reload()
    expect(page.locator(".open")).to_be_visible()
    expect(page.locator("dialog")).to_be_hidden()


def test_a_page_that_may_store_nothing(embedded: Embedded, on_portal: Open) -> None:
    put(embedded, "/bare")
    page = on_portal(
        "/bare", init="Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})"
    )
    page.locator(".open").click()
    expect(page.locator("dialog")).to_be_visible()


@pytest.mark.parametrize(
    ("attributes", "often"),
    [("", 1), ("defer", 2), ("async", 2), ('type="module" crossorigin="anonymous"', 1)],
)
def test_included_in_any_way_it_is_there_once(
    embedded: Embedded, on_portal: Open, attributes: str, often: int
) -> None:
    url = embedded.served.url
    embedded.portal.put("/often", head=f'<script src="{url}/embed.js" {attributes}></script>' * often)
    page = on_portal("/often")
    page.locator(".open").wait_for()
    page.wait_for_load_state("load")
    assert page.locator("[data-wence-embed]").count() == page.locator(".open").count() == 1


def test_on_a_phone_it_fills_the_screen(embedded: Embedded, on_portal: Open) -> None:
    put(embedded, "/phone")
    page = on_portal("/phone", phone=True)
    opened(page)
    assert page.locator("dialog").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 800}
    page.evaluate("document.querySelector('#first').focus()")
    assert page.evaluate("document.activeElement.id") != "first"
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    page.reload()
    expect(page.locator(".open")).to_be_visible()
    expect(page.locator("dialog")).to_be_hidden()


def test_an_unknown_district_is_said_and_passed_over(embedded: Embedded, on_portal: Open) -> None:
    put(embedded, "/unknown", 'data-district="Atlantis" data-lang="en" async')
    chat = opened(on_portal("/unknown"))
    expect(chat.locator(".wence-unknown")).to_contain_text(say("en", "ui.unknown_district"))
    expect(chat.locator("[data-choice=district]")).to_have_value("")


def test_two_visitors(embedded: Embedded, on_portal: Open) -> None:
    for number in "七八":
        put(embedded, f"/{ord(number)}", f'data-question="第{number}条写了什么?" async')
    pages = [on_portal(f"/{ord(number)}") for number in "七八"]
    for page in pages:
        page.locator(".open").click()
    for name, page in zip(("打造特色科技平台", "建设基础研究平台"), pages, strict=True):
        expect(chat_in(page).locator("#wence-chat .bot-row")).to_contain_text(name, timeout=20_000)
        expect(chat_in(page).locator("#wence-chat .user-row")).to_have_count(1)


def test_the_demonstration_page(embedded: Embedded, on_portal: Open) -> None:
    """As it is in deploy/, but for the port of the chat; under its own strict policy."""
    page_of = (ROOT / "deploy" / "demo.html").read_text("utf-8")
    assert page_of.count("http://127.0.0.1:7860") == 3
    embedded.portal.pages["/demo.html"] = page_of.replace("http://127.0.0.1:7860", embedded.served.url)
    embedded.portal.pages["/demo.css"] = (ROOT / "deploy" / "demo.css").read_text("utf-8")
    page = on_portal("/demo.html")
    expect(opened(page).locator("[data-choice=district]")).to_have_value("荣昌区")
    borders = "e => getComputedStyle(e).borderTopStyle"
    assert page.locator("form button").evaluate(borders) == "dotted"
    assert page.locator("dialog").evaluate(borders) == page.locator(".open").evaluate(borders) == "solid"


def test_what_is_sent(embedded: Embedded) -> None:
    """The script is cached, for all sites alike; the chat at its own path is the chat."""
    url = embedded.served.url
    script = httpx.get(f"{url}/embed.js")
    assert script.text == embed_script() and "WENCE_" not in script.text
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    again = httpx.get(f"{url}/embed.js", headers={"If-None-Match": script.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    chat = httpx.get(f"{url}/chat?embed=1", headers={"Accept": "text/html"})
    assert chat.status_code == 200 and "sha256-" in chat.headers["content-security-policy"]
    assert embedded.portal.origin in chat.headers["content-security-policy"]
