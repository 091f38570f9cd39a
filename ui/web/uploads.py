"""Who may upload through the page, and how much of it may be in memory at once."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragapp.errors import AuthenticationError, RagappError
from ui.web.signins import KeyCheck, sign_ins

UPLOADS_MB: Final = 500
"""Of files that are on their way through the page, all sessions together."""

_PATH: Final = "/_stcore/upload_file/"


class UploadGuard:
    """ASGI middleware in front of Streamlit's uploads, which keep each file whole in memory.

    `held` counts the bytes of the files that have arrived and wait to be handed to the API. `turned_away` is
    called with the Streamlit session whose file had no room.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        cookie: str,
        check: KeyCheck,
        held: Callable[[], int],
        most: int,
        turned_away: Callable[[str], None],
    ) -> None:
        self._app = app
        self._cookie = cookie
        self._check = check
        self._held = held
        self._most = most
        self._turned_away = turned_away
        self._arriving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_PATH) or scope["method"] == "OPTIONS":
            await self._app(scope, receive, send)
            return
        key = sign_ins().key_of(HTTPConnection(scope).cookies.get(self._cookie))
        try:
            await run_in_threadpool(self._check, key)
        except AuthenticationError:
            refusal = PlainTextResponse("Sign in to upload files.\n", HTTPStatus.UNAUTHORIZED)
            await refusal(scope, receive, send)
            return
        except RagappError as problem:
            refusal = PlainTextResponse(f"{problem}\n", HTTPStatus.SERVICE_UNAVAILABLE)
            await refusal(scope, receive, send)
            return
        if self._held() + self._arriving + _length(scope) > self._most:
            self._turned_away(_session(scope))
            refusal = PlainTextResponse(self._remedy(), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            await refusal(scope, receive, send)
        else:
            await self._let_in(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Counts what arrives, whatever was said of its length."""
        seen = 0

        async def receive_within_limit() -> Message:
            nonlocal seen
            message = await receive()
            size = len(message.get("body", b""))
            seen += size
            self._arriving += size
            if self._held() + self._arriving > self._most:
                self._turned_away(_session(scope))
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._remedy())
            return message

        try:
            await self._app(scope, receive_within_limit, send)
        finally:
            self._arriving -= seen

    def _remedy(self) -> str:
        return (
            f"Files of more than {self._most // 2**20} MB together would be on their way through this page. "
            "Upload fewer at once, or use `ragapp ingest`.\n"
        )


def _session(scope: Scope) -> str:
    return str(scope["path"]).removeprefix(_PATH).partition("/")[0]


def _length(scope: Scope) -> int:
    said = Headers(scope=scope).get("content-length", "")
    return int(said) if said.isdecimal() else 0
