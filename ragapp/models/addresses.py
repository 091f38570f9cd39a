"""Where a server of Chat Completions is, mended where what was set is nearly right."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

import httpx

from ragapp.errors import ModelError

_ENDPOINT = re.compile(r"/(?:chat/)?completions$|/(?:models|responses|embeddings|chat)$")
_REPEATED = re.compile(r"(/v\d+)(?:/+v\d+)+$")
_VERSION = re.compile(r"/v\d\w*(?:/|$)")


@dataclass(frozen=True, slots=True)
class Address:
    """The base URL of a server, and the key that it asks for."""

    url: str
    api_key: str | None


def chat_urls(base: str) -> list[httpx.URL]:
    """Where chat completions may be, likeliest first: at the base as it was given, or with or without /v1.

    A whole endpoint counts as its base, `/v1/v1` as `/v1`, and `host:port` as `http://host:port`. Raises
    ModelError for what is no URL.
    """
    url = _parsed(base)
    path = url.path.rstrip("/")
    while _ENDPOINT.search(path):
        path = _ENDPOINT.sub("", path).rstrip("/")
    path = _REPEATED.sub(r"\1", path)
    if path.endswith("/v1"):
        paths = [path, path.removesuffix("/v1")]
    else:
        paths = [path] if _VERSION.search(path) else [path, f"{path}/v1"]
    return [url.copy_with(path=f"{one}/chat/completions") for one in paths]


def public_url(base: str) -> str:
    """The URL without the user, password and query it may have, to be shown."""
    try:
        url = httpx.URL(base.strip())
    except httpx.InvalidURL:
        return "the address that is set"
    return (
        str(url.copy_with(username=None, password=None, query=None, fragment=None))
        if url.host
        else base.strip()
    )


def url_secrets(base: str) -> tuple[str, ...]:
    """What in a URL may be a secret: its password, and the values of its query."""
    try:
        url = httpx.URL(base.strip())
    except httpx.InvalidURL:
        return (base,)
    return tuple(filter(None, (url.password, *url.params.values())))


def _parsed(base: str) -> httpx.URL:
    text = base.strip().strip("\"'")
    try:
        url = httpx.URL(text if "://" in text else f"{_scheme(text)}://{text}")
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise ModelError(
            "RAGAPP_OPENAI_BASE_URL is no address of a server. Set it to one such as http://127.0.0.1:8000/v1."
        )
    return url


def _scheme(text: str) -> str:
    """For an address without one: servers of one's own mostly speak plain HTTP."""
    host = re.split(r"[/:?]", text, maxsplit=1)[0]
    try:
        return "http" if ipaddress.ip_address(host).is_private else "https"
    except ValueError:
        return "https" if "." in host else "http"
