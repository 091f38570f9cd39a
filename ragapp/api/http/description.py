"""The OpenAPI document: what linters and client generators need beyond what FastAPI writes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

DESCRIPTION = """\
Answers questions from your own documents. Every sentence cites the exact characters that support it.

Errors are problem documents (RFC 9457) whose `detail` says what to do next. Errors of `/v1/chat` and
`/v1/models` are in OpenAI's format. API keys are sent in the header `Authorization: Bearer KEY`.
"""
LICENCE = {"name": "Apache 2.0", "identifier": "Apache-2.0"}
CONTACT = {"name": "The operator of this server"}
SERVERS = [{"url": "/", "description": "The server that provides this document."}]
TAGS = [
    {"name": "collections", "description": "Documents that are searched together and share access rights."},
    {"name": "documents", "description": "Uploaded documents: their status, text, chunks and pages."},
    {"name": "tables", "description": "Tables of documents and data files: list, read, query and export."},
    {"name": "jobs", "description": "The ingest of documents: progress, retry and cancellation."},
    {"name": "questions", "description": "Search, and questions answered with citations."},
    {"name": "openai", "description": "OpenAI-compatible chat completions over collections."},
    {"name": "cache", "description": "The answer cache."},
    {"name": "history", "description": "Stored answers, conversations and feedback."},
    {"name": "health", "description": "Liveness, readiness, status and metrics."},
    {"name": "admin", "description": "Models, disk use and answer statistics, for administrators."},
    {"name": "access", "description": "The caller's identity, API keys and the audit log."},
    {"name": "tasks", "description": "Long-running commands in the background."},
    {"name": "evals", "description": "Question sets, evaluation runs and their results."},
]
ANY_BYTES = "application/octet-stream"
NO_KEY: dict[str, Any] = {"security": []}
"""For routes that need no API key."""


class DescribedAPI(FastAPI):
    """FastAPI with an OpenAPI document that passes the schema of OpenAPI and the usual linters.

    The first paragraph of a route's docstring is its summary.
    """

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            _complete(document)
            for operations in document["paths"].values():
                for operation in operations.values():
                    operation["summary"] = _summary(operation["description"])
        assert self.openapi_schema is not None
        return self.openapi_schema


def _complete(part: object) -> None:
    """Adds OpenAPI 3.0 keywords where many tools do not understand those of 3.1.

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


def _summary(description: str) -> str:
    """`Delete a document.` is summarized as `Delete a document`."""
    first, _, _ = description.partition("\n\n")
    return " ".join(first.split()).rstrip(".")


def _any_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    different = [schema for at, schema in enumerate(schemas) if schema not in schemas[:at]]
    return different[0] if len(different) == 1 else {"anyOf": different} if different else {}
