"""What protects a server on loopback from web pages, and how it says that something went wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest

from ragapp import errors
from ragapp.api.http.app import create_app
from ragapp.api.problems import error_of, problem_of
from ragapp.service import RagService
from ragapp.settings import Settings
from tests.serving import serving

SEARCH = {"query": "tide"}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1@evil", ""]
)
def test_a_request_addressed_to_another_name_is_refused(http: httpx.Client, host: str) -> None:
    response = http.get("/v1/collections", headers={"Host": host})
    assert response.status_code == 421
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost:1234", "LOCALHOST", "127.0.0.1", "[::1]:8000", "127.8.8.8"])
def test_a_request_addressed_to_this_machine_is_served(http: httpx.Client, host: str) -> None:
    assert http.get("/v1/collections", headers={"Host": host}).status_code == 200


def test_the_host_it_was_given_is_its_own(library: RagService, library_settings: Settings) -> None:
    app = create_app(library, library_settings, host="rag.intranet")
    with serving(app) as url:
        assert httpx.get(f"{url}/healthz", headers={"Host": "rag.intranet:80"}).status_code == 200
        assert httpx.get(f"{url}/healthz", headers={"Host": "other.intranet"}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_origin_changes_nothing(http: httpx.Client, headers: dict[str, str]) -> None:
    for method, path in [
        ("POST", "/v1/search"),
        ("POST", "/v1/collections"),
        ("DELETE", "/v1/collections/default"),
    ]:
        assert http.request(method, path, json=SEARCH, headers=headers).status_code == 403
    assert http.get("/v1/collections/default").status_code == 200


def test_a_page_of_the_same_origin_may_write(http: httpx.Client) -> None:
    own = str(http.base_url).rstrip("/")
    headers = {"Origin": own, "Sec-Fetch-Site": "same-origin"}
    assert http.post("/v1/search", json=SEARCH, headers=headers).status_code == 200


def test_no_other_origin_is_let_in_and_no_body_is_guessed_at(http: httpx.Client) -> None:
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for response in (http.get("/healthz", headers=preflight), http.options("/v1/search", headers=preflight)):
        assert not [name for name in response.headers if name.startswith("access-control")]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("request_line", "body", "status", "says"),
    [
        ("GET /v1/nothing", None, 404, "/v1/nothing"),
        ("GET /v1/collections/", None, 404, "openapi.json"),
        ("PUT /v1/search", None, 405, "Method Not Allowed"),
        ("POST /v1/search", "{", 422, "not valid JSON: the error is at character 1"),
        ("POST /v1/search", '{"query": "x", "k": 0}', 422, "k: "),
        ("POST /v1/search", '{"query": "x", "top_k": 3}', 422, "top_k: "),
        ("POST /v1/search", '{"query": "x", "mode": "best"}', 422, "mode: "),
        ("POST /v1/search", '{"query": "x", "collection": "nowhere"}', 404, "nowhere"),
        ("POST /v1/collections/default/documents", "{}", 422, "file"),
        ("GET /v1/collections/a%2Fb", None, 404, "a/b"),
    ],
)
def test_every_refusal_is_a_problem_document(
    http: httpx.Client, request_line: str, body: str | None, status: int, says: str
) -> None:
    method, path = request_line.split()
    response = http.request(method, path, content=body, headers={"Content-Type": "application/json"})
    problem = response.json()
    assert (response.status_code, problem["status"]) == (status, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"].startswith("urn:ragapp:problem:")
    assert problem["instance"] == response.headers["x-request-id"]
    assert says in problem["detail"]


def test_json_without_its_content_type_gets_a_remedy(http: httpx.Client) -> None:
    """What `curl -d` sends when nothing else is said."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    response = http.post("/v1/search", content='{"query": "tide"}', headers=form)
    assert response.status_code == 422
    assert "Content-Type: application/json" in response.json()["detail"]


def test_a_refusal_does_not_repeat_what_was_sent(http: httpx.Client) -> None:
    assert "secret" not in http.post("/v1/search", json={"query": 7, "filters": {"a": ["secret"]}}).text


def test_an_unforeseen_error_is_logged_under_an_id_and_not_shown(
    broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "ragapp"):
        response = httpx.get(f"{broken}/broken")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "hunter2" not in response.text
    (record,) = [record for record in caplog.records if record.name.startswith("ragapp")]
    assert response.json()["instance"] in record.getMessage()
    assert "hunter2" in caplog.text


@pytest.fixture
def broken(library: RagService, library_settings: Settings) -> Iterator[str]:
    """A server with a route that has a fault of its own."""
    app = create_app(library, library_settings)

    @app.get("/broken")
    def fail() -> None:
        raise RuntimeError("password hunter2")

    with serving(app) as url:
        yield url


def test_every_error_comes_back_as_itself() -> None:
    kinds = {errors.RagappError, *_below(errors.RagappError)}
    for kind in (kind for kind in kinds if kind.__module__ == errors.__name__):
        again = error_of(problem_of(kind("what to do"), "urn:x"))
        assert (type(again), str(again)) == (kind, "what to do")


def _below(kind: type[errors.RagappError]) -> Iterator[type[errors.RagappError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
