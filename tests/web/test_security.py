"""What browsers are told, which doors are closed, and that the page keeps to it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from bot.settings import Settings
from bot.web.security import hosts_of, policy, script_hashes
from tests.web.conftest import HERE, ROOT, free_port, start_command, stop
from tests.web.visitor import CITATIONS, ask

if TYPE_CHECKING:
    from tests.web.conftest import Served

    Visit = Callable[..., Page]

PORTAL = "https://www.example.gov.cn"
WATCH = """() => {
    window.broken = [];
    const note = (event) => window.broken.push(event.effectiveDirective);
    document.addEventListener("securitypolicyviolation", note);
}"""
CLOSED = (
    "/gradio_api/upload",
    "/gradio_api/upload_progress?upload_id=x",
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file/etc/passwd",
    "/gradio_api/file=https://evil.example/x",
    "/gradio_api/proxy=https://evil.example/x",
    "/gradio_api/stream/a/b/1/playlist.m3u8",
    "/gradio_api/deep_link",
    "/gradio_api/runs",
    "/gradio_api/run-history/records",
    "/gradio_api/mcp/sse",
    "/gradio_api/vibe-code/",
    "/gradio_api/profiling/traces",
    "/gradio_api/openapi.json",
    "/monitoring",
    "/monitoring/summary",
    "/login",
    "/logout",
    "/docs",
    "/openapi.json",
    "/.env",
    "/assets/../../../../etc/passwd",
    "/static/..%2f..%2f..%2fetc%2fpasswd",
)


@pytest.fixture(scope="module")
def portal() -> Iterator[Served]:
    """A server that a portal may embed and whose scripts may ask it; it serves two names."""
    port = free_port()
    served = start_command(
        str(HERE / "odd_chat.py"),
        str(port),
        port=port,
        PYTHONPATH=str(ROOT),
        WENCE_EMBED_ORIGINS=PORTAL,
        WENCE_API_ORIGINS=PORTAL,
        WENCE_ALLOWED_HOSTS="127.0.0.1,wence.example.gov.cn",
        WENCE_METRICS_FROM="203.0.113.0/24",
    )
    yield served
    stop(served)


@pytest.mark.parametrize("path", ["/", "/api/measures", "/api/nothing", "/healthz", "/theme.css", "/login"])
def test_every_response_has_the_headers(chat: Served, path: str) -> None:
    headers = httpx.get(chat.url + path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert re.fullmatch("[0-9a-f]{16}", headers["x-request-id"])
    assert "server" not in headers
    rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert rules["default-src"] == rules["connect-src"] == rules["frame-ancestors"] == "'self'"
    assert rules["object-src"] == rules["script-src-attr"] == "'none'"
    assert "unsafe-inline" not in rules["script-src"] and "http" not in rules["script-src"]


def test_the_scripts_of_the_page_are_allowed_by_their_hashes(chat: Served) -> None:
    response = httpx.get(chat.url, headers={"Accept-Encoding": "gzip, br"})
    assert response.headers["content-encoding"] == "gzip"
    scripts = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", response.text, re.DOTALL)
    assert len(scripts) > 2
    for script in scripts:
        own = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{own}'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("path", CLOSED)
def test_doors_that_nobody_needs_are_closed(chat: Served, path: str) -> None:
    for method in ("GET", "POST"):
        response = httpx.request(method, chat.url + path)
        assert response.status_code in (404, 405), (method, response.status_code)
        assert "root:" not in response.text and "Traceback" not in response.text


def test_nothing_can_be_uploaded(chat: Served) -> None:
    response = httpx.post(f"{chat.url}/gradio_api/upload", files={"files": ("x.txt", b"x" * 100)})
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:80", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("", 400),
        ("a b", 400),
    ],
)
def test_a_foreign_name_is_not_served(chat: Served, host: str, status: int) -> None:
    """A page whose name was made to point here (DNS rebinding) gets nothing."""
    assert httpx.get(f"{chat.url}/healthz", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("settings", "hosts"),
    [
        ({}, ("localhost", "127.0.0.1", "[::1]")),
        ({"host": "0.0.0.0"}, ("*",)),
        ({"host": "0.0.0.0", "allowed_hosts": ("a.cn",)}, ("a.cn",)),
    ],
)
def test_hosts(settings: dict[str, object], hosts: tuple[str, ...]) -> None:
    assert tuple(hosts_of(Settings(**settings))) == hosts


def test_a_portal_may_embed_it_and_nobody_else(portal: Served) -> None:
    headers = httpx.get(portal.url).headers
    assert f"frame-ancestors 'self' {PORTAL}" in headers["content-security-policy"]
    assert "x-frame-options" not in headers


@pytest.mark.parametrize(
    ("origin", "allowed"), [(PORTAL, True), ("https://evil.example", False), ("null", False)]
)
def test_strangers_scripts_cannot_read_answers(portal: Served, origin: str, allowed: bool) -> None:
    sent = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    asked = httpx.options(f"{portal.url}/api/ask", headers=sent)
    assert (asked.status_code == 200) is allowed
    for path in ("/api/measures", "/", "/gradio_api/info"):
        response = httpx.get(portal.url + path, headers={"Origin": origin})
        assert response.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("path", ["/gradio_api/mcp/", "/gradio_api/queue/join", "/gradio_api/call/ask"])
def test_strangers_scripts_cannot_call_tools(portal: Served, path: str) -> None:
    answer = httpx.post(portal.url + path, json={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert httpx.post(portal.url + path, json={}, headers={"Origin": portal.url}).status_code != 403


def test_figures_are_for_some_addresses_alone(portal: Served, chat: Served) -> None:
    assert httpx.get(f"{portal.url}/metrics").status_code == 404
    assert httpx.get(f"{chat.url}/metrics").status_code == 200


@pytest.mark.parametrize(
    ("page", "scripts"),
    [
        (b"<script>a</script><script type=module>b</script>", [b"a", b"b"]),
        (b"<script src=x></script><script async src='y'></script>", []),
        (b"<SCRIPT>a\r\nb</SCRIPT>", [b"a\nb"]),
        (b"<script>a</script><script>a</script>", [b"a"]),
        (b"none", []),
    ],
)
def test_script_hashes(page: bytes, scripts: list[bytes]) -> None:
    digests = [base64.b64encode(hashlib.sha256(each).digest()).decode() for each in scripts]
    assert script_hashes(page) == [f"sha256-{digest}" for digest in digests]


def test_a_policy_is_one_line() -> None:
    assert "\n" not in policy("'self'", ["sha256-x"]) and "'sha256-x'" in policy("'self'", ["sha256-x"])


@pytest.mark.browser
def test_normal_use_violates_nothing(chat: Served, visit: Visit) -> None:
    """`visit` fails on anything in the console and on any request to another host."""
    page = visit(chat)
    page.evaluate(WATCH)
    ask(page, "荣昌区能享受哪些支持?")
    page.locator(CITATIONS).first.click()
    expect(page.locator("mark.wence-mark").first).to_be_visible()
    for tab in page.locator("[role=tab]").all():
        tab.click()
        page.wait_for_timeout(500)
    assert page.evaluate("window.broken") == []


@pytest.mark.browser
def test_a_script_that_gets_into_the_page_does_not_run(chat: Served, browser: Browser) -> None:
    """Were all escaping to fail, the policy would still stop it."""
    page = browser.new_page()
    page.goto(chat.url)
    page.locator("#wence-box textarea").wait_for()
    page.evaluate(WATCH)
    page.evaluate(
        """() => {
            document.body.insertAdjacentHTML("beforeend", "<img src='data:,' onerror='window.hacked=1'>");
            const script = document.createElement("script");
            script.textContent = "window.hacked = 2";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<img src='https://evil.example/x.png'>");
            fetch("https://evil.example/").catch(() => {});
        }"""
    )
    page.wait_for_function("window.broken.length >= 4")
    assert set(page.evaluate("window.broken")) == {
        "script-src-attr",
        "script-src-elem",
        "img-src",
        "connect-src",
    }
    assert page.evaluate("window.hacked") is None
    page.close()
