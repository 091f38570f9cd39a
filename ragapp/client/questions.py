"""Searching and asking."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace

from ragapp.api import problems
from ragapp.api.schemas import Problem, Token, decode, encode
from ragapp.client.transport import ClientPart
from ragapp.errors import ServerUnavailable
from ragapp.types import Answer, AskEvent, AskQuery, SearchQuery, SearchResult


class ClientQuestions(ClientPart):
    def search(self, query: SearchQuery) -> SearchResult:
        """The `k` best chunks. Raises UsageError, NotFoundError, ModelError, EmbedderMismatch."""
        body = encode(SearchQuery, replace(query, filters=dict(query.filters)))
        return decode(SearchResult, self._transport.send("POST", "/v1/search", body=body))

    def ask(self, query: AskQuery) -> Generator[AskEvent, None, None]:
        """Answers in pieces, the last of which is the whole answer. Raises as `search` does.

        Closing the generator tells the server to stop.
        """
        body = encode(AskQuery, replace(query, filters=dict(query.filters), history=tuple(query.history)))
        with self._transport.stream("/v1/ask", body) as pieces:
            yield from ask_events(pieces)


def ask_events(pieces: Iterable[bytes]) -> Iterator[AskEvent]:
    """The events of one answer. Raises the error that an `error` event tells of, and ServerUnavailable
    when the stream ends without an answer."""
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
    raise ServerUnavailable("The server stopped in the middle of its answer. See its log, and ask again.")


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
    """Lines end with a line feed only: text may hold U+2028 and its like, at which str.splitlines cuts."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
