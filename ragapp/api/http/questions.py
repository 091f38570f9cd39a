"""Search and questions over HTTP. An answer is returned as JSON, or streamed as server-sent events."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from ragapp.api.http.dependencies import Service
from ragapp.api.http.error_responses import request_id
from ragapp.api.http.event_stream import EventStream, frame
from ragapp.api.problems import problem_of
from ragapp.api.schemas import Problem, Token
from ragapp.errors import RagappError
from ragapp.processes import cancellation
from ragapp.types import Answer, AskEvent, AskQuery, SearchQuery, SearchResult

router = APIRouter(prefix="/v1", tags=["questions"])

_STREAM = {
    "description": "The answer. With `Accept: text/event-stream` it is streamed: an `evidence` event comes "
    "first (an answer made of quoted sentences), then `token` events while a model writes, and last an "
    "`answer` event, or an `error` event with a problem document.",
    "content": {EventStream.media_type: {"schema": {"type": "string"}}},
}


@router.post("/search")
def search(query: SearchQuery, service: Service) -> SearchResult:
    """Find the chunks that match a query best.

    Each hit gives its document, version and page, and the span of the document's text that it covers.
    """
    return service.search(query)


@router.post("/ask", response_model=Answer, responses={200: _STREAM})
def ask(
    query: AskQuery,
    service: Service,
    request: Request,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Answer | Response | None:
    """Answer a question from the documents of a collection.

    Every sentence carries citations and a verdict on whether they support it. When the documents do not
    contain the answer, `refused` is true. With `Accept: text/event-stream` the answer is streamed as
    `evidence`, `token`, `answer` and `error` events.
    """
    events = service.ask(query)
    if EventStream.media_type not in accept:
        *_, last = events
        return last.answer
    # Errors before the first event are returned with their own status, as for JSON.
    first = next(events)
    return EventStream(answer_frames(first, events, request_id(request)))


def answer_frames(first: AskEvent, events: Iterator[AskEvent], instance: str) -> Generator[bytes, None, None]:
    """The events in the format of server-sent events. An error becomes the last event.

    Closing this generator drops the last reference to `events`, and so closes them too.
    """
    yield _frame(first)
    try:
        for event in events:
            cancellation.current().check()
            yield _frame(event)
    except RagappError as error:
        yield frame("error", Problem, problem_of(error, instance))


def _frame(event: AskEvent) -> bytes:
    if event.answer is None:
        return frame(event.kind, Token, Token(event.text))
    return frame(event.kind, Answer, event.answer)
