"""Converts errors to problem documents (RFC 9457) and back."""

from __future__ import annotations

from ragapp import errors
from ragapp.api.schemas import Problem

MEDIA_TYPE = "application/problem+json"

_NAMES: dict[type[errors.RagappError], tuple[str, str]] = {
    errors.RagappError: ("internal", "Something went wrong"),
    errors.UsageError: ("usage", "The request is invalid"),
    errors.EmbedderMismatch: ("embedder-mismatch", "The collection was built with another embedder"),
    errors.AuthenticationError: ("authentication", "A valid API key is required"),
    errors.ForbiddenError: ("forbidden", "The API key does not allow this"),
    errors.QuotaError: ("quota", "A limit is exhausted"),
    errors.UnsupportedFormat: ("unsupported-format", "The format does not support this"),
    errors.BusyError: ("busy", "The server is busy"),
    errors.NotFoundError: ("not-found", "Not found"),
    errors.ConflictError: ("conflict", "Conflict"),
    errors.TooLargeError: ("too-large", "Too large"),
    errors.ParseError: ("unreadable", "The document cannot be read"),
    errors.FetchError: ("unfetched", "The URL cannot be fetched"),
    errors.ServerUnavailable: ("server-unavailable", "The server is unavailable"),
    errors.ModelError: ("model", "A model is missing or does not respond"),
    errors.PromptTooLong: ("prompt-too-long", "A prompt exceeds the context of a model"),
    errors.StorageError: ("storage", "Storage is damaged or full"),
    errors.StorageUnavailable: ("storage-unavailable", "Storage is unavailable"),
}


def problem_of(error: errors.RagappError, instance: str, status: int | None = None) -> Problem:
    """The problem document of an error; `instance` is a URI that names this occurrence.

    `status` replaces the HTTP status of the error's class where another one is more precise.
    """
    # Adapters define subclasses, which clients need not know.
    slug, title = next(_NAMES[kind] for kind in type(error).__mro__ if kind in _NAMES)
    return Problem(_uri(slug), title, status or error.http_status, str(error), instance)


def error_of(problem: Problem) -> errors.RagappError:
    """The error that a problem document was made from; the base class for unknown types."""
    kinds = {_uri(slug): kind for kind, (slug, _) in _NAMES.items()}
    return kinds.get(problem.type, errors.RagappError)(problem.detail)


def _uri(slug: str) -> str:
    return f"urn:ragapp:problem:{slug}"
