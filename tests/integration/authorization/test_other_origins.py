"""Accepted host names and origins."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from ragapp.api.http.app import create_app
from ragapp.service import RagService
from ragapp.settings import Settings
from tests.integration.authorization.world import World

WIKI = "https://wiki.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type",
}


def open_to(service: RagService, settings: Settings, **changed: tuple[str, ...]) -> TestClient:
    app = create_app(service, settings.model_copy(update=changed), host="0.0.0.0")
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("rag.example", 200),
        ("RAG.example:443", 200),
        ("192.0.2.7:8000", 200),
        ("[2001:db8::1]:8000", 200),
        ("localhost", 200),
        ("evil.example", 421),
        ("rag.example.evil.example", 421),
        ("192.0.2.7.evil.example", 421),
    ],
)
def test_an_open_server_accepts_its_names_and_ip_addresses(
    service: RagService, settings: Settings, host: str, status: int
) -> None:
    http = open_to(service, settings, allowed_hosts=("rag.example",))
    assert http.get("/healthz", headers={"Host": host}).status_code == status


def test_unknown_host_names_are_refused_with_a_remedy(service: RagService, settings: Settings) -> None:
    response = open_to(service, settings).get("/healthz", headers={"Host": "rag.example"})
    assert "RAGAPP_ALLOWED_HOSTS" in response.json()["detail"]


def test_only_pages_of_allowed_origins_are_admitted(
    world: World, settings: Settings, service: RagService
) -> None:
    http = open_to(service, settings, cors_origins=(WIKI,))
    body, key = {"query": "x", "collection": "ours"}, world.key("reader")
    asked = http.options("/v1/search", headers={"Origin": WIKI, **PREFLIGHT})
    assert asked.headers["access-control-allow-origin"] == WIKI
    served = http.post("/v1/search", json=body, headers={"Origin": WIKI, **key})
    assert (served.status_code, served.headers["access-control-allow-origin"]) == (200, WIKI)
    refused = http.post("/v1/search", json=body, headers={"Origin": WIKI})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, WIKI)
    evil = {"Origin": "https://evil.example"}
    assert "access-control-allow-origin" not in http.options("/v1/search", headers=evil | PREFLIGHT).headers
    assert http.post("/v1/search", json=body, headers=evil | key).status_code == 403


def test_cors_allows_no_credentials(service: RagService, settings: Settings) -> None:
    """Keys are sent by hand: cookies and the browser's own credentials are never wanted."""
    http = open_to(service, settings, cors_origins=(WIKI,))
    response = http.options("/v1/search", headers={"Origin": WIKI, **PREFLIGHT})
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("path", ["/healthz", "/v1/me", "/nothing"])
def test_every_response_has_its_security_headers(world: World, path: str) -> None:
    headers = world.send(None, "GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def test_the_openapi_document_requires_a_key(world: World) -> None:
    described = world.send("root", "GET", "/openapi.json").json()
    (scheme,) = described["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    operations = {
        path: operation for path, methods in described["paths"].items() for operation in methods.values()
    }
    without = [path for path, operation in operations.items() if not operation.get("security")]
    assert sorted(without) == ["/healthz", "/readyz"]


def test_settings_accept_comma_separated_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGAPP_CORS_ORIGINS", f"{WIKI}, https://b.example")
    monkeypatch.setenv("RAGAPP_ALLOWED_HOSTS", "")
    settings = Settings()
    assert (settings.cors_origins, settings.allowed_hosts) == ((WIKI, "https://b.example"), ())
