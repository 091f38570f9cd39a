"""Searching and asking."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from ragapp.doors.client.events import ask_events
from ragapp.doors.client.room import NOTHING, Room
from ragapp.doors.wire import AskRequest, SearchRequest, decode, encode
from ragapp.types import AskEvent, AskMode, SearchMode, SearchResult, Turn


class ClientQuestions(Room):
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
