"""The generator: any chat model that can be asked, served or local."""

from __future__ import annotations

import codecs
import time
from collections.abc import Generator as Coroutine
from collections.abc import Iterator
from contextlib import closing

from ragapp.errors import ModelError, RagappError
from ragapp.models.deltas import Chat, ChatRequest, Delta
from ragapp.models.dialect import Dialect
from ragapp.models.patience import Line, Patience, in_time
from ragapp.models.retries import pause_before
from ragapp.models.secrecy import redacted
from ragapp.processes import cancellation
from ragapp.text.reasoning import CLOSED, Reasoning
from ragapp.types import Ending

THINKING_TOKENS = 2048

_CHARACTERS_PER_TOKEN = 16
"""Of thinking, at most, about: a server may let its model think without end."""

_LONGEST_REASON = 400


class ChatGenerator:
    """Streams from a chat model, as long as `patience` lasts. `remedy` ends the message when that fails.

    It learns from the first replies what the server refuses, and whether the model thinks before it
    answers: such a model is given `thinking_tokens` besides those of the answer. Safe for many threads.
    """

    def __init__(
        self,
        name: str,
        chat: Chat,
        remedy: str,
        patience: Patience,
        *,
        thinking_tokens: int = THINKING_TOKENS,
        dialect: Dialect | None = None,
    ) -> None:
        self._name = name
        self._chat = chat
        self._remedy = remedy
        self._patience = patience
        self._thinking_tokens = thinking_tokens
        self._dialect = dialect or Dialect()
        self._thinks = False
        self._leaves_out_the_opening = False

    @property
    def name(self) -> str:
        return self._name

    def unavailable(self) -> str | None:
        """None: only a request shows whether a served model answers."""
        return None

    def generate(self, system: str, prompt: str, max_tokens: int) -> Coroutine[str, None, Ending | None]:
        """Asks again as long as nothing was written: a busy or absent server after a pause, one that refuses
        an option without it, and a model that turns out to think with room for that. Raises ModelError.

        Closing the iterator ends the request, so that the server stops writing; a cancellation ends it too,
        even while nothing comes.
        """
        until = time.monotonic() + self._patience.whole
        attempt = 1
        while True:
            room = self._thinking_tokens if self._thinks else 0
            request = ChatRequest(system, prompt, max_tokens + room, self._dialect)
            reply = _Reply(room, opened=self._leaves_out_the_opening)
            try:
                with closing(self._deltas(request, until)) as deltas:
                    yield from reply.read(deltas)
            except _Failed as failed:
                if not reply.written and self._adapted(request.dialect, failed.error):
                    continue
                pause = None if reply.written else pause_before(attempt, failed.error)
                if pause is None:
                    raise self._told(failed.error) from None
                cancellation.current().wait(pause)
                attempt += 1
                continue
            self._thinks = self._thinks or reply.thinks
            self._leaves_out_the_opening = self._leaves_out_the_opening or reply.unopened
            if not reply.wants_room:
                return reply.ending

    def count_tokens(self, text: str) -> None:
        """None: a served model does not tell how it counts before it has read."""

    def warm_up(self, system: str) -> None:
        """Nothing: a served model is kept warm by its server."""

    def read_ahead(self, system: str) -> None:
        """Has the server read the beginning of later prompts, and write one token. Raises ModelError."""
        request = ChatRequest(system, "", 1, self._dialect)
        try:
            with closing(self._deltas(request, time.monotonic() + self._patience.whole)) as deltas:
                for _ in deltas:
                    pass
        except _Failed as failed:
            raise self._told(failed.error) from None

    def close(self) -> None:
        """Nothing is held between requests."""

    def _deltas(self, request: ChatRequest, until: float) -> Coroutine[Delta, None, None]:
        def open_stream(line: Line) -> Coroutine[Delta, None, None]:
            return self._chat.stream(request, line)

        try:
            yield from in_time(open_stream, self._patience, until, _says_something)
        except RagappError:  # a model that is not there, or a cancellation
            raise
        except Exception as error:  # each provider has errors of its own, with no common root
            raise _Failed(error) from error

    def _adapted(self, dialect: Dialect, error: Exception) -> bool:
        """Whether the error names a part of the request that can be left out, which it is from now on."""
        response = getattr(error, "response", None)
        status = getattr(response, "status_code", None)
        learnt = dialect.without_refused(str(error), getattr(error, "param", None), status)
        if learnt is None:
            return False
        self._dialect = Dialect(self._dialect.dropped | learnt.dropped)
        return True

    def _told(self, error: BaseException) -> ModelError:
        """The error for readers. To be raised without its cause, which may quote the key."""
        reason = redacted(_reason(error), self._chat.secrets)[:_LONGEST_REASON]
        return ModelError(f"{self._name} did not answer: {reason}. {self._remedy}")


class _Failed(Exception):
    """A request that failed with `error`."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class _Reply:
    """One reply as it is read: the pieces of its answer, and what it shows of the model."""

    def __init__(self, room: int, *, opened: bool) -> None:
        self._room = room
        self._reasoning = Reasoning(opened=opened)
        self._decoder = codecs.getincrementaldecoder("utf-16-le")("replace")
        self._thoughts = 0
        self.written = False
        self.thinks = False
        self.wants_room = False
        """Whether it was left because the model thinks and had no room for that."""
        self.ending: Ending = "interrupted"

    @property
    def unopened(self) -> bool:
        return self._reasoning.unopened

    def read(self, deltas: Iterator[Delta]) -> Iterator[str]:
        """The pieces of the answer. Ends early when the model should be asked again, or thinks too long."""
        for delta in deltas:
            yield from self._take(self._whole(delta.text))
            self._note(delta)
            if self.wants_room or self._thinks_too_long():
                return
        yield from self._take(self._decoder.decode(b"", final=True))
        yield from self._pieces(self._reasoning.end(whole=self.ending == "complete"))
        self.thinks = self.thinks or self._reasoning.seen
        self.wants_room = not (self._room or self.written) and self.ending == "length"
        self.thinks = self.thinks or self.wants_room

    def _take(self, text: str) -> Iterator[str]:
        if not text:
            return
        taken_back = self._reasoning.retractions
        new = self._reasoning.feed(text)
        if self._reasoning.retractions > taken_back:
            yield CLOSED
        yield from self._pieces(new)

    def _pieces(self, text: str) -> Iterator[str]:
        if text:
            self.written = True
            yield text

    def _note(self, delta: Delta) -> None:
        self.ending = delta.ending or self.ending
        self.thinks = self.thinks or bool(delta.thinking) or self._reasoning.thinking
        if self.thinks and not self.written:
            self._thoughts += len(delta.text) + len(delta.thinking)
            self.wants_room = not self._room

    def _thinks_too_long(self) -> bool:
        if self._room and self._thoughts > self._room * _CHARACTERS_PER_TOKEN:
            self.ending = "length"
            return True
        return False

    def _whole(self, piece: str) -> str:
        """As much as there is of whole characters: some servers send one in two halves (surrogates).

        A half alone, which nobody could be sent, becomes U+FFFD.
        """
        return self._decoder.decode(piece.encode("utf-16-le", "surrogatepass"))


def _says_something(delta: Delta) -> bool:
    """Whether the model wrote anything, be it only to itself: some servers send empty pieces as pings."""
    return bool(delta.text or delta.thinking)


def _reason(error: BaseException) -> str:
    """What the error says and, as clients often say only that it failed, what its first cause says."""
    root = error
    while root.__cause__ is not None:
        root = root.__cause__
    said, cause = _one_line(error), _one_line(root)
    return said if cause in said else f"{said} ({cause})"


def _one_line(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__).rstrip(".")
