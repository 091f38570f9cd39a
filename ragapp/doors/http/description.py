"""The OpenAPI document: what linters and generators of clients need beyond what FastAPI writes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

DESCRIPTION = """\
Answers questions from your own documents; every sentence points at the exact characters that support it.

Errors are problem documents (RFC 9457) whose `detail` says what to do next; those of `/v1/chat` and
`/v1/models` are OpenAI's. A key goes into the header `Authorization: Bearer KEY`.
"""
LICENCE = {"name": "Apache 2.0", "identifier": "Apache-2.0"}
CONTACT = {"name": "Whoever runs this server"}
SERVERS = [{"url": "/", "description": "The server that this document comes from."}]
TAGS = [
    {"name": "collections", "description": "Documents that are searched together and share access rights."},
    {"name": "documents", "description": "What was handed in: its state, text, passages and pages."},
    {"name": "jobs", "description": "Documents on their way in."},
    {"name": "questions", "description": "Search, and answers with citations."},
    {"name": "openai", "description": "The API of OpenAI, answered from a collection."},
    {"name": "cache", "description": "Answers that are kept to be served again."},
    {"name": "history", "description": "Answers that were given, conversations and feedback."},
    {"name": "health", "description": "Whether the server lives and can answer, and its metrics."},
    {"name": "admin", "description": "Models, disk use and figures, for admins."},
    {"name": "access", "description": "Who calls, API keys and the audit log."},
    {"name": "tasks", "description": "Commands that take long and run beside the server."},
    {"name": "evals", "description": "Question sets, evaluations and what they found."},
]
ANY_BYTES = "application/octet-stream"
NO_KEY: dict[str, Any] = {"security": []}
"""For routes that are open to everybody."""


class DescribedAPI(FastAPI):
    """Its document passes OpenAPI's own schema and the usual linters."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            _complete(super().openapi())
        assert self.openapi_schema is not None
        return self.openapi_schema


def _complete(part: object) -> None:
    """Says in the words of OpenAPI 3.0, too, what many tools do not read in those of 3.1.

    Arrays of a fixed form (`prefixItems`) get `items`; files in forms get `format`.
    """
    if isinstance(part, dict):
        if part.get("type") == "array" and "items" not in part:
            part["items"] = _any_of(part.get("prefixItems", []))
        if part.get("contentMediaType") == ANY_BYTES:
            part.setdefault("format", "binary")
        for value in part.values():
            _complete(value)
    elif isinstance(part, list):
        for value in part:
            _complete(value)


def _any_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    different = [schema for at, schema in enumerate(schemas) if schema not in schemas[:at]]
    return different[0] if len(different) == 1 else {"anyOf": different} if different else {}
