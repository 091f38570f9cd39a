"""Chat Completions over HTTP, as OpenAI and most model servers offer them.

https://platform.openai.com/docs/api-reference/chat. Spoken to directly, because what servers get wrong has
to be seen as they send it: refused options, errors with status 200, a missing finish reason.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from collections.abc import Generator as Coroutine
from functools import cached_property

import httpx

from ragapp.errors import ModelError
from ragapp.models.addresses import Address, chat_urls, public_url, url_secrets
from ragapp.models.deltas import ChatRequest, Delta, Refusal, Status
from ragapp.models.patience import Line, Patience
from ragapp.models.replies import read_reply, refusal_of
from ragapp.models.secrecy import usable_key

OPENAI = "https://api.openai.com/v1"
KEY = "RAGAPP_OPENAI_API_KEY"

_CONNECT_SECONDS = 10.0
_LONGEST_REFUSAL = 1 << 16
_NOT_HERE = frozenset({404, 405})


class OpenAIChat:
    """One model of the server at the address that `where` tells, anew for each request.

    `proxied` False: straight there, whatever proxy is set.
    """

    def __init__(
        self, model: str, where: Callable[[], Address], patience: Patience, *, proxied: bool = True
    ) -> None:
        self._model = model
        self._where = where
        self._proxied = proxied
        silence = max(patience.first, patience.between)
        self._limits = httpx.Timeout(silence, connect=min(silence, _CONNECT_SECONDS))
        self._found: dict[str, httpx.URL] = {}
        self._secrets: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        return self._secrets

    def stream(self, request: ChatRequest, line: Line) -> Coroutine[Delta, None, None]:
        """Raises Refusal, httpx's errors, and ModelError when the address or the key cannot be used."""
        address = self._where()
        self._secrets = (address.api_key or "", *url_secrets(address.url))
        key = usable_key(address.api_key, KEY)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        with self._client(line) as client:
            urls = [self._found[address.url]] if address.url in self._found else chat_urls(address.url)
            for url in urls:
                with client.stream("POST", url, json=self._body(request), headers=headers) as response:
                    refusal = _refusal(response)
                    if refusal is None:
                        self._found[address.url] = url
                        yield from read_reply(response.iter_bytes(), _status(response))
                        return
                if not _is_elsewhere(refusal):
                    raise refusal
        tried = " nor at ".join(public_url(str(url)) for url in urls)
        raise Refusal(f"there are no chat completions at {tried} ({refusal})", Status(404))

    def _body(self, request: ChatRequest) -> dict[str, object]:
        dialect = request.dialect
        body: dict[str, object] = {
            "model": self._model,
            "messages": [{"role": role, "content": content} for role, content in request.messages],
        }
        if dialect.takes("stream"):
            body["stream"] = True
        if dialect.takes("temperature"):
            body["temperature"] = 0
        if dialect.limit is not None:
            body[dialect.limit] = request.max_tokens
        return body

    def _client(self, line: Line) -> httpx.Client:
        return httpx.Client(
            verify=self._tls,
            timeout=self._limits,
            trust_env=self._proxied,
            follow_redirects=True,
            headers={"Accept-Encoding": "identity"},
            event_hooks={"request": [line.watch]},
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Takes longer to make than a short request."""
        return httpx.create_ssl_context(trust_env=self._proxied)


def openai_address(base_url: str | None, api_key: str | None) -> Address:
    """What is set; without a URL OpenAI, with the variables that its own clients read.

    Raises ModelError when OpenAI's key is missing.
    """
    if base_url:
        return Address(base_url, api_key)
    url = os.environ.get("OPENAI_BASE_URL") or OPENAI
    key = api_key or os.environ.get("OPENAI_API_KEY")
    if not key:
        raise ModelError(
            f"OpenAI wants a key: set {KEY}. For a server of your own set RAGAPP_OPENAI_BASE_URL."
        )
    return Address(url, key)


def _refusal(response: httpx.Response) -> Refusal | None:
    """Why there is no completion in the response; None when there may be one."""
    status = _status(response)
    if response.status_code == 200 and "html" not in response.headers.get("Content-Type", ""):
        return None
    body = b""
    for block in response.iter_bytes():
        body += block
        if len(body) > _LONGEST_REFUSAL:
            break
    return refusal_of(body[:_LONGEST_REFUSAL], status)


def _is_elsewhere(refusal: Refusal) -> bool:
    """Whether another path may help: there is nothing here, or a web page. A missing model is neither."""
    said = str(refusal)
    nothing_here = refusal.response.status_code in _NOT_HERE and "model" not in said.lower()
    return nothing_here or "a web page" in said


def _status(response: httpx.Response) -> Status:
    return Status(response.status_code, response.headers)
