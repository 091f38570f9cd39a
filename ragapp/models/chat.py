"""The generator: any chat model that LangChain speaks to, served or local."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, cast

from ragapp import cancellation
from ragapp.errors import ModelError, RagappError
from ragapp.models.healing import pause_before
from ragapp.models.patience import Line, Patience, in_time

if TYPE_CHECKING:
    from collections.abc import Generator

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

Connect = Callable[[int, Line], "BaseChatModel"]
"""A chat model that writes at most that many tokens, over connections that the line can cut where the
model's client lets us. Raises ModelError."""

_CONNECT_SECONDS = 10.0


class ChatGenerator:
    """Streams from the model that `connect` gives, as long as `patience` lasts.

    `remedy` ends the message when that fails.
    """

    def __init__(self, name: str, connect: Connect, remedy: str, patience: Patience) -> None:
        self._name = name
        self._connect = connect
        self._remedy = remedy
        self._patience = patience

    @property
    def name(self) -> str:
        return self._name

    def unavailable(self) -> str | None:
        """None: only a request shows whether a served model answers."""
        return None

    def generate(self, system: str, prompt: str, max_tokens: int) -> Iterator[str]:
        """Asks a busy or absent server again as long as nothing was written. Raises ModelError.

        Closing the iterator ends the request, so that the server stops writing; a cancellation ends it too,
        even while nothing comes.
        """
        until = time.monotonic() + self._patience.whole
        for attempt in count(1):
            written = False
            try:
                for piece in self._stream(system, prompt, max_tokens, until):
                    written = True
                    yield piece
            except RagappError:  # a model that is not there, or a cancellation
                raise
            except Exception as error:  # each provider has errors of its own, with no common root
                pause = None if written else pause_before(attempt, error)
                if pause is None:
                    why = f"{self._name} did not answer: {_reason(error)}. {self._remedy}"
                    raise ModelError(why) from error
                cancellation.current().wait(pause)
            else:
                return

    def count_tokens(self, text: str) -> None:
        """None: a served model does not tell how it counts before it has read."""

    def warm_up(self, system: str) -> None:
        """Nothing: a served model is kept warm by its server."""

    def _stream(self, system: str, prompt: str, max_tokens: int, until: float) -> Iterator[str]:
        def open_stream(line: Line) -> Generator[AIMessageChunk, None, None]:
            stream = self._connect(max_tokens, line).stream([("system", system), ("human", prompt)])
            return cast("Generator[AIMessageChunk, None, None]", stream)

        with closing(in_time(open_stream, self._patience, until, _says_something)) as pieces:
            yield from _whole(str(piece.text) for piece in pieces)

    def close(self) -> None:
        """Nothing is held between requests."""


def openai_chat(
    model: str, base_url: str | None, api_key: str | None, patience: Patience, *, proxied: bool = True
) -> Connect:
    """Chat Completions of `base_url` (None: OpenAI, with the key that its own environment variable names).

    `proxied` False: straight there, whatever proxy is set.
    """

    def connect(max_tokens: int, line: Line) -> BaseChatModel:
        import httpx  # noqa: PLC0415
        from langchain_openai import ChatOpenAI  # noqa: PLC0415  takes a second to import
        from pydantic import SecretStr  # noqa: PLC0415

        silence = max(patience.first, patience.between)
        limits = httpx.Timeout(silence, connect=min(silence, _CONNECT_SECONDS))
        # A server of one's own wants no key, but the client refuses to go without one.
        key = api_key or ("none" if base_url else None)
        return ChatOpenAI(
            model=model,
            base_url=base_url,
            api_key=SecretStr(key) if key else None,
            temperature=0,
            max_completion_tokens=max_tokens,
            timeout=limits,
            max_retries=0,  # ours tell what may heal from what only takes the reader's time
            use_responses_api=False,
            http_client=httpx.Client(
                timeout=limits,
                trust_env=proxied,
                follow_redirects=True,
                event_hooks={"request": [line.watch]},
            ),
        )

    return connect


def provider_chat(provider: str, model: str, patience: Patience) -> Connect:
    """A model of any provider whose LangChain package is installed.

    Its connections are its client's own: one that is given up ends with the client's timeout.
    """

    def connect(max_tokens: int, _: Line) -> BaseChatModel:
        from langchain.chat_models import init_chat_model  # noqa: PLC0415  heavy

        return init_chat_model(
            model,
            model_provider=provider,
            temperature=0,
            max_tokens=max_tokens,
            timeout=max(patience.first, patience.between),
        )

    return connect


def _says_something(piece: AIMessageChunk) -> bool:
    """Whether the model wrote anything, be it only to itself: some servers send empty pieces as pings."""
    return bool(piece.content or piece.additional_kwargs)


def _whole(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces that are not empty, of whole characters: some servers send one in two halves (surrogates).

    A half alone, which nobody could be sent, becomes U+FFFD.
    """
    decoder = codecs.getincrementaldecoder("utf-16-le")("replace")
    for piece in pieces:
        if text := decoder.decode(piece.encode("utf-16-le", "surrogatepass")):
            yield text
    if text := decoder.decode(b"", final=True):
        yield text


def _reason(error: BaseException) -> str:
    """What the error says and, as clients often say only that it failed, what its first cause says."""
    root = error
    while root.__cause__ is not None:
        root = root.__cause__
    said, cause = _first_line(error), _first_line(root)
    return said if cause in said else f"{said} ({cause})"


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
