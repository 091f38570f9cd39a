"""Serves the web page: `python -m ui --api-url http://127.0.0.1:8000 --port 8501`."""

from __future__ import annotations

import argparse
import os
import signal
import stat
import sys
import threading
from pathlib import Path

import streamlit
from starlette.middleware import Middleware

from ragapp.doors.client import RagappClient
from ragapp.doors.hosts import is_loopback
from ragapp.private import keep_to_owner
from ragapp.sandbox.kernel import keep_memory_private
from ui.theme import options
from ui.uploaded import bytes_held, note_turned_away
from ui.web.guard import OriginGuard
from ui.web.headers import SecurityHeaders
from ui.web.session import cookie_name, session_routes
from ui.web.signins import KeyCheck
from ui.web.uploads import UPLOADS_MB, UploadGuard


def main() -> None:
    """Runs until it is told to stop, or until the process that holds its standard input ends."""
    keep_to_owner()
    keep_memory_private()
    wanted = _arguments()
    _stop_with_parent()
    cookie = cookie_name(wanted.port)
    # What goes by another name is reached through a proxy, by other people than the one at this machine.
    for_others = bool(wanted.name) or not is_loopback(wanted.host)
    check = _key_check(wanted.api_url, for_others=for_others)
    app = streamlit.App(
        Path(__file__).with_name("app.py"),
        secrets={
            "ragapp_api_url": wanted.api_url,
            "ragapp_for_others": for_others,
            "ragapp_cookie": cookie,
        },
        routes=session_routes(cookie, check),
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(OriginGuard, host=wanted.host, names=wanted.name),
            Middleware(
                UploadGuard,
                cookie=cookie,
                check=check,
                held=bytes_held,
                most=wanted.upload_mb * 2**20,
                turned_away=note_turned_away,
            ),
        ],
    )
    app.run(config=options(wanted.port, wanted.host, wanted.upload_mb))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ui", description="The web page of ragapp.")
    parser.add_argument("--api-url", default="http://127.0.0.1:8000", help="where the API listens")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8501, help="port to listen on")
    parser.add_argument("--name", action="append", default=[], help="host name that browsers use; repeatable")
    parser.add_argument(
        "--upload-mb", type=int, default=UPLOADS_MB, help="most of files on their way through it at once"
    )
    return parser.parse_args()


def _key_check(api_url: str, *, for_others: bool) -> KeyCheck:
    def check(key: str) -> None:
        with RagappClient(api_url, api_key=key, for_others=for_others) as client:
            client.access.me()

    return check


def _stop_with_parent() -> None:
    """A parent that gave us a pipe as standard input takes us with it, however it ends."""
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        threading.Thread(target=_stop_at_end_of_input, name="stop-with-parent", daemon=True).start()


def _stop_at_end_of_input() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
