"""A stand-in for an OpenAI-compatible model server, which streams what a test gives it to write."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager

from fastapi import FastAPI
from pydantic import SecretStr

from ragapp.api.http.event_stream import EventStream
from ragapp.settings import Settings
from tests.serving import serving


class Pieces:
    """What it writes, piece by piece; `stopped` is set once it has ended or was told to end."""

    def __init__(self, *pieces: str, endless: bool = False, finish_reason: str | None = "stop") -> None:
        self.pieces = pieces
        self.finish_reason = finish_reason
        self.endless = endless
        self.stopped = threading.Event()

    def __iter__(self) -> Iterator[str]:
        try:
            yield from self.pieces
            while self.endless and not self.stopped.wait(0.01):
                yield "and so on "
        finally:
            self.stopped.set()


@contextmanager
def written_by(pieces: Pieces, settings: Settings) -> Iterator[Settings]:
    """The settings, with a model that writes the pieces and without a cache."""
    model = FastAPI()
    model.post("/v1/chat/completions")(lambda: EventStream(_completion(pieces)))
    with serving(model) as url:
        yield settings.model_copy(
            update={
                "generator": "openai:stand-in",
                "openai_base_url": f"{url}/v1",
                "openai_api_key": SecretStr("none"),
                "cache": False,
            }
        )


def _completion(pieces: Pieces) -> Generator[bytes, None, None]:
    for piece in iter(pieces):
        yield _event({"role": "assistant", "content": piece})
    if pieces.finish_reason is not None:
        yield _event({}, pieces.finish_reason)
    yield b"data: [DONE]\n\n"


def _event(delta: Mapping[str, str], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    about = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return f"data: {json.dumps(about | {'choices': [choice]})}\n\n".encode()
