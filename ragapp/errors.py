"""What can go wrong, as one small tree. Every message says what to do next.

RagappError
├── UsageError          the request or the configuration is wrong          exit 2, HTTP 422
│   ├── EmbedderMismatch  the collection was built with another embedder   exit 2, HTTP 409
│   └── UnsupportedFormat the document's format has no such thing          exit 2, HTTP 415
├── AuthenticationError no API key, or not a valid one                     exit 2, HTTP 401
├── ForbiddenError      the caller's role does not reach that far          exit 2, HTTP 403
├── QuotaError          a rate limit or a quota is used up                 exit 1, HTTP 429
├── BusyError           too many requests are there already                exit 1, HTTP 503
├── NotFoundError       no such collection, document, chunk or answer      exit 3, HTTP 404
├── ConflictError       it exists already, or somebody else holds it       exit 1, HTTP 409
├── TooLargeError       over a limit of the settings                       exit 2, HTTP 413
├── FetchError          a URL does not give what it names                  exit 1, HTTP 502
├── ParseError          a document cannot be read                          its status: failed
├── ModelError          a model is missing, damaged or does not answer     exit 1, HTTP 503
└── StorageError        the truth or a view is damaged or out of space     exit 1, HTTP 507
    └── StorageUnavailable  the database or the blobs' server is away      exit 1, HTTP 503
"""

from __future__ import annotations

from typing import ClassVar


class RagappError(Exception):
    """The root: catch it to catch everything that ragapp raises on purpose."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500


class UsageError(RagappError):
    exit_code = 2
    http_status = 422


class EmbedderMismatch(UsageError):
    http_status = 409


class AuthenticationError(RagappError):
    exit_code = 2
    http_status = 401


class ForbiddenError(RagappError):
    exit_code = 2
    http_status = 403


class QuotaError(RagappError):
    """`retry_after` is the number of seconds after which it may work; None where that is not known."""

    http_status = 429

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BusyError(RagappError):
    """`retry_after` is the number of seconds after which it may work."""

    http_status = 503

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnsupportedFormat(UsageError):
    http_status = 415


class NotFoundError(RagappError):
    exit_code = 3
    http_status = 404


class ConflictError(RagappError):
    http_status = 409


class TooLargeError(RagappError):
    exit_code = 2
    http_status = 413


class FetchError(RagappError):
    http_status = 502


class ParseError(RagappError):
    http_status = 422


class ServerUnavailable(RagappError):
    http_status = 503


class ModelError(RagappError):
    http_status = 503


class StorageError(RagappError):
    http_status = 507


class StorageUnavailable(StorageError):
    """`retry_after` is the number of seconds in which a server mostly is back."""

    http_status = 503

    def __init__(self, message: str, retry_after: float | None = 5.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after
