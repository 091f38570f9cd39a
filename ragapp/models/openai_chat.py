"""Chat Completions over HTTP, as OpenAI and most model servers offer them.

See https://platform.openai.com/docs/api-reference/chat. Uses no client library, because it has to see the
deviations of servers: refused options, errors with status 200, a missing finish reason.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from collections.abc import Generator as Coroutine
from functools import cached_property

import httpx

from ragapp.errors import ModelError
from ragapp.models.chat import ChatRequest, Delta, Refusal, Status
from ragapp.models.deadlines import Connections, Deadlines
from ragapp.models.endpoints import Address, chat_urls, public_url, url_secrets, usable_key
from ragapp.models.replies import read_reply, refusal_of

OPENAI = "https://api.openai.com/v1"
KEY = "RAGAPP_OPENAI_API_KEY"

_CONNECT_SECONDS = 10.0
_MAX_REFUSAL_BYTES = 1 << 16
_WRONG_PATH = frozenset({404, 405})


class OpenAIChat:
    """A model of the server at the address that `find_address` returns for each request.

    With `proxied` False, it ignores proxy settings.
    """

    def __init__(
        self, model: str, find_address: Callable[[], Address], deadlines: Deadlines, *, proxied: bool = True
    ) -> None:
        self._model = model
        self._find_address = find_address
        self._proxied = proxied
        silence = max(deadlines.first, deadlines.between)
        self._limits = httpx.Timeout(silence, connect=min(silence, _CONNECT_SECONDS))
        self._found: dict[str, httpx.URL] = {}
        self._secrets: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        return self._secrets

    def stream(self, request: ChatRequest, connections: Connections) -> Coroutine[Delta, None, None]:
        """Streams a completion.

        Raises Refusal, httpx errors, and ModelError if the address or the key cannot be used.
        """
        address = self._find_address()
        self._secrets = (address.api_key or "", *url_secrets(address.url))
        key = usable_key(address.api_key, KEY)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        with self._client(connections) as client:
            urls = [self._found[address.url]] if address.url in self._found else chat_urls(address.url)
            for url in urls:
                with client.stream("POST", url, json=self._body(request), headers=headers) as response:
                    refusal = _refusal(response)
                    if refusal is None:
                        self._found[address.url] = url
                        yield from read_reply(response.iter_bytes(), _status(response))
                        return
                if not _is_wrong_path(refusal):
                    raise refusal
        tried = " nor at ".join(public_url(str(url)) for url in urls)
        raise Refusal(f"there are no chat completions at {tried} ({refusal})", Status(404))

    def _body(self, request: ChatRequest) -> dict[str, object]:
        dialect = request.dialect
        body: dict[str, object] = {
            "model": self._model,
            "messages": [{"role": role, "content": content} for role, content in request.messages],
        }
        if dialect.accepts("stream"):
            body["stream"] = True
        if dialect.accepts("temperature"):
            body["temperature"] = 0
        if dialect.limit is not None:
            body[dialect.limit] = request.max_tokens
        return body

    def _client(self, connections: Connections) -> httpx.Client:
        return httpx.Client(
            verify=self._tls,
            timeout=self._limits,
            trust_env=self._proxied,
            follow_redirects=True,
            headers={"Accept-Encoding": "identity"},
            event_hooks={"request": [connections.watch]},
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Cached, because creating it takes longer than a short request."""
        return httpx.create_ssl_context(trust_env=self._proxied)


def openai_address(base_url: str | None, api_key: str | None) -> Address:
    """The configured address, or without a URL that of OpenAI, with the environment variables of its clients.

    Raises ModelError when OpenAI's key is missing.
    """
    if base_url:
        return Address(base_url, api_key)
    url = os.environ.get("OPENAI_BASE_URL") or OPENAI
    key = api_key or os.environ.get("OPENAI_API_KEY")
    if not key:
        raise ModelError(
            f"OpenAI requires a key: set {KEY}. For your own server, set RAGAPP_OPENAI_BASE_URL."
        )
    return Address(url, key)


def _refusal(response: httpx.Response) -> Refusal | None:
    """The refusal in the response; None when it may contain a completion."""
    status = _status(response)
    if response.status_code == 200 and "html" not in response.headers.get("Content-Type", ""):
        return None
    body = b""
    for block in response.iter_bytes():
        body += block
        if len(body) > _MAX_REFUSAL_BYTES:
            break
    return refusal_of(body[:_MAX_REFUSAL_BYTES], status)


def _is_wrong_path(refusal: Refusal) -> bool:
    """Whether another path may help, because this one has nothing or a web page. A missing model is
    neither."""
    message = str(refusal)
    not_found = refusal.response.status_code in _WRONG_PATH and "model" not in message.lower()
    return not_found or "a web page" in message


def _status(response: httpx.Response) -> Status:
    return Status(response.status_code, response.headers)
