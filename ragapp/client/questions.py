"""Search, questions, stored answers and conversations."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from urllib.parse import quote

from ragapp.api import problems
from ragapp.api.schemas import ConversationTitle, NewConversation, Problem, Token, decode, encode
from ragapp.client.transport import ClientPart
from ragapp.errors import ServerUnavailable
from ragapp.types import (
    Answer,
    AnswerDay,
    AskEvent,
    AskQuery,
    Conversation,
    Feedback,
    SearchQuery,
    SearchResult,
    StoredAnswer,
)


class ClientQuestions(ClientPart):
    def search(self, query: SearchQuery) -> SearchResult:
        """The `k` best chunks for a query.

        Raises UsageError, NotFoundError, ModelError, EmbedderMismatch.
        """
        body = encode(SearchQuery, replace(query, filters=dict(query.filters)))
        return decode(SearchResult, self._transport.send("POST", "/v1/search", body=body))

    def ask(self, query: AskQuery) -> Generator[AskEvent, None, None]:
        """The events of an answer; the last carries the whole answer. Raises the same errors as `search`.

        Closing the generator tells the server to stop.
        """
        body = encode(AskQuery, replace(query, filters=dict(query.filters), history=tuple(query.history)))
        with self._transport.stream("/v1/ask", body) as pieces:
            yield from ask_events(pieces)


class ClientHistory(ClientPart):
    """Stored answers and conversations: the methods of `RagService.history`. Callers see only their own."""

    def answer(self, answer_id: str) -> StoredAnswer:
        """A stored answer, without the parts that rest on documents deleted since. Raises NotFoundError."""
        return decode(StoredAnswer, self._transport.send("GET", _answer_path(answer_id)))

    def days(self, last: int) -> list[AnswerDay]:
        """Counts of all answers on each of the `last` days (UTC). Days without answers are left out."""
        return decode(list[AnswerDay], self._transport.send("GET", f"/v1/admin/days?last={last}"))

    def add_feedback(self, answer_id: str, feedback: Feedback) -> None:
        """Stores feedback on an answer. Raises NotFoundError, and UsageError for empty feedback."""
        body = encode(Feedback, feedback)
        self._transport.send("POST", f"{_answer_path(answer_id)}/feedback", body=body)

    def create_conversation(self, title: str = "") -> Conversation:
        """Creates a conversation. Without a title, its first question becomes the title."""
        body = encode(NewConversation, NewConversation(title))
        return decode(Conversation, self._transport.send("POST", "/v1/conversations", body=body))

    def conversation(self, conversation_id: str) -> Conversation:
        """Returns the conversation. Raises NotFoundError."""
        return decode(Conversation, self._transport.send("GET", _conversation_path(conversation_id)))

    def conversations(self) -> list[Conversation]:
        """The caller's conversations, latest first."""
        return decode(list[Conversation], self._transport.send("GET", "/v1/conversations"))

    def conversation_answers(self, conversation_id: str) -> list[StoredAnswer]:
        """The answers of a conversation, oldest first. Raises NotFoundError."""
        path = f"{_conversation_path(conversation_id)}/answers"
        return decode(list[StoredAnswer], self._transport.send("GET", path))

    def rename_conversation(self, conversation_id: str, title: str) -> Conversation:
        """Renames the conversation. Raises NotFoundError, and UsageError for an empty title."""
        body = encode(ConversationTitle, ConversationTitle(title))
        path = _conversation_path(conversation_id)
        return decode(Conversation, self._transport.send("PATCH", path, body=body))

    def delete_conversation(self, conversation_id: str) -> None:
        """Deletes a conversation with its answers and their feedback. Raises NotFoundError."""
        self._transport.send("DELETE", _conversation_path(conversation_id))


def ask_events(pieces: Iterable[bytes]) -> Iterator[AskEvent]:
    """The events of one answer.

    Raises the error that an `error` event carries, and ServerUnavailable when the stream ends without an
    answer.
    """
    for name, data in _frames(pieces):
        match name:
            case "token":
                yield AskEvent("token", text=decode(Token, data).text)
            case "evidence":
                yield AskEvent("evidence", answer=decode(Answer, data))
            case "answer":
                yield AskEvent("answer", answer=decode(Answer, data))
                return
            case "error":
                raise problems.error_of(decode(Problem, data))
    raise ServerUnavailable("The server stopped while answering. Check its log, and ask again.")


def _frames(pieces: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """(event, data) pairs. https://html.spec.whatwg.org/multipage/server-sent-events.html"""
    name, data = "", list[bytes]()
    for line in _lines(pieces):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not line:
            if data:
                yield name, b"\n".join(data)
            name, data = "", []
        elif field == b"event":
            name = value.decode()
        elif field == b"data":
            data.append(value)


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines end with a line feed only. str.splitlines would also split at U+2028, which text may contain."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines


def _answer_path(answer_id: str) -> str:
    return f"/v1/answers/{quote(answer_id, safe='')}"


def _conversation_path(conversation_id: str) -> str:
    return f"/v1/conversations/{quote(conversation_id, safe='')}"
