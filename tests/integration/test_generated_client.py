"""A client generated from the OpenAPI document reaches every operation, and loses nothing on the way."""

from __future__ import annotations

import importlib
import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from evals.service.service import SharedEvaluationService
from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.types import Grant, KeyLimits, UploadSpec
from tests.openapidocument import openapi_document
from tests.pythontools import python_tool
from tests.serving import LIBRARY, ingest_all, serving, settings_in

GENERATOR = "openapi-python-client==0.29.0"
PACKAGE = "generated_ragapp"
OVERRIDES = {"content_type_overrides": {"image/png": "application/octet-stream"}}
"""The generator knows no content type for pictures."""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of the generated package."""
    folder = tmp_path_factory.mktemp("generated")
    document, config = folder / "openapi.json", folder / "config.json"
    document.write_text(json.dumps(openapi_document()))
    config.write_text(json.dumps({**OVERRIDES, "post_hooks": []}))
    target = folder / PACKAGE
    done = python_tool(
        GENERATOR,
        "generate",
        "--path",
        document,
        "--output-path",
        target,
        "--meta",
        "none",
        "--config",
        config,
        "--fail-on-warning",
    )
    assert done.returncode == 0, done.stdout[-3000:]
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}" if name else PACKAGE)
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def call(
    generated: Callable[[str], ModuleType], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Any]]:
    """Calls an operation, `tag.operation`, with the key of an admin."""
    settings = settings_in(tmp_path_factory.mktemp("library"))
    desk = partial(SharedEvaluationService, data_dir=settings.data_dir)
    with closing(build_service(settings, evals=desk)) as service:
        for name, data in LIBRARY.items():
            service.upload(UploadSpec(name), io.BytesIO(data))
        ingest_all(settings)
        key = service.auth.api_keys.create("admin", [Grant("admin", None)], limits=KeyLimits())
        with serving(create_app(service, settings)) as url:
            client = generated("client").AuthenticatedClient(base_url=url, token=key.secret)

            def calling(operation: str, **arguments: object) -> Any:
                module = generated(f"api.{operation}")
                response = module.sync_detailed(client=client, **arguments)
                assert response.status_code < 300, response.content
                return response.parsed

            yield calling


def test_every_operation_has_a_function(generated: Callable[[str], ModuleType]) -> None:
    for path in openapi_document()["paths"].values():
        for operation in path.values():
            module = generated(f"api.{operation['tags'][0]}.{operation['operationId']}")
            assert callable(module.sync_detailed)


def test_collections_and_documents(call: Callable[..., Any], generated: Callable[[str], ModuleType]) -> None:
    models, types = generated("models"), generated("types")
    made = call("collections.create_collection", body=models.NewCollection(name="reports"))
    assert made.name == "reports"
    assert {one.name for one in call("collections.list_collections")} == {"default", "reports"}
    file = types.File(payload=io.BytesIO(b"The lighthouse was lit in 1901."), file_name="light.txt")
    report = call("documents.upload", collection="reports", body=models.UploadForm(file=[file]))
    (accepted,) = report.accepted
    document = call("documents.show_document", collection="reports", document_id=accepted.document.id)
    assert (document.name, document.collection) == ("light.txt", "reports")
    listing = call("collections.list_part", collection="default")
    assert {one.name for one in listing.documents} == set(LIBRARY)
    (bread,) = (one for one in listing.documents if one.name == "bread.txt")
    text = call("documents.document_text", collection="default", document_id=bread.id)
    assert text.text.encode().strip() == LIBRARY["bread.txt"].strip()
    receipt = call("documents.delete_document", collection="reports", document_id=document.id, receipt=True)
    assert receipt.document_name == "light.txt"


def test_search_and_ask(call: Callable[..., Any], generated: Callable[[str], ModuleType]) -> None:
    models = generated("models")
    found = call("questions.search", body=models.SearchQuery(query="sourdough"))
    assert found.hits[0].document_name == "bread.txt"
    answer = call("questions.ask", body=models.AskQuery(question="Who built the harbour?"))
    assert "Ada Thornton" in answer.answer
    assert answer.citations[0].document_name == "tides.txt"
    stored = call("history.show_answer", answer_id=answer.answer_id)
    assert stored.answer.answer == answer.answer


def test_me_and_keys(call: Callable[..., Any], generated: Callable[[str], ModuleType]) -> None:
    models = generated("models")
    me = call("access.show_me")
    assert me.name == "admin"
    assert me.limits is not None
    wanted = models.KeySpec(
        name="reader",
        grants=[models.Grant(role=models.GrantRole.READER, collection=None)],
        limits=models.KeyLimits(questions_per_day=7),
    )
    made = call("access.create_key", body=wanted)
    assert made.secret
    assert made.key.limits.questions_per_day == 7
    assert {one.name for one in call("access.list_keys")} == {"admin", "reader"}
    assert call("access.revoke_key", key_id=made.key.id).id == made.key.id


def test_evaluation_questions(call: Callable[..., Any], generated: Callable[[str], ModuleType]) -> None:
    models, types = generated("models"), generated("types")
    row = {"id": "1", "question": "Who built it?", "answers": ["Ada"], "answerable": True}
    file = types.File(payload=io.BytesIO(json.dumps(row).encode()), file_name="mine.jsonl")
    made = call("evals.add_set", body=models.BodyAddSet(file=file))
    assert made.name in {one.name for one in call("evals.list_sets")}
    (draft,) = call("evals.list_drafts", name=made.name)
    assert (draft.question, draft.answers) == ("Who built it?", ["Ada"])
    draft.question = "Who built the harbour?"
    (remaining,) = call("evals.review_drafts", name=made.name, body=models.Review(questions=[draft]))
    assert remaining.question == "Who built the harbour?"
