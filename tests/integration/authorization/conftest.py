"""Two tenants of one server, with keys limited to their collections."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing

import pytest
from starlette.testclient import TestClient

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Grant, UploadSpec
from tests.integration.authorization.world import OUR_CANARY, OURS, THEIR_CANARY, THEIRS, World
from tests.serving import ingest_all, settings_in
from tests.tables import add_table, made_table


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("tenants"))


@pytest.fixture(scope="session")
def service(settings: Settings) -> Iterator[RagService]:
    with closing(build_service(settings)) as service:
        for name, text in (("ours", OURS), ("theirs", THEIRS)):
            service.create_collection(name)
            service.upload(UploadSpec(f"{name}.txt", name), io.BytesIO(text.encode()))
        ingest_all(settings)
        for name, secret in (("ours", OUR_CANARY), ("theirs", THEIR_CANARY)):
            (document,) = service.documents(name)
            add_table(settings, document.id, made_table(secret))
        yield service


@pytest.fixture(scope="session")
def world(service: RagService, settings: Settings) -> Iterator[World]:
    api_keys = service.auth.api_keys
    keys = {
        "reader": api_keys.create("reader", [Grant("reader", "ours")]),
        "editor": api_keys.create("editor", [Grant("editor", "ours")]),
        "admin": api_keys.create("admin", [Grant("admin", "ours")]),
        "stranger": api_keys.create("stranger", [Grant("admin", "theirs")]),
        "root": api_keys.create("root", [Grant("admin", None)]),
    }
    # Not from loopback: nothing may depend on where a request comes from.
    app = create_app(service, settings)
    with TestClient(app, base_url="http://127.0.0.1", client=("192.0.2.7", 4711)) as http:
        yield World(http, app, service, {name: made.secret for name, made in keys.items()})
