"""Errors as OpenAI's clients know them."""

from __future__ import annotations

from http import HTTPStatus

from ragapp.doors.openai.wire import Failure, FailureReply
from ragapp.doors.wire import Problem

_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}
_CODES = {
    HTTPStatus.UNAUTHORIZED: "invalid_api_key",
    HTTPStatus.NOT_FOUND: "model_not_found",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_exceeded",
}


def speaks_openai(path: str) -> bool:
    """Whether what is at that path is for OpenAI's clients."""
    return path.startswith(("/v1/chat/", "/v1/models"))


def status_of(problem: Problem) -> int:
    """OpenAI answers 400 where we say 422."""
    wrong = problem.status == HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.BAD_REQUEST if wrong else problem.status


def failure_of(problem: Problem) -> FailureReply:
    status = HTTPStatus(problem.status)
    other = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    return FailureReply(Failure(problem.detail, _TYPES.get(status, other), None, _CODES.get(status)))
