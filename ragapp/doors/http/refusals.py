"""Whatever goes wrong becomes a problem document; what we did not foresee is logged and not shown."""

from __future__ import annotations

import logging
import tempfile
from http import HTTPStatus
from math import ceil
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ragapp.doors.openai.failures import failure_of, speaks_openai, status_of
from ragapp.doors.openai.wire import FailureReply
from ragapp.doors.problems import MEDIA_TYPE, problem_of
from ragapp.doors.wire import Problem, encode
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
    "description": "A problem document (RFC 9457); `detail` says what to do.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
PROBLEM_RESPONSES: dict[int | str, dict[str, object]] = {"4XX": _PROBLEM, "default": _PROBLEM}

NOT_SAID_TO_BE_JSON = (
    "The body is not said to be JSON. Send it with the header `Content-Type: application/json`."
)


def request_id(request: Request) -> str:
    """A URI for this request, the same each time it is asked: in the response, the problem and the log."""
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
        told = encode(FailureReply, failure_of(problem))
        return Response(told, status_of(problem), headers, media_type="application/json")
    return Response(encode(Problem, problem), problem.status, headers, media_type=MEDIA_TYPE)


def _retry_after(error: RagappError) -> dict[str, str]:
    if isinstance(error, (BusyError, QuotaError, StorageUnavailable)) and error.retry_after is not None:
        return {"Retry-After": str(ceil(error.retry_after))}
    return {}


def no_room(error: OSError) -> StorageError:
    """What callers are told when an upload cannot be put aside."""
    return StorageError(
        f"The upload could not be put aside: {error.strerror}. Nothing of it was kept. Free some space in "
        f"{tempfile.gettempdir()}, or have TMPDIR name a folder on a larger disk."
    )


def install_problem_handlers(app: FastAPI) -> None:
    app.exception_handler(RagappError)(problem_response)
    app.exception_handler(RequestValidationError)(_not_as_described)
    app.exception_handler(HTTPException)(_refused_by_framework)
    app.exception_handler(Exception)(_unforeseen)


def _not_as_described(request: Request, error: RequestValidationError) -> Response:
    """Names the fields that are wrong, and never repeats what they held."""
    if isinstance(error.body, bytes):  # JSON is only read where the request says that it is JSON
        return problem_response(request, UsageError(NOT_SAID_TO_BE_JSON))
    faults = "; ".join(_fault(fault["type"], fault["loc"], fault["msg"]) for fault in error.errors())
    return problem_response(request, UsageError(f"{faults}. /openapi.json describes this request."))


def _fault(kind: str, location: tuple[int | str, ...], message: str) -> str:
    if kind == "json_invalid":  # its location is a position, not a field
        return f"The body is not JSON: it breaks off or goes wrong at character {location[-1]}"
    return f"{_field(location)}: {message}"


def _field(location: tuple[int | str, ...]) -> str:
    """`("body", "k")` is the field `k`; a location without a field is the whole body."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _refused_by_framework(request: Request, error: HTTPException) -> Response:
    """What the framework refuses before a route of ours runs."""
    if error.status_code == HTTPStatus.NOT_FOUND:
        message = f"There is nothing at {request.scope['path']}. /openapi.json lists what there is."
        response = problem_response(request, NotFoundError(message))
    elif error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        response = problem_response(request, TooLargeError(error.detail))
    elif isinstance(error.__cause__, OSError):  # while files of a form were put aside
        response = problem_response(request, no_room(error.__cause__))
    else:
        message = f"{error.detail}. /openapi.json describes what this address takes."
        response = problem_response(request, UsageError(message), error.status_code)
    response.headers.update(error.headers or {})
    return response


def _unforeseen(request: Request, error: Exception) -> Response:
    """The outermost handler: its response passes no middleware, so it brings the headers itself."""
    identity = request_id(request)
    log.error("%s %s %s failed", identity, request.method, request.url.path, exc_info=error)
    told = RagappError(f"The server met an error that it did not expect. Its log describes it as {identity}.")
    response = problem_response(request, told)
    response.headers.update(SECURITY_HEADERS)
    return response
