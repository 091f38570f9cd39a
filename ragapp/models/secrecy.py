"""Keeps keys out of messages: what a server or client says of a failure may repeat them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

from ragapp.errors import ModelError

HIDDEN = "…"
_SHORT = 4
_TELLING = 8
"""Characters from which the beginning of a key gives it away."""

_BEARER = re.compile(r"(\bBearer\s+)[^\s'\"]+", re.IGNORECASE)
_HEADER_VALUE = re.compile(r"(illegal header value\s*).*", re.IGNORECASE | re.DOTALL)


def usable_key(key: str | None, variable: str) -> str | None:
    """The key as a header can carry it: without the blanks, quotes or `Bearer` it was pasted with.

    Raises ModelError, which names the `variable` and not the key, when no header can carry it.
    """
    bare = (key or "").strip().strip("\"'").strip()
    bare = re.sub(r"^Bearer\s+", "", bare, flags=re.IGNORECASE)
    if not all(" " <= character <= "~" for character in bare):
        raise ModelError(
            f"{variable} holds a line break or another character that no key has, so it cannot be sent. "
            "Copy the key again, on one line."
        )
    return bare or None


def redacted(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets and their beginnings, however they are escaped or spaced in it."""
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
        if len(part) < _SHORT:
            continue
        spelt = {part, json.dumps(part)[1:-1], repr(part)[1:-1], quote(part, safe="")}
        patterns += [re.escape(one) for one in sorted(spelt, key=len, reverse=True)]
        if len(part) > _TELLING:
            patterns.append(re.escape(part[:_TELLING]) + r"[^\s\"',;]*")
    return patterns
