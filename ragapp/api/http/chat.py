"""The OpenAI-compatible API: chat completions, with collections as models."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from itertools import chain

from fastapi import APIRouter, Request, Response
from fastapi.sse import format_sse_event

from ragapp.api.http.dependencies import Service
from ragapp.api.http.error_responses import request_id
from ragapp.api.http.event_stream import EventStream
from ragapp.api.openai.requests import model_name, prompt_text, read_model, read_request
from ragapp.api.openai.responses import Reply, failure_of
from ragapp.api.openai.schemas import ChatRequest, Completion, CompletionChunk, FailureReply, Model, ModelList
from ragapp.api.openai.utility_prompts import MAX_TOKENS, UtilityPrompt, read_utility_prompt
from ragapp.api.problems import problem_of
from ragapp.api.schemas import encode
from ragapp.errors import RagappError
from ragapp.processes import cancellation
from ragapp.types import AskEvent, AskQuery, Collection, final_answer

_FAILURE: dict[str, object] = {"model": FailureReply, "description": "An error in OpenAI's format."}

router = APIRouter(
    prefix="/v1",
    tags=["openai"],
    responses={"4XX": _FAILURE, "default": _FAILURE},
)

_STREAM = {
    "description": "The completion, or its chunks when `stream` is set. Chunks carry the unchecked text of a "
    "model as `reasoning_content`, then the checked answer as `content`; the last chunk that has a choice "
    "carries the `annotations`.",
    "content": {EventStream.media_type: {"schema": {"type": "string"}}},
}
_DONE = format_sse_event(data_str="[DONE]")


@router.post("/chat/completions", response_model=Completion, responses={200: _STREAM})
def create_chat_completion(body: ChatRequest, service: Service, request: Request) -> Completion | Response:
    """Answer the last user message from a collection, as `/v1/ask` does.

    `model` names the collection. Earlier messages are the conversation that the question may refer to.
    """
    utility = read_utility_prompt(body)
    if utility is not None:
        return _utility_reply(utility, body, service, request)
    parsed = read_request(body)
    events = service.ask(
        AskQuery(
            parsed.question,
            parsed.collection,
            k=body.ragapp.k,
            mode=parsed.mode,
            filters=body.ragapp.filters,
            history=tuple(parsed.history),
            use_cache=body.ragapp.use_cache,
        )
    )
    reply = _reply_to(body, request)
    if not body.stream:
        return reply.completion(final_answer(events))
    # Errors before the first event are returned with their own status.
    first = next(events)
    return EventStream(chat_frames(reply, first, events, request_id(request)))


def _utility_reply(
    utility: UtilityPrompt, body: ChatRequest, service: Service, request: Request
) -> Completion | Response:
    """The reply to a utility prompt, by a generator or a default. It is neither stored nor counted."""
    collection, mode = read_model(body.model)
    content = utility.reply(
        service.write(utility.system, utility.prompt, collection=collection, mode=mode, max_tokens=MAX_TOKENS)
    )
    reply = _reply_to(body, request)
    if not body.stream:
        return reply.plain_completion(content)
    return EventStream(_plain_frames(reply, content))


def _plain_frames(reply: Reply, content: str) -> Generator[bytes, None, None]:
    yield from map(_frame, reply.plain_chunks(content))
    yield _DONE


def _reply_to(body: ChatRequest, request: Request) -> Reply:
    return Reply(
        body.model,
        str(request.base_url),
        prompt_text(body),
        int(time.time()),
        include_usage=bool(body.stream_options and body.stream_options.include_usage),
    )


@router.get("/models")
def list_models(service: Service) -> ModelList:
    """List the collections as models."""
    return ModelList(tuple(_model(collection) for collection in service.collections()))


@router.get("/models/{model:path}")
def show_model(model: str, service: Service) -> Model:
    """Show a collection as a model."""
    collection, _ = read_model(model)
    return _model(service.collection(collection))


def _model(collection: Collection) -> Model:
    return Model(model_name(collection.name), int(collection.created_at.timestamp()))


def chat_frames(
    reply: Reply, first: AskEvent, events: Iterator[AskEvent], instance: str
) -> Generator[bytes, None, None]:
    """The events as chunks. An error becomes the last chunk.

    Closing this generator drops the last reference to `events`, and so closes them too.
    """
    assert first.answer is not None, "a stream of events begins with the evidence"
    yield _frame(opening := reply.opening(first.answer))
    try:
        for event in chain((first,), events):
            cancellation.current().check()
            yield from map(_frame, reply.chunks(opening.id, event))
    except RagappError as error:
        failure = failure_of(problem_of(error, instance))
        yield format_sse_event(data_str=encode(FailureReply, failure).decode())
    yield _DONE


def _frame(chunk: CompletionChunk) -> bytes:
    return format_sse_event(data_str=encode(CompletionChunk, chunk, without_none=True).decode())
