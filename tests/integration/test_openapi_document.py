"""The OpenAPI document is valid, and has what generators of clients need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.openapidocument import openapi_document


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document()


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def parts(part: object) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for value in part:
            yield from parts(value)


def test_it_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_every_array_says_what_is_in_it(document: dict[str, Any]) -> None:
    assert not [part for part in parts(document) if part.get("type") == "array" and "items" not in part]


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    defined = {tag["name"] for tag in document["tags"]}
    for operation in operations(document):
        assert operation["description"], operation["operationId"]
        assert set(operation["tags"]) <= defined
        assert {"4XX", "default"} <= operation["responses"].keys()
        assert "security" in operation
    names = Counter(operation["operationId"] for operation in operations(document))
    assert set(names.values()) == {1}
    used = {tag for operation in operations(document) for tag in operation["tags"]}
    assert used == defined


def test_errors_are_declared_as_the_documents_that_they_are(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for status in ("4XX", "default"):
            (media_type,) = operation["responses"][status]["content"]
            expected = "application/json" if "openai" in operation["tags"] else "application/problem+json"
            assert media_type == expected


def test_no_two_schemas_have_one_title(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    titles = Counter(schema.get("title", name) for name, schema in schemas.items())
    assert [title for title, count in titles.items() if count > 1] == []
    assert not [name for name in schemas if "__" in name or name.endswith(("-Input", "-Output"))]


def test_only_probes_need_no_key(document: dict[str, Any]) -> None:
    free = {path for path, of in document["paths"].items() for one in of.values() if not one["security"]}
    assert free == {"/healthz", "/readyz"}
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_files_are_uploaded_as_multipart_forms(document: dict[str, Any]) -> None:
    for path in ("/v1/collections/{collection}/documents", "/v1/evals/sets"):
        (media_type,) = document["paths"][path]["post"]["requestBody"]["content"]
        assert media_type == "multipart/form-data"
    formats = [part["format"] for part in parts(document) if "contentMediaType" in part and "format" in part]
    assert formats == ["binary", "binary"]
