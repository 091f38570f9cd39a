"""Searching and asking."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

from ragapp.api import problems
from ragapp.api.schemas import AskRequest, Problem, SearchRequest, Token, decode, encode
from ragapp.client.transport import NOTHING, ClientPart
from ragapp.errors import ServerUnavailable
from ragapp.types import Answer, AskEvent, AskMode, SearchMode, SearchResult, Turn


class ClientQuestions(ClientPart):
    def search(
        self,
        query: str,
        *,
        collection: str = "default",
        k: int = 10,
        mode: SearchMode = "hybrid",
        filters: Mapping[str, str] = NOTHING,
    ) -> SearchResult:
        """The `k` best chunks. Raises UsageError, NotFoundError, ModelError, EmbedderMismatch."""
        wanted = SearchRequest(query, collection, k, mode, dict(filters))
        body = encode(SearchRequest, wanted)
        return decode(SearchResult, self._transport.send("POST", "/v1/search", body=body))

    def ask(
        self,
        question: str,
        *,
        collection: str = "default",
        k: int = 8,
        mode: AskMode = "auto",
        filters: Mapping[str, str] = NOTHING,
        history: Sequence[Turn] = (),
        conversation_id: str | None = None,
        standalone_question: str | None = None,
        use_cache: bool = True,
    ) -> Generator[AskEvent, None, None]:
        """Answers in pieces, the last of which is the whole answer. Raises as `search` does.

        A question that leans on earlier ones, those of `history` or of a stored conversation, is searched
        for as one that stands alone; `standalone_question` is the caller's own wording of that. Closing
        the generator tells the server to stop.
        """
        wanted = AskRequest(
            question,
            collection,
            k,
            mode,
            dict(filters),
            history=tuple(history),
            conversation_id=conversation_id,
            standalone_question=standalone_question,
            use_cache=use_cache,
        )
        with self._transport.stream("/v1/ask", encode(AskRequest, wanted)) as pieces:
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
