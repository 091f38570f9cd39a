"""Runs the program as a background task of the server. It exits when the server closes its standard input."""

from __future__ import annotations

import os
import signal
import sys
import threading

from ragapp.cli.main import main


def _end_with_the_server() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_server, name="end-with-the-server", daemon=True).start()
    main()
