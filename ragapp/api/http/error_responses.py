"""Turns errors into problem documents. Unexpected errors are logged, and their details are not shown."""

from __future__ import annotations

import logging
import tempfile
from http import HTTPStatus
from math import ceil
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ragapp.api.openai.responses import failure_of, speaks_openai, status_of
from ragapp.api.openai.schemas import FailureReply
from ragapp.api.problems import MEDIA_TYPE, problem_of
from ragapp.api.schemas import Problem, encode
from ragapp.errors import (
    BusyError,
    NotFoundError,
    QuotaError,
    RagappError,
    StorageError,
    StorageUnavailable,
    TooLargeError,
    UsageError,
)

log = logging.getLogger(__name__)

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_PROBLEM: dict[str, object] = {
    "description": "A problem document (RFC 9457). `detail` says what to do next.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
PROBLEM_RESPONSES: dict[int | str, dict[str, object]] = {"4XX": _PROBLEM, "default": _PROBLEM}

NOT_DECLARED_JSON = "The body is not declared as JSON. Send the header `Content-Type: application/json`."


def request_id(request: Request) -> str:
    """A URI that identifies this request in the response, the problem document and the log."""
    if not hasattr(request.state, "request_id"):
        request.state.request_id = uuid4().urn
    identity: str = request.state.request_id
    return identity


def problem_response(request: Request, error: RagappError, status: int | None = None) -> Response:
    problem = problem_of(error, request_id(request), status)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, BusyError):
        log.warning("%s %s %s: %s", problem.instance, request.method, request.url.path, error)
    headers = _retry_after(error)
    if speaks_openai(request.url.path):
        body = encode(FailureReply, failure_of(problem))
        return Response(body, status_of(problem), headers, media_type="application/json")
    return Response(encode(Problem, problem), problem.status, headers, media_type=MEDIA_TYPE)


def _retry_after(error: RagappError) -> dict[str, str]:
    if isinstance(error, (BusyError, QuotaError, StorageUnavailable)) and error.retry_after is not None:
        return {"Retry-After": str(ceil(error.retry_after))}
    return {}


def upload_not_stored(error: OSError) -> StorageError:
    """The error for an upload that cannot be written to a temporary file."""
    return StorageError(
        f"The upload could not be written to a temporary file: {error.strerror}. Nothing was stored. Free "
        f"space in {tempfile.gettempdir()}, or set TMPDIR to a folder on a larger disk."
    )


def install_problem_handlers(app: FastAPI) -> None:
    app.exception_handler(RagappError)(problem_response)
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(HTTPException)(_framework_error)
    app.exception_handler(Exception)(_unexpected)


def _invalid_request(request: Request, error: RequestValidationError) -> Response:
    """Names the invalid fields, without repeating their values."""
    if isinstance(error.body, bytes):  # a body is parsed only when it is declared as JSON
        return problem_response(request, UsageError(NOT_DECLARED_JSON))
    faults = "; ".join(_fault(fault["type"], fault["loc"], fault["msg"]) for fault in error.errors())
    return problem_response(
        request, UsageError(f"{faults}. See /openapi.json for the format of this request.")
    )


def _fault(kind: str, location: tuple[int | str, ...], message: str) -> str:
    if kind == "json_invalid":  # its location is a position, not a field
        return f"The body is not valid JSON: the error is at character {location[-1]}"
    return f"{_field(location)}: {message}"


def _field(location: tuple[int | str, ...]) -> str:
    """`("body", "k")` is the field `k`. A location without a field is the whole body."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _framework_error(request: Request, error: HTTPException) -> Response:
    """Errors that the framework raises before a route runs."""
    if error.status_code == HTTPStatus.NOT_FOUND:
        message = f"{request.scope['path']} does not exist. /openapi.json lists all paths."
        response = problem_response(request, NotFoundError(message))
    elif error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        response = problem_response(request, TooLargeError(error.detail))
    elif isinstance(error.__cause__, OSError):  # while the files of a form were written to disk
        response = problem_response(request, upload_not_stored(error.__cause__))
    else:
        message = f"{error.detail}. See /openapi.json for what this path accepts."
        response = problem_response(request, UsageError(message), error.status_code)
    response.headers.update(error.headers or {})
    return response


def _unexpected(request: Request, error: Exception) -> Response:
    """The outermost handler. Its response passes no middleware, so it sets the headers itself."""
    identity = request_id(request)
    log.error("%s %s %s failed", identity, request.method, request.url.path, exc_info=error)
    message = f"An unexpected error occurred. The log of the server describes it under {identity}."
    response = problem_response(request, RagappError(message))
    response.headers.update(SECURITY_HEADERS)
    return response
