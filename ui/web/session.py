"""The route `/session`: its form signs in, sets a cookie that scripts cannot read, and redirects back."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from ragapp.errors import AuthenticationError, RagappError, UsageError
from ui.web.signins import SIGNED_IN_SECONDS, KeyCheck, sign_ins

SIGN_IN: Final = "/session"
SIGN_OUT: Final = "/session/end"
FAILED: Final = "sign-in"
"""The query parameter that tells the page, after a failed sign-in, why it failed."""

_MAX_FORM_BYTES: Final = 16 * 1024
_SEE_OTHER: Final = 303


def cookie_name(port: int) -> str:
    """The name of the cookie. It contains the port, because browsers send a cookie to all ports of a host."""
    return f"ragapp-page-{port}"


def session_routes(cookie: str, check: KeyCheck) -> list[Route]:
    async def sign_in(request: Request) -> RedirectResponse:
        form = await _form(request)
        key, back = form.get("api-key", "").strip(), _own_address(form.get("back", ""))
        if not key:
            return _redirect(back, failed="refused")
        try:
            await run_in_threadpool(check, key)
        except (AuthenticationError, UsageError):
            return _redirect(back, failed="refused")
        except RagappError:
            return _redirect(back, failed="unavailable")
        sign_ins().end(request.cookies.get(cookie))
        response = _redirect(back)
        response.set_cookie(
            cookie,
            sign_ins().begin(key),
            max_age=SIGNED_IN_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.headers.get("origin", "").startswith("https:"),
        )
        return response

    async def sign_out(request: Request) -> RedirectResponse:
        sign_ins().end(request.cookies.get(cookie))
        response = _redirect("/")
        response.delete_cookie(cookie, httponly=True, samesite="strict")
        return response

    return [Route(SIGN_IN, sign_in, methods=["POST"]), Route(SIGN_OUT, sign_out, methods=["POST"])]


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MAX_FORM_BYTES:
            raise HTTPException(413, "The sign-in form is too large. Send the API key alone.")
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _own_address(address: str) -> str:
    """The path and query of an address, which never lead to another server."""
    split = urlsplit(address)
    path = "/" + split.path.replace("\\", "/").lstrip("/")
    return f"{path}?{split.query}" if split.query else path


def _redirect(back: str, failed: str = "") -> RedirectResponse:
    path, _, query = back.partition("?")
    pairs = parse_qs(query, keep_blank_values=True)
    pairs.pop(FAILED, None)
    if failed:
        pairs[FAILED] = [failed]
    asked = urlencode(pairs, doseq=True)
    return RedirectResponse(f"{path}?{asked}" if asked else path, _SEE_OTHER)
