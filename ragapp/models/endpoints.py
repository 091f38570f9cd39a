"""The address and the key of a server of Chat Completions: correcting what users set, and redacting it."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from ragapp.errors import ModelError

_ENDPOINT = re.compile(r"/(?:chat/)?completions$|/(?:models|responses|embeddings|chat)$")
_REPEATED = re.compile(r"(/v\d+)(?:/+v\d+)+$")
_VERSION = re.compile(r"/v\d\w*(?:/|$)")

HIDDEN = "…"
_MIN_SECRET = 4
_PREFIX = 8
"""The first characters of a key that are enough to recognize it."""

_BEARER = re.compile(r"(\bBearer\s+)[^\s'\"]+", re.IGNORECASE)
_HEADER_VALUE = re.compile(r"(illegal header value\s*).*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """The base URL of a server, and the key that it requires."""

    url: str
    api_key: str | None


def chat_urls(base: str) -> list[httpx.URL]:
    """The URLs at which chat completions may be, the likeliest first: at the given base, with or without /v1.

    Corrects a URL of the endpoint itself to its base, `/v1/v1` to `/v1`, and `host:port` to
    `http://host:port`. Raises ModelError for an invalid URL.
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
    """The URL without user, password and query, for messages."""
    try:
        url = httpx.URL(base.strip())
    except httpx.InvalidURL:
        return "the configured address"
    return (
        str(url.copy_with(username=None, password=None, query=None, fragment=None))
        if url.host
        else base.strip()
    )


def url_secrets(base: str) -> tuple[str, ...]:
    """The parts of a URL that may be secret: its password, and the values of its query."""
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
            "RAGAPP_OPENAI_BASE_URL is not the URL of a server. Set it to a URL such as "
            "http://127.0.0.1:8000/v1."
        )
    return url


def _scheme(text: str) -> str:
    """The scheme for an address without one: servers in a private network mostly use plain HTTP."""
    host = re.split(r"[/:?]", text, maxsplit=1)[0]
    try:
        return "http" if ipaddress.ip_address(host).is_private else "https"
    except ValueError:
        return "https" if "." in host else "http"


def usable_key(key: str | None, variable: str) -> str | None:
    """The key without blanks, quotes and `Bearer`, as it is sent in a header.

    Raises ModelError, which names `variable` but not the key, when it cannot be sent in a header.
    """
    bare = (key or "").strip().strip("\"'").strip()
    bare = re.sub(r"^Bearer\s+", "", bare, flags=re.IGNORECASE)
    if not all(" " <= character <= "~" for character in bare):
        raise ModelError(
            f"{variable} contains a line break or another character that is not allowed in a key. "
            "Copy the key again, on one line."
        )
    return bare or None


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Removes the secrets, and their first characters alone, from the text, however they are escaped."""
    text = _HEADER_VALUE.sub(rf"\1{HIDDEN}", _BEARER.sub(rf"\1{HIDDEN}", text))
    for secret in sorted(filter(None, map(str.strip, secrets)), key=len, reverse=True):
        for pattern in _patterns(secret):
            text = re.sub(pattern, HIDDEN, text)
    return text


def _patterns(secret: str) -> list[str]:
    parts = secret.split()
    whole = r"(?:\s|\\[nrt]|%20|\+)+".join(map(re.escape, parts))
    patterns = [rf"(?<!\w){whole}(?!\w)"]
    for part in parts:
        if len(part) < _MIN_SECRET:
            continue
        spellings = {part, json.dumps(part)[1:-1], repr(part)[1:-1], quote(part, safe="")}
        patterns += [re.escape(one) for one in sorted(spellings, key=len, reverse=True)]
        if len(part) > _PREFIX:
            patterns.append(re.escape(part[:_PREFIX]) + r"[^\s\"',;]*")
    return patterns
