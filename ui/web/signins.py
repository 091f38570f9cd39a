"""The API keys of signed-in users. Each browser has a cookie with a signed random token that stands for a
key.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from itsdangerous import BadSignature, Signer

SIGNED_IN_SECONDS: Final = 12 * 3600
"""How long a sign-in lasts, whether or not the page is used meanwhile."""

KeyCheck = Callable[[str], None]
"""Called with a key, which may be empty. Raises RagappError unless the API accepts it."""


@dataclass(frozen=True, slots=True)
class _SignIn:
    key: str
    until: float


class SignIns:
    """The current sign-ins, in memory only: all of them end with this process. Thread-safe.

    The cookie does not contain the key. It may be read by programs that can read the files of the browser,
    and by other servers on this host, to which browsers send the same cookies. They get a token that is valid
    for this page only, and for a limited time.
    """

    def __init__(
        self, seconds: float = SIGNED_IN_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._signer = Signer(secrets.token_bytes(32), salt="ragapp.page.sign-in")
        self._open: dict[str, _SignIn] = {}
        self._lock = threading.Lock()

    def begin(self, key: str) -> str:
        """Starts a sign-in with a key that the API has accepted, and returns the value of its cookie."""
        identity, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._open = {name: one for name, one in self._open.items() if one.until > now}
            self._open[identity] = _SignIn(key, now + self._seconds)
        return self._signer.sign(identity).decode()

    def key_of(self, cookie: str | None) -> str:
        """The key of the sign-in with this cookie; empty when there is none or it has expired."""
        found = self._open.get(self._identity(cookie))
        return found.key if found is not None and found.until > self._clock() else ""

    def end(self, cookie: str | None) -> None:
        """Ends the sign-in with this cookie."""
        with self._lock:
            self._open.pop(self._identity(cookie), None)

    def _identity(self, cookie: str | None) -> str:
        try:
            return self._signer.unsign(cookie or "").decode()
        except BadSignature:
            return ""


@cache
def sign_ins() -> SignIns:
    """The sign-ins of this process, which its HTTP side and the scripts that Streamlit runs share."""
    return SignIns()
