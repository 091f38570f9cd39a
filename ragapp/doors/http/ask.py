"""Questions over HTTP: the whole answer as JSON, or its making as server-sent events."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from ragapp import cancellation
from ragapp.doors.http.dependencies import Service
from ragapp.doors.http.eventstream import EventStream, frame
from ragapp.doors.http.refusals import request_id
from ragapp.doors.problems import problem_of
from ragapp.doors.wire import AskRequest, Problem, Token
from ragapp.errors import RagappError
from ragapp.types import Answer, AskEvent

router = APIRouter(prefix="/v1/ask", tags=["questions"])

_STREAM = {
    "description": "The answer. With `Accept: text/event-stream`, its making: an `evidence` event (an answer "
    "made of sentences found, at once), `token` events while a model writes, and last an `answer` event, or "
    "an `error` event with a problem document.",
    "content": {EventStream.media_type: {"schema": {"type": "string"}}},
}


@router.post("", response_model=Answer, responses={200: _STREAM})
def ask(
    wanted: AskRequest,
    service: Service,
    request: Request,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Answer | Response:
    """Answers a question from the collection's documents, each sentence with its citations.

    With `Accept: text/event-stream` the answer comes in pieces: `evidence`, `token`, `answer`, `error`.
    """
    events = service.ask(
        wanted.question,
        collection=wanted.collection,
        k=wanted.k,
        mode=wanted.mode,
        filters=wanted.filters,
        history=wanted.history,
        conversation_id=wanted.conversation_id,
        standalone_question=wanted.standalone_question,
        use_cache=wanted.use_cache,
    )
    if EventStream.media_type not in accept:
        return drained(events)
    # What fails before the first event is answered with its own status, as for JSON.
    first = next(events)
    return EventStream(answer_frames(first, events, request_id(request)))


def drained(events: Iterator[AskEvent]) -> Answer:
    """The answer of the last event."""
    *_, last = events
    assert last.answer is not None, "a stream of events ends with the answer"
    return last.answer


def answer_frames(first: AskEvent, events: Iterator[AskEvent], instance: str) -> Generator[bytes, None, None]:
    """The events as server-sent ones; an error on the way is the last.

    Closing this drops the last reference to `events`, and so closes them too.
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
