"""Serves the web page: `python -m ui --api-url http://127.0.0.1:8000 --port 8501`."""

from __future__ import annotations

import argparse
import os
import signal
import stat
import sys
import threading
from ipaddress import ip_address
from pathlib import Path

import streamlit
from starlette.middleware import Middleware

from ragapp.private import keep_to_owner
from ui.headers import SecurityHeaders
from ui.theme import options


def main() -> None:
    """Runs until it is told to stop, or until the process that holds its standard input ends."""
    keep_to_owner()
    wanted = _arguments()
    _stop_with_parent()
    app = streamlit.App(
        Path(__file__).with_name("app.py"),
        secrets={"ragapp_api_url": wanted.api_url, "ragapp_for_others": not _is_loopback(wanted.host)},
        middleware=[Middleware(SecurityHeaders)],
    )
    app.run(config=options(wanted.port, wanted.host, wanted.name))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ui", description="The web page of ragapp.")
    parser.add_argument("--api-url", default="http://127.0.0.1:8000", help="where the API listens")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8501, help="port to listen on")
    parser.add_argument("--name", action="append", default=[], help="host name that browsers use; repeatable")
    return parser.parse_args()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _stop_with_parent() -> None:
    """A parent that gave us a pipe as standard input takes us with it, however it ends."""
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        threading.Thread(target=_stop_at_end_of_input, name="stop-with-parent", daemon=True).start()


def _stop_at_end_of_input() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
