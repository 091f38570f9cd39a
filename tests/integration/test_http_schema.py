"""Whatever our OpenAPI document allows is answered as it says, and nothing makes the server fail.

Soaks send more of them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.testing.soak import repeats
from ragapp.types import Grant, KeyLimits, UploadSpec
from tests.serving import LIBRARY, ingest_all, settings_in

EXAMPLES = repeats(2, 100)
"""Requests for each operation."""
MORE_THAN_ENOUGH = 10**9

asking = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def app(tmp_path: Path) -> Iterator[tuple[FastAPI, dict[str, str]]]:
    """Over a library of its own, as requests made by chance also delete; with the headers of an admin."""
    configured = settings_in(tmp_path, max_upload_bytes=100_000)
    service = build_service(configured)
    for name, data in LIBRARY.items():
        service.upload(UploadSpec(name), io.BytesIO(data))
    ingest_all(configured)
    limits = KeyLimits(*[MORE_THAN_ENOUGH] * 5)
    key = service.auth.api_keys.create("everything", [Grant("admin", None)], limits=limits)
    yield create_app(service, configured), {"Host": "localhost", "Authorization": f"Bearer {key.secret}"}
    service.close()


@pytest.mark.timeout(1200)
def test_the_api_conforms_to_its_description(app: tuple[FastAPI, dict[str, str]]) -> None:
    api, headers = app
    schema = schemathesis.openapi.from_asgi("/openapi.json", api, headers=headers)

    def ask(case: Case) -> None:
        # What is fit (a name that is free, a model that is there) is more than a schema can say. The key
        # goes with every request here; the tests of access ask every route without one.
        left_out = [positive_data_acceptance, ignored_auth]
        case.call_and_validate(headers=headers, excluded_checks=left_out)

    for operation in schema.get_all_operations():
        asking(given(case=operation.ok().as_strategy())(ask))()
