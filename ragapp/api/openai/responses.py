"""Converts an Answer to a chat completion, whole or in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid4

from ragapp.answering.prompt import BYTES_PER_TOKEN
from ragapp.api.answer_text import Mark, cited_text, one_line, sources
from ragapp.api.openai.schemas import (
    AnnotatedSpan,
    Annotation,
    Choice,
    ChunkChoice,
    Completion,
    CompletionChunk,
    Delta,
    Failure,
    FailureReply,
    FinishReason,
    ReplyMessage,
    TokenUsage,
    Url,
)
from ragapp.api.schemas import Problem
from ragapp.types import Answer, AskEvent, Citation, Ending

_FINISHED: Mapping[Ending, FinishReason] = {
    "complete": "stop",
    "length": "length",
    "filtered": "content_filter",
    "interrupted": "length",
    "stopped": "length",
}
"""OpenAI has no reason for interrupted texts. `length` at least says that the text is incomplete."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What all parts of one reply have in common.

    `base_url` is that of the API and ends with a slash, `prompt` is the text of the request, and `created` is
    in seconds since the epoch.
    """

    model: str
    base_url: str
    prompt: str
    created: int
    include_usage: bool = False

    def completion(self, answer: Answer) -> Completion:
        message = self._message(answer)
        usage = self._usage(message.content)
        return Completion(
            _id(answer),
            self.created,
            self.model,
            (Choice(message, finish_reason=_FINISHED[answer.ending]),),
            usage,
        )

    def plain_completion(self, content: str) -> Completion:
        """A text that is not an answer, so it has no citations, and its id refers to no stored answer."""
        choice = Choice(ReplyMessage(content, ()))
        return Completion(_unstored_id(), self.created, self.model, (choice,), self._usage(content))

    def plain_chunks(self, content: str) -> Iterator[CompletionChunk]:
        """The reply of a plain text as a stream."""
        unstored = _unstored_id()
        yield self._chunk(unstored, Delta(role="assistant", content=content))
        yield CompletionChunk(
            unstored, self.created, self.model, (ChunkChoice(Delta(), finish_reason="stop"),)
        )
        if self.include_usage:
            yield CompletionChunk(unstored, self.created, self.model, (), self._usage(content))

    def opening(self, answer: Answer) -> CompletionChunk:
        """The first chunk of a stream, made from any answer with its id."""
        return self._chunk(_id(answer), Delta(role="assistant", content=""))

    def chunks(self, answer_id: str, event: AskEvent) -> Iterator[CompletionChunk]:
        """The chunks for an event: unchecked tokens as reasoning, the checked answer as content."""
        if event.kind == "token":
            yield self._chunk(answer_id, Delta(reasoning_content=event.text))
        if event.kind != "answer" or event.answer is None:
            return
        message = self._message(event.answer)
        yield self._chunk(answer_id, Delta(content=message.content))
        finished = _FINISHED[event.answer.ending]
        ending = ChunkChoice(Delta(annotations=message.annotations), finish_reason=finished)
        yield CompletionChunk(answer_id, self.created, self.model, (ending,))
        if self.include_usage:
            usage = self._usage(message.content)
            yield CompletionChunk(answer_id, self.created, self.model, (), usage)

    def _chunk(self, answer_id: str, delta: Delta) -> CompletionChunk:
        return CompletionChunk(answer_id, self.created, self.model, (ChunkChoice(delta),))

    def _message(self, answer: Answer) -> ReplyMessage:
        cited = cited_text(answer)
        citations = {citation.number: citation for citation in answer.citations}
        annotations = tuple(self._annotation(mark, citations[mark.number]) for mark in cited.marks)
        content = "\n\n".join(part for part in (cited.text, sources(answer)) if part)
        return ReplyMessage(content, annotations)

    def _annotation(self, mark: Mark, citation: Citation) -> Annotation:
        where = f"v1/collections/-/documents/{citation.document_id}/text?version={citation.version}"
        title = f"{one_line(citation.document_name)}, page {citation.page}"
        return Annotation(
            Url(mark.start, mark.end, title, self.base_url + where),
            AnnotatedSpan(
                number=citation.number,
                document_id=citation.document_id,
                document_name=citation.document_name,
                version=citation.version,
                page=citation.page,
                start=citation.start,
                end=citation.end,
                quote=citation.quote,
                verdict=mark.verdict,
            ),
        )

    def _usage(self, content: str) -> TokenUsage:
        prompt, completion = _tokens(self.prompt), _tokens(content)
        return TokenUsage(prompt, completion, prompt + completion)


def _unstored_id() -> str:
    return f"chatcmpl-{uuid4().hex}"


def _id(answer: Answer) -> str:
    """The id of the stored answer, for feedback."""
    return f"chatcmpl-{answer.answer_id}"


def _tokens(text: str) -> int:
    return -(-len(text.encode()) // BYTES_PER_TOKEN)


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
    """Whether the path belongs to the OpenAI-compatible API."""
    return path.startswith(("/v1/chat/", "/v1/models"))


def status_of(problem: Problem) -> int:
    """The HTTP status of a problem in the OpenAI-compatible API, which has 400 where this API has 422."""
    is_invalid = problem.status == HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.BAD_REQUEST if is_invalid else problem.status


def failure_of(problem: Problem) -> FailureReply:
    status = HTTPStatus(problem.status)
    other = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    return FailureReply(Failure(problem.detail, _TYPES.get(status, other), None, _CODES.get(status)))
