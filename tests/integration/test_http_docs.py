"""The description of the API: as OpenAPI, and as the page that people read."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from ragapp.api.problems import problem_of
from ragapp.errors import NotFoundError

PAGE = (Path(__file__).parents[2] / "docs" / "http-api.md").read_text()


@pytest.fixture
def described(http: httpx.Client) -> dict[str, dict[str, dict[str, object]]]:
    paths: dict[str, dict[str, dict[str, object]]] = http.get("/openapi.json").json()["paths"]
    return paths


def test_the_page_names_every_route(described: dict[str, dict[str, dict[str, object]]]) -> None:
    routes = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert [route for route in sorted(routes) if f"`{route}`" not in PAGE] == []


def test_operations_have_names_of_their_own(described: dict[str, dict[str, dict[str, object]]]) -> None:
    names = [operation["operationId"] for methods in described.values() for operation in methods.values()]
    assert len(set(names)) == len(names)
    assert {"upload", "search", "ask", "document_text"} <= set(names)


def test_every_reference_of_the_description_leads_somewhere(http: httpx.Client) -> None:
    description = http.get("/openapi.json")
    known = {f"#/components/schemas/{name}" for name in description.json()["components"]["schemas"]}
    used = {part.partition('"')[0] for part in description.text.split('"$ref":"')[1:]}
    assert used
    assert used <= known
    assert "#/components/schemas/Problem" in used


def test_the_page_shows_a_problem_as_it_is() -> None:
    problem = problem_of(NotFoundError("x"), "urn:x")
    assert problem.type in PAGE
    assert problem.title in PAGE
