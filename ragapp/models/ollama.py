"""Ollama through its own API, which sets the context of a model and fetches models.

See https://github.com/ollama/ollama/blob/main/docs/api.md. Its OpenAI-compatible API cuts prompts silently
to a context that clients cannot choose.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from collections.abc import Generator as Coroutine
from typing import Any

import httpx

from ragapp.errors import ModelError
from ragapp.models.chat import ChatRequest, Delta, Refusal, Status, ending_of
from ragapp.models.deadlines import Connections, Deadlines
from ragapp.models.endpoints import public_url, url_secrets
from ragapp.models.learned import read_speed
from ragapp.models.replies import MAX_CHARACTERS, refusal_of

DEFAULT_URL = "http://127.0.0.1:11434"
PORT = 11434

SMALL_CONTEXT, LARGE_CONTEXT = 8192, 16_384
"""Tokens that are requested for a small and a large model unless the setting says otherwise: they take
memory.
"""

_CONNECT_SECONDS = 10.0
_MAX_REFUSAL_BYTES = 1 << 16

OnPull = Callable[[str, int, int], None]
"""Called with what is being done, and the bytes done and in total of the current file; 0 where unknown."""


def ollama_url(setting: str | None) -> str:
    """The URL of the server: the setting, or else OLLAMA_HOST as Ollama's own programs read it."""
    host = (setting or os.environ.get("OLLAMA_HOST") or DEFAULT_URL).strip().rstrip("/")
    host = host.removesuffix("/v1")
    url = httpx.URL(host if "://" in host else f"http://{host}")
    if url.host in {"0.0.0.0", "::"}:  # noqa: S104  a server listens there, a client cannot connect to it
        url = url.copy_with(host="127.0.0.1")
    if url.port is None and "://" not in host:
        url = url.copy_with(port=PORT)
    return str(url).rstrip("/")


class OllamaChat:
    """A model of the Ollama at `url`, with `context` tokens for prompt and reply together."""

    def __init__(self, model: str, url: str, context: Callable[[], int], deadlines: Deadlines) -> None:
        self._model = model
        self._url = url
        self._context = context
        silence = max(deadlines.first, deadlines.between)
        self._limits = httpx.Timeout(silence, connect=min(silence, _CONNECT_SECONDS))

    @property
    def secrets(self) -> tuple[str, ...]:
        return url_secrets(self._url)

    def stream(self, request: ChatRequest, connections: Connections) -> Coroutine[Delta, None, None]:
        """Streams a reply. Raises Refusal and httpx errors."""
        hooks = {"request": [connections.watch]}
        with (
            httpx.Client(timeout=self._limits, event_hooks=hooks) as client,
            client.stream("POST", f"{self._url}/api/chat", json=self._body(request)) as response,
        ):
            _raise_for(response)
            for line in _lines(response):
                yield _delta_of(line, Status(response.status_code, response.headers))

    def _body(self, request: ChatRequest) -> dict[str, object]:
        options: dict[str, object] = {"num_ctx": self._context(), "num_predict": request.max_tokens}
        if request.dialect.accepts("temperature"):
            options["temperature"] = 0
        return {
            "model": self._model,
            "messages": [{"role": role, "content": content} for role, content in request.messages],
            "stream": True,
            "options": options,
        }


def pull(model: str, url: str, on_pull: OnPull) -> None:
    """Has Ollama fetch a model; it continues an interrupted download. Raises ModelError."""
    remedy = (
        f"Check that Ollama runs at {public_url(url)} and that the name is one of https://ollama.com/library."
    )
    try:
        with (
            httpx.Client(timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS)) as client,
            client.stream("POST", f"{url}/api/pull", json={"model": model, "stream": True}) as response,
        ):
            _raise_for(response)
            done = False
            for line in _lines(response):
                if error := line.get("error"):
                    raise ModelError(f"Ollama could not fetch {model}: {error}. {remedy}")
                done = line.get("status") == "success"
                on_pull(
                    str(line.get("status") or ""),
                    int(line.get("completed") or 0),
                    int(line.get("total") or 0),
                )
    except (httpx.HTTPError, Refusal) as error:
        raise ModelError(f"Ollama could not fetch {model}: {error}. {remedy}") from error
    if not done:
        raise ModelError(
            f"Ollama stopped fetching {model} before it was complete. Run the same command again."
        )


def _raise_for(response: httpx.Response) -> None:
    """Raises Refusal for a reply that is not a stream of results."""
    if response.status_code == 200:
        return
    body = b""
    for block in response.iter_bytes():
        body += block
        if len(body) > _MAX_REFUSAL_BYTES:
            break
    raise refusal_of(body[:_MAX_REFUSAL_BYTES], Status(response.status_code, response.headers))


def _lines(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """The JSON objects of a reply, one on each line. Raises Refusal for anything else."""
    status = Status(response.status_code, response.headers)
    pending = b""
    for block in response.iter_bytes():
        *whole, pending = (pending + block).split(b"\n")
        if len(pending) > MAX_CHARACTERS:
            raise Refusal("it sent a line without an end", status)
        yield from (_object(line, status) for line in whole if line.strip())
    if pending.strip():
        yield _object(pending, status)


def _object(line: bytes, status: Status) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refusal(f"it sent {line[:80]!r}, which is no JSON object", status)
    return found


def _delta_of(line: dict[str, Any], status: Status) -> Delta:
    if error := line.get("error"):
        raise Refusal(str(error), status)
    message = line.get("message")
    message = message if isinstance(message, dict) else {}
    ending = ending_of(line.get("done_reason") or "stop") if line.get("done") else None
    return Delta(
        str(message.get("content") or ""), str(message.get("thinking") or ""), ending, read_speed(line)
    )
