"""Limits uploads through the page to signed-in users and to a total size in memory."""

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

_PATH: Final = "/_stcore/upload_file/"


class UploadGuard:
    """ASGI middleware for the uploads of Streamlit, which keeps each file whole in memory.

    `held` returns the bytes of the files that have arrived and are not yet sent to the API. `rejected` is
    called with the id of a Streamlit session whose file exceeds the limit.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        cookie: str,
        check: KeyCheck,
        held: Callable[[], int],
        most: int,
        rejected: Callable[[str], None],
    ) -> None:
        self._app = app
        self._cookie = cookie
        self._check = check
        self._held = held
        self._most = most
        self._rejected = rejected
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
            self._rejected(_session(scope))
            refusal = PlainTextResponse(self._remedy(), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            await refusal(scope, receive, send)
        else:
            await self._let_in(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on while counting its bytes, whatever length it declares."""
        seen = 0

        async def receive_within_limit() -> Message:
            nonlocal seen
            message = await receive()
            size = len(message.get("body", b""))
            seen += size
            self._arriving += size
            if self._held() + self._arriving > self._most:
                self._rejected(_session(scope))
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._remedy())
            return message

        try:
            await self._app(scope, receive_within_limit, send)
        finally:
            self._arriving -= seen

    def _remedy(self) -> str:
        return (
            f"The uploads in progress on this page would exceed {self._most // 2**20} MB. Upload fewer "
            "files at once, or use `ragapp ingest`.\n"
        )


def _session(scope: Scope) -> str:
    return str(scope["path"]).removeprefix(_PATH).partition("/")[0]


def _length(scope: Scope) -> int:
    said = Headers(scope=scope).get("content-length", "")
    return int(said) if said.isdecimal() else 0
