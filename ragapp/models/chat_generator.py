"""A generator on top of any chat model, remote or local."""

from __future__ import annotations

import codecs
import time
from collections.abc import Generator as Coroutine
from collections.abc import Iterator
from contextlib import closing

from ragapp.errors import ModelError, PromptTooLong, RagappError
from ragapp.models.chat import ChatModel, ChatRequest, Delta, Dialect
from ragapp.models.deadlines import Connections, Deadlines, in_time
from ragapp.models.endpoints import redacted
from ragapp.models.learned import context_named_in
from ragapp.models.profiles import Profiler
from ragapp.models.retries import delay_before
from ragapp.processes import cancellation
from ragapp.text.reasoning import CLOSED, Reasoning
from ragapp.types import Ending, GeneratorProfile

THINKING_TOKENS = 2048

_CHARACTERS_PER_TOKEN = 16
"""A generous upper limit for thinking, because a server may let its model think without end."""

_MAX_REASON = 400

_LEAST_THINKING = 256

_TOO_LONG_STATUS = frozenset({400, 413, 422, 500})

_BYTES_PER_TOKEN = 4

_MEASURED_TOKENS = 300
"""A shorter prompt is read too fast for a measurement from outside."""


class ChatGenerator:
    """Streams from a chat model within `deadlines`. `remedy` is the end of error messages.

    Learns from the first replies which options the server refuses, and whether the model thinks before it
    answers: such a model gets `thinking_tokens` in addition to those of the answer. Safe for many threads.
    """

    def __init__(
        self,
        name: str,
        chat: ChatModel,
        remedy: str,
        deadlines: Deadlines,
        *,
        profiler: Profiler | None = None,
        thinking_tokens: int = THINKING_TOKENS,
        dialect: Dialect | None = None,
    ) -> None:
        self._name = name
        self._profiler = profiler or Profiler(name, name)
        self._chat = chat
        self._remedy = remedy
        self._deadlines = deadlines
        self._thinking_tokens = thinking_tokens
        self._dialect = dialect or Dialect()
        self._omits_opening_tag = False

    @property
    def name(self) -> str:
        return self._name

    def profile(self) -> GeneratorProfile:
        return self._profiler.profile()

    def unavailable(self) -> str | None:
        """Always None: only a request shows whether the model is available."""
        return None

    def generate(self, system: str, prompt: str, max_tokens: int) -> Coroutine[str, None, Ending | None]:
        """Streams a reply. Tries again while nothing was generated: after a pause if the server is busy or
        absent, without an option that it refuses, and with more tokens for a model that turns out to think.
        Raises ModelError.

        Closing the iterator ends the request, so that the server stops generating. A cancellation also ends
        it, even while the server sends nothing. Raises PromptTooLong when the server says so.
        """
        until = time.monotonic() + self._deadlines.whole
        attempt, sent = 1, _tokens(system, prompt)
        while True:
            thinking = self._thinking_budget(sent + max_tokens)
            request = ChatRequest(system, prompt, max_tokens + thinking, self._dialect)
            reply = _Reply(thinking, opened=self._omits_opening_tag)
            try:
                with closing(self._deltas(request, until)) as deltas:
                    yield from reply.read(deltas)
            except _Failed as failed:
                if not reply.written:
                    self._check_length(failed.error, sent)
                    if self._adapted(request.dialect, failed.error):
                        continue
                delay = None if reply.written else delay_before(attempt, failed.error)
                if delay is None:
                    raise self._error(failed.error) from None
                cancellation.current().wait(delay)
                attempt += 1
                continue
            self._profiler.learn(thinks=reply.thinks, speed=reply.read_speed(sent))
            self._omits_opening_tag = self._omits_opening_tag or reply.unopened
            if not reply.wants_room:
                return reply.ending

    def count_tokens(self, text: str) -> None:
        """Always None: the server does not offer its tokenizer."""

    def warm_up(self, system: str) -> None:
        """Does nothing: the server keeps its model loaded."""

    def read_ahead(self, system: str) -> None:
        """Has the server process the beginning of later prompts, and generate one token. Raises
        ModelError."""
        request = ChatRequest(system, "", 1, self._dialect)
        try:
            with closing(self._deltas(request, time.monotonic() + self._deadlines.whole)) as deltas:
                for _ in deltas:
                    pass
        except _Failed as failed:
            raise self._error(failed.error) from None

    def close(self) -> None:
        """Does nothing: no connection is kept between requests."""

    def _deltas(self, request: ChatRequest, until: float) -> Coroutine[Delta, None, None]:
        def open_stream(connections: Connections) -> Coroutine[Delta, None, None]:
            return self._chat.stream(request, connections)

        try:
            yield from in_time(open_stream, self._deadlines, until, _has_content)
        except RagappError:  # a missing model, or a cancellation
            raise
        except Exception as error:  # the errors of providers have no common base class
            raise _Failed(error) from error

    def _thinking_budget(self, tokens: int) -> int:
        """The tokens for reasoning, besides the `tokens` of prompt and answer, within the model's context."""
        known = self._profiler.known()
        if not known.thinks:
            return 0
        if known.context_tokens is None:
            return self._thinking_tokens
        return min(self._thinking_tokens, max(_LEAST_THINKING, known.context_tokens - tokens))

    def _check_length(self, error: Exception, sent: int) -> None:
        """Raises PromptTooLong if that is what the error says, and remembers the context that it names."""
        status = getattr(getattr(error, "response", None), "status_code", None)
        context = context_named_in(str(error), sent) if status in _TOO_LONG_STATUS else None
        if context is not None:
            self._profiler.learn(context_tokens=context)
            raise PromptTooLong(str(self._error(error)))

    def _adapted(self, dialect: Dialect, error: Exception) -> bool:
        """Whether the error names an option that can be omitted, which it is from now on."""
        response = getattr(error, "response", None)
        status = getattr(response, "status_code", None)
        adapted = dialect.without_refused(str(error), getattr(error, "param", None), status)
        if adapted is None:
            return False
        self._dialect = Dialect(self._dialect.dropped | adapted.dropped)
        return True

    def _error(self, error: BaseException) -> ModelError:
        """The error for users, to be raised without its cause, which may contain the key."""
        reason = redacted(_reason(error), self._chat.secrets)[:_MAX_REASON]
        return ModelError(f"{self._name} did not answer: {reason}. {self._remedy}")


class _Failed(Exception):
    """A request that failed with `error`."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class _Reply:
    """A reply while it is read: the pieces of its answer, and what it reveals about the model."""

    def __init__(self, room: int, *, opened: bool) -> None:
        self._room = room
        self._reasoning = Reasoning(opened=opened)
        self._decoder = codecs.getincrementaldecoder("utf-16-le")("replace")
        self._thoughts = 0
        self._started = time.monotonic()
        self._first: float | None = None
        self._stated_speed: float | None = None
        self.written = False
        self.thinks = False
        self.wants_room = False
        """Whether reading ended early because the model thinks and had no tokens for that."""
        self.ending: Ending = "interrupted"

    @property
    def unopened(self) -> bool:
        return self._reasoning.unopened

    def read(self, deltas: Iterator[Delta]) -> Iterator[str]:
        """The pieces of the answer. Ends early when the request should be repeated, or the model thinks too
        long."""
        for delta in deltas:
            yield from self._consume(self._whole(delta.text))
            self._record_delta(delta)
            if self.wants_room or self._thinks_too_long():
                return
        yield from self._consume(self._decoder.decode(b"", final=True))
        yield from self._pieces(self._reasoning.end(whole=self.ending == "complete"))
        self.thinks = self.thinks or self._reasoning.seen
        self.wants_room = not (self._room or self.written) and self.ending == "length"
        self.thinks = self.thinks or self.wants_room

    def _consume(self, text: str) -> Iterator[str]:
        if not text:
            return
        retractions = self._reasoning.retractions
        new = self._reasoning.feed(text)
        if self._reasoning.retractions > retractions:
            yield CLOSED
        yield from self._pieces(new)

    def _pieces(self, text: str) -> Iterator[str]:
        if text:
            self.written = True
            yield text

    def read_speed(self, prompt_tokens: int) -> float | None:
        """How fast the prompt was read, in tokens a second: as the server states, or as its first token
        shows.
        """
        if self._stated_speed is not None or self._first is None or prompt_tokens < _MEASURED_TOKENS:
            return self._stated_speed
        return prompt_tokens / max(0.001, self._first - self._started)

    def _record_delta(self, delta: Delta) -> None:
        if self._first is None and _has_content(delta):
            self._first = time.monotonic()
        self._stated_speed = delta.read_speed or self._stated_speed
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
        """The complete characters so far: some servers send the halves of a character (surrogates)
        separately.

        A single half becomes U+FFFD.
        """
        return self._decoder.decode(piece.encode("utf-16-le", "surrogatepass"))


def _tokens(*texts: str) -> int:
    """About how many tokens the texts have."""
    return sum(len(text.encode()) for text in texts) // _BYTES_PER_TOKEN


def _has_content(delta: Delta) -> bool:
    """Whether the model generated anything, including thinking: some servers send empty pieces as pings."""
    return bool(delta.text or delta.thinking)


def _reason(error: BaseException) -> str:
    """The message of the error and of its first cause, because clients often only say that they failed."""
    root = error
    while root.__cause__ is not None:
        root = root.__cause__
    message, cause = _one_line(error), _one_line(root)
    return message if cause in message else f"{message} ({cause})"


def _one_line(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__).rstrip(".")
