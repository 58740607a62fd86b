"""REST, over a real socket with the real index: answers, pages, streams, problems, the OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

if TYPE_CHECKING:
    from tests.web.conftest import Served

PATHS = (
    "/api/ask",
    "/api/measures",
    "/api/measures/{measure_id}",
    "/api/districts/{name}",
    "/api/search",
    "/api/matrix",
)
GUIDELINE = "cq-district-innovation"
CITATION = {"measure_id", "number", "label", "title", "quote", "start", "end", "line"}


@pytest.fixture(scope="module")
def api(chat: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=chat.url, timeout=60) as client:
        yield client


def ask(api: httpx.Client, question: str, **more: object) -> dict[str, object]:
    response = api.post("/api/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    found: dict[str, object] = response.json()
    return found


def assert_problem(response: httpx.Response, status: int, kind: str) -> dict[str, object]:
    """RFC 9457, in two languages, and nothing of the inside."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    form: dict[str, object] = response.json()
    assert form["type"] == f"urn:wence:problem:{kind}" and form["status"] == status
    assert re.search("[一-鿿]", str(form["detail"])) and str(form["detail_en"]).isascii()
    assert "Traceback" not in response.text and ".py" not in response.text
    return form


def test_an_answer_is_that_of_the_command_line(api: httpx.Client) -> None:
    answer = ask(api, "荣昌区能享受哪些支持?", id="q1")
    assert answer["id"] == "q1" and answer["question"] == "荣昌区能享受哪些支持?"
    assert answer["route"] == "district" and answer["completeness"] == "complete"
    assert answer["districts"] == ["荣昌区"] and answer["refusal"] is None
    assert len(answer["applicability"]) > 10 and set(answer["citations"][0]) >= CITATION
    assert answer["checked"] == 26


def test_history_district_and_role_count(api: httpx.Client) -> None:
    assert ask(api, "我们能享受哪些支持?", district="忠县", role="enterprise")["districts"] == ["忠县"]
    followed = ask(api, "第八条呢?", history=[["第七条写了什么?", "……"]])
    assert "建设基础研究平台" in followed["text"]


@pytest.mark.parametrize("question", ["", "  ", "很" * 10_000, "\x00\x07", "今天天气怎么样?"])
def test_a_question_that_cannot_be_answered_is_refused_not_failed(api: httpx.Client, question: str) -> None:
    answer = ask(api, question)
    assert answer["text"] and not answer["citations"]


def test_half_a_surrogate_pair_comes_back_as_it_was(api: httpx.Client) -> None:
    response = api.post(
        "/api/ask", content=b'{"question": "\\ud800"}', headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 200 and '"question": "\\ud800"' in response.text


def test_events(api: httpx.Client) -> None:
    """The parts of the text, joined, are the text of the answer."""
    headers = {"Accept": "text/event-stream"}
    with api.stream("POST", "/api/ask", json={"question": "第七条写了什么?"}, headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = [
            (
                re.search("^event: (.+)$", block, re.M)[1],
                json.loads(re.search("^data: (.+)$", block, re.M)[1]),
            )
            for block in response.read().decode().strip().split("\n\n")
        ]
    names = [name for name, _ in events]
    assert names[0] == "meta" and names[-2:] == ["answer", "done"] and set(names[1:-2]) == {"text"}
    assert len(names) > 4
    answer = events[-2][1]
    assert "".join(data["text"] for name, data in events if name == "text") == answer["text"]
    assert events[0][1]["route"] == answer["route"] == "clause"


def test_measures_page_by_page(api: httpx.Client) -> None:
    first = api.get("/api/measures", params={"limit": 20}).json()
    second = api.get("/api/measures", params={"limit": 20, "offset": 20}).json()
    assert first["total"] == second["total"] == 26
    numbers = [measure["number"] for measure in first["measures"] + second["measures"]]
    assert numbers == list(range(1, 27))
    assert api.get("/api/measures", params={"document": GUIDELINE, "limit": 1}).json()["total"] == 26
    assert_problem(api.get("/api/measures", params={"document": "none"}), 404, "not_found")


def test_a_measure_by_its_id(api: httpx.Client) -> None:
    measure = api.get(f"/api/measures/{quote(f'{GUIDELINE}#18', safe='')}").json()
    assert measure["label"] == "(十八)" and "知识价值信用贷款" in measure["text"]
    assert measure["document"].endswith("指导意见")
    assert_problem(api.get("/api/measures/none%231"), 404, "not_found")
    assert_problem(api.get(f"/api/measures/{GUIDELINE}"), 404, "not_found")


@pytest.mark.parametrize("name", ["荣昌区", "荣昌", "Rongchang"])
def test_a_district_by_any_name(api: httpx.Client, name: str) -> None:
    district = api.get(f"/api/districts/{name}").json()
    assert (district["name"], district["kind"]) == ("荣昌区", "district")
    [document] = district["documents"]
    asked = ask(api, "荣昌区能享受哪些支持?")
    reaching = {each["measure_id"]: each["routes"] for each in document["applicability"]}
    assert reaching == {each["measure_id"]: each["routes"] for each in asked["applicability"]}


def test_no_such_district(api: httpx.Client) -> None:
    assert_problem(api.get("/api/districts/成都"), 404, "not_found")
    assert_problem(api.get("/api/districts/" + "区" * 65), 422, "malformed")


def test_search(api: httpx.Client) -> None:
    hits = api.get("/api/search", params={"q": "知识价值信用贷款", "k": 3}).json()["hits"]
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    assert hits[0]["id"] == f"{GUIDELINE}#18" and hits[0]["label"] == "(十八)"


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [
        ("csv", "text/csv", "\ufeffdistrict,group"),
        ("json", "application/json", "{"),
        ("html", "text/html", "<!"),
    ],
)
def test_matrix(api: httpx.Client, form: str, kind: str, begins: str) -> None:
    response = api.get("/api/matrix", params={"format": form})
    assert response.headers["content-type"].startswith(kind)
    assert response.content.decode("utf-8").lower().startswith(begins) and "荣昌区" in response.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"", 422),
        (b"[]", 422),
        (b"null", 422),
        (b'{"question": 5}', 422),
        (b'{"question": "x", "role": "king"}', 422),
        (b'{"question": "x", "history": [["only one"]]}', 422),
        (b'{"question": "x", "other": 1}', 422),
        (b"\xff\xfe", 422),
        (b"[" * 100_000, 400),
        (b'{"question": "x", "history": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
    ],
)
def test_malformed_json_is_a_problem(api: httpx.Client, body: bytes, status: int) -> None:
    response = api.post("/api/ask", content=body, headers={"Content-Type": "application/json"})
    assert_problem(response, status, "malformed")


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/api/ask", 405, "not_allowed"),
        ("DELETE", "/api/measures", 405, "not_allowed"),
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api/measures?limit=101", 422, "malformed"),
        ("GET", "/api/measures?offset=-1", 422, "malformed"),
        ("GET", "/api/search", 422, "malformed"),
        ("GET", "/api/matrix?format=exe", 422, "malformed"),
    ],
)
def test_wrong_requests_are_problems(
    api: httpx.Client, method: str, path: str, status: int, kind: str
) -> None:
    assert_problem(api.request(method, path), status, kind)


def test_a_fault_is_a_problem_without_its_cause(odd_chat: Served) -> None:
    response = httpx.post(f"{odd_chat.url}/api/ask", json={"question": "出错"})
    assert_problem(response, 500, "fault")
    assert "on purpose" not in response.text
    assert any("on purpose" in line for line in odd_chat.said)


def test_the_document_has_examples_and_every_operation(api: httpx.Client) -> None:
    document = api.get("/api/openapi.json").json()
    assert set(document["paths"]) == set(PATHS)
    assert document["components"]["schemas"]["AskForm"]["examples"]
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["summary"] and operation["description"]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("path", PATHS)
def test_the_server_does_what_its_document_says(chat: Served, path: str, mode: GenerationMode) -> None:
    """schemathesis: requests made from the document, right and wrong ones; responses compared with it."""
    schema = schemathesis.openapi.from_url(f"{chat.url}/api/openapi.json")
    method = "POST" if path == "/api/ask" else "GET"
    strategy = schema[path][method].as_strategy(generation_mode=mode)

    @settings(
        max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
    )
    @given(case=strategy)
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate()

    check()
