"""The keys of the people who are signed in. A browser holds a signed random number that stands for one."""

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
"""How long one stays signed in, whether or not the page is used meanwhile."""

KeyCheck = Callable[[str], None]
"""Returns when the API admits whoever shows the key, or shows none where it is empty. Raises RagappError."""


@dataclass(frozen=True, slots=True)
class _SignIn:
    key: str
    until: float


class SignIns:
    """Safe for many threads. They end with this process, as they do when their time is up.

    The browser's cookie holds no key: whoever reads a browser's files, or runs another server on this
    machine, to which browsers send the same cookies, finds a number that is of use here alone and not for
    long.
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
        """The value of the cookie for whoever has shown this key, which the API has accepted."""
        identity, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._open = {name: one for name, one in self._open.items() if one.until > now}
            self._open[identity] = _SignIn(key, now + self._seconds)
        return self._signer.sign(identity).decode()

    def key_of(self, cookie: str | None) -> str:
        """The key that the cookie stands for; empty when it stands for none, or no longer."""
        found = self._open.get(self._identity(cookie))
        return found.key if found is not None and found.until > self._clock() else ""

    def end(self, cookie: str | None) -> None:
        """From now on the cookie stands for nothing."""
        with self._lock:
            self._open.pop(self._identity(cookie), None)

    def _identity(self, cookie: str | None) -> str:
        try:
            return self._signer.unsign(cookie or "").decode()
        except BadSignature:
            return ""


@cache
def sign_ins() -> SignIns:
    """Those of this process, which its HTTP side and the script that Streamlit runs share."""
    return SignIns()
