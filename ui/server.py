"""The server of the web page: Streamlit behind the middleware of `ui.web`."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import streamlit
from starlette.middleware import Middleware

from ragapp.api.hosts import is_loopback
from ragapp.client import RagappClient
from ragapp.files.permissions import keep_to_owner
from ragapp.sandbox.kernel import keep_memory_private
from ui.theme import options as streamlit_options
from ui.uploaded import bytes_held, note_rejected
from ui.web.guard import OriginGuard
from ui.web.headers import SecurityHeaders
from ui.web.session import cookie_name, session_routes
from ui.web.signins import KeyCheck
from ui.web.uploads import UploadGuard


@dataclass(frozen=True, slots=True)
class PageOptions:
    """The address of the page, the API that it uses, and its upload limit.

    `names` are further host names under which browsers reach the page. `upload_mb` limits the uploads in
    progress, in megabytes.
    """

    api_url: str
    host: str
    port: int
    names: tuple[str, ...]
    upload_mb: int


def serve_page(options: PageOptions) -> None:
    """Serves until a signal arrives, or until the parent process that holds its standard input ends."""
    keep_to_owner()
    keep_memory_private()
    _stop_with_parent()
    cookie = cookie_name(options.port)
    # Further host names mean a proxy, and so users on other machines.
    for_others = bool(options.names) or not is_loopback(options.host)
    check = _key_check(options.api_url, for_others=for_others)
    app = streamlit.App(
        Path(__file__).with_name("app.py"),
        secrets={
            "ragapp_api_url": options.api_url,
            "ragapp_for_others": for_others,
            "ragapp_cookie": cookie,
        },
        routes=session_routes(cookie, check),
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(OriginGuard, host=options.host, names=list(options.names)),
            Middleware(
                UploadGuard,
                cookie=cookie,
                check=check,
                held=bytes_held,
                most=options.upload_mb * 2**20,
                rejected=note_rejected,
            ),
        ],
    )
    app.run(config=streamlit_options(options.port, options.host, options.upload_mb))


def _key_check(api_url: str, *, for_others: bool) -> KeyCheck:
    def check(key: str) -> None:
        with RagappClient(api_url, api_key=key, for_others=for_others) as client:
            client.access.me()

    return check


def _stop_with_parent() -> None:
    """Ends this process when a parent that passed a pipe as standard input ends, for whatever reason."""
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        threading.Thread(target=_stop_at_end_of_input, name="stop-with-parent", daemon=True).start()


def _stop_at_end_of_input() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)
