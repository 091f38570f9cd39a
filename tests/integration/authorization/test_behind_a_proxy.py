"""Forwarded headers are used from trusted proxies only."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Grant, UploadSpec
from tests.serving import TIDES, ingest_all, settings_in

PROXY, STRANGER, VISITOR = "172.18.0.7", "203.0.113.9", "198.51.100.4"
TOLD = {"X-Forwarded-Proto": "https", "X-Forwarded-For": VISITOR, "Host": "rag.example"}
QUESTION = {
    "model": "ragapp/default",
    "messages": [{"role": "user", "content": "When was the harbour built?"}],
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    changed = {"trusted_proxies": ("172.18.0.0/16", "127.0.0.1"), "allowed_hosts": ("rag.example",)}
    return settings_in(tmp_path_factory.mktemp("proxied")).model_copy(update=changed)


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[RagService]:
    with closing(build_service(settings)) as service:
        service.upload(UploadSpec("tides.txt"), io.BytesIO(TIDES))
        ingest_all(settings)
        yield service


@pytest.fixture(scope="module")
def key(service: RagService) -> dict[str, str]:
    made = service.auth.api_keys.create("root", [Grant("admin", None)])
    return {"Authorization": f"Bearer {made.secret}"}


def link_and_address(
    service: RagService, settings: Settings, peer: str, headers: dict[str, str]
) -> tuple[str, str]:
    """Where an answer's first citation leads, and from where the audit log says it was asked."""
    app = create_app(service, settings, host="0.0.0.0")
    with TestClient(app, base_url="http://rag.example", client=(peer, 4711)) as http:
        reply = http.post("/v1/chat/completions", json=QUESTION, headers=headers).json()
    (annotation, *_) = reply["choices"][0]["message"]["annotations"]
    return annotation["url_citation"]["url"], service.auth.audit_log.last(1)[0].address


def test_headers_of_a_trusted_proxy_give_address_and_scheme(
    service: RagService, settings: Settings, key: dict[str, str]
) -> None:
    link, address = link_and_address(service, settings, PROXY, {**TOLD, **key})
    assert link.startswith("https://rag.example/v1/collections/-/documents/")
    assert address == VISITOR


def test_forwarded_headers_of_clients_are_ignored(
    service: RagService, settings: Settings, key: dict[str, str]
) -> None:
    link, address = link_and_address(service, settings, STRANGER, {**TOLD, **key})
    assert link.startswith("http://rag.example/")
    assert address == STRANGER


def test_only_addresses_that_trusted_proxies_added_are_used(
    service: RagService, settings: Settings, key: dict[str, str]
) -> None:
    """A visitor may send any list; each proxy adds at its end who spoke to it."""
    forged = {**TOLD, **key, "X-Forwarded-For": f"127.0.0.1, {VISITOR}, {PROXY}"}
    assert link_and_address(service, settings, PROXY, forged)[1] == VISITOR


def test_without_trusted_proxies_forwarded_headers_are_ignored(
    service: RagService, settings: Settings, key: dict[str, str]
) -> None:
    alone = settings.model_copy(update={"trusted_proxies": ()})
    link, address = link_and_address(service, alone, PROXY, {**TOLD, **key})
    assert (link.partition(":")[0], address) == ("http", PROXY)


def test_requests_through_a_proxy_are_never_local(tmp_path: Path) -> None:
    """While there is no key, only who really sits there needs none."""
    settings = settings_in(tmp_path).model_copy(update={"trusted_proxies": (PROXY, "127.0.0.1")})
    with closing(build_service(settings)) as service:
        app = create_app(service, settings)
        for peer, said in ((PROXY, "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), (STRANGER, "127.0.0.1")):
            http = TestClient(app, base_url="http://localhost", client=(peer, 1))
            assert http.get("/v1/collections", headers={"X-Forwarded-For": said}).status_code == 401


@pytest.mark.parametrize("wrong", ["*", "proxy.example", "10.0.0.0/33"])
def test_a_trusted_proxy_is_an_address_or_a_network(wrong: str) -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings(trusted_proxies=(wrong,))
