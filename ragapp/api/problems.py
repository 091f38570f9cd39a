"""Errors as problem documents (RFC 9457), and problem documents as the same errors again."""

from __future__ import annotations

from ragapp import errors
from ragapp.api.schemas import Problem

MEDIA_TYPE = "application/problem+json"

_NAMES: dict[type[errors.RagappError], tuple[str, str]] = {
    errors.RagappError: ("internal", "Something went wrong"),
    errors.UsageError: ("usage", "The request is not right"),
    errors.EmbedderMismatch: ("embedder-mismatch", "The collection was built with another embedder"),
    errors.AuthenticationError: ("authentication", "An API key is needed"),
    errors.ForbiddenError: ("forbidden", "The key may not do that"),
    errors.QuotaError: ("quota", "A limit is used up"),
    errors.UnsupportedFormat: ("unsupported-format", "This format has no such thing"),
    errors.BusyError: ("busy", "There is too much to do"),
    errors.NotFoundError: ("not-found", "There is no such thing"),
    errors.ConflictError: ("conflict", "It is taken"),
    errors.TooLargeError: ("too-large", "It is too large"),
    errors.ParseError: ("unreadable", "The document cannot be read"),
    errors.FetchError: ("unfetched", "The address cannot be fetched"),
    errors.ServerUnavailable: ("server-unavailable", "No server answers"),
    errors.ModelError: ("model", "A model is missing or does not answer"),
    errors.StorageError: ("storage", "The storage is damaged or full"),
    errors.StorageUnavailable: ("storage-unavailable", "The storage does not answer"),
}


def problem_of(error: errors.RagappError, instance: str, status: int | None = None) -> Problem:
    """The problem document of an error; `instance` is a URI that names this occurrence.

    `status` is for the few refusals whose HTTP status says more than that of the error's class.
    """
    # Adapters have kinds of their own, which are nobody else's business.
    slug, title = next(_NAMES[kind] for kind in type(error).__mro__ if kind in _NAMES)
    return Problem(_uri(slug), title, status or error.http_status, str(error), instance)


def error_of(problem: Problem) -> errors.RagappError:
    """The error that a problem document was made from; the root class for a type not known here."""
    kinds = {_uri(slug): kind for kind, (slug, _) in _NAMES.items()}
    return kinds.get(problem.type, errors.RagappError)(problem.detail)


def _uri(slug: str) -> str:
    return f"urn:ragapp:problem:{slug}"
