"""The errors that ragapp raises on purpose. Every message says what happened and what to do next.

RagappError
├── UsageError          the request or the configuration is invalid        exit 2, HTTP 422
│   ├── EmbedderMismatch  the collection was built with another embedder   exit 2, HTTP 409
│   └── UnsupportedFormat the document's format does not support this      exit 2, HTTP 415
├── AuthenticationError the API key is missing or invalid                  exit 2, HTTP 401
├── ForbiddenError      the caller's role does not allow this              exit 2, HTTP 403
├── QuotaError          a rate limit or a quota is used up                 exit 1, HTTP 429
├── BusyError           the server handles too many requests already       exit 1, HTTP 503
├── NotFoundError       the collection, document or answer does not exist  exit 3, HTTP 404
├── ConflictError       the name exists already, or the object is in use   exit 1, HTTP 409
├── TooLargeError       the request exceeds a limit of the settings        exit 2, HTTP 413
├── FetchError          a URL cannot be fetched                            exit 1, HTTP 502
├── ParseError          a document cannot be read                          its status: failed
├── ServerUnavailable   no server answers, or it broke off (client only)   exit 1
├── ModelError          a model is missing, damaged or does not answer     exit 1, HTTP 503
│   └── PromptTooLong     a prompt exceeds the context of a model            exit 1, HTTP 503
└── StorageError        the database or an index is damaged or full        exit 1, HTTP 507
    └── StorageUnavailable  the database or blob server does not answer    exit 1, HTTP 503
"""

from __future__ import annotations

from typing import ClassVar


class RagappError(Exception):
    """The base class of all errors that ragapp raises on purpose."""

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
    """A quota or rate limit of the caller is exhausted. `retry_after` is the number of seconds to wait before
    retrying; None when that is not known.
    """

    http_status = 429

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BusyError(RagappError):
    """The server has too much to do at the moment. `retry_after` is the number of seconds to wait before
    retrying; None when that is not known.
    """

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


class PromptTooLong(ModelError):
    """The prompt exceeds the generator's context, which is known from now on, so that the next prompt
    fits.
    """


class StorageError(RagappError):
    http_status = 507


class StorageUnavailable(StorageError):
    """The database or another store does not respond. `retry_after` is the number of seconds to wait before
    retrying.
    """

    http_status = 503

    def __init__(self, message: str, retry_after: float | None = 5.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


# The same message whether a thing does not exist or the caller may not see it.


def no_collection(name: str) -> NotFoundError:
    return NotFoundError(
        f"Collection {name!r} does not exist. `ragapp collections list` shows all collections."
    )


def no_document(document_id: str) -> NotFoundError:
    return NotFoundError(
        f"Document {document_id} does not exist. `ragapp documents list` shows the documents of a collection."
    )


def no_table(table_id: int) -> NotFoundError:
    return NotFoundError(
        f"Table {table_id} does not exist. A document's tables get new ids when it changes: "
        "`ragapp tables list` shows those that exist."
    )


def no_job(document_id: str) -> NotFoundError:
    return NotFoundError(
        f"Job {document_id} does not exist. A job has the id of its document: see `ragapp documents list`."
    )


def no_answer(answer_id: str) -> NotFoundError:
    return NotFoundError(
        f"Answer {answer_id} does not exist. It may be older than RAGAPP_ANSWER_DAYS; ask the question again."
    )


def no_conversation(conversation_id: str) -> NotFoundError:
    return NotFoundError(
        f"Conversation {conversation_id} does not exist. `ragapp answers conversations` lists them all."
    )
