"""The API as a process: `ragapp serve` runs this."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import uvicorn

from ragapp.bootstrap import build_service, build_workbench
from ragapp.doors.http.app import create_app
from ragapp.doors.http.guards import is_loopback
from ragapp.errors import ModelError, UsageError
from ragapp.observe.build import build_telemetry
from ragapp.protocols import OpenEvalDesk
from ragapp.service import RagService
from ragapp.settings import Settings

log = logging.getLogger(__name__)


def run(
    settings: Settings, host: str = "127.0.0.1", port: int = 8000, evals: OpenEvalDesk | None = None
) -> None:
    """Serves until SIGINT or SIGTERM, lets running requests end, closes the service and returns.

    Raises UsageError for an address that other machines can reach, or that is taken.
    """
    telemetry = build_telemetry(settings, "ragapp-api")
    check_host(host, settings)
    with (
        _signals_end_quietly(),
        _listen(host, port) as listener,
        closing(build_service(settings, build_workbench(settings, telemetry), evals)) as service,
    ):
        threading.Thread(target=_warm_up, args=(service,), name="warm-up", daemon=True).start()
        config = uvicorn.Config(
            create_app(service, settings, host, telemetry),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=settings.shutdown_seconds,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _warm_up(service: RagService) -> None:
    """Beside the first requests: the first question need not wait for models to load."""
    try:
        service.warm_up()
    except ModelError as error:
        log.warning("The models could not be loaded ahead of the first question: %s", error)


def check_host(host: str, settings: Settings) -> None:
    """Raises UsageError for an address that other machines can reach while there is no API key."""
    if is_loopback(host):
        return
    with closing(build_service(settings)) as service:
        guarded = service.callers.keyring.needed()
    if not guarded:
        raise UsageError(
            f"{host} can be reached from other machines, and there is no API key to keep strangers out. Make "
            "one with `ragapp keys create`, or serve on 127.0.0.1 and use a tunnel, such as `ssh -L`."
        )


def _listen(host: str, port: int) -> socket.socket:
    """Before models and data are opened, so that a port that is taken is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(
            f"Cannot listen on {host} port {port}: {error.strerror}. Choose another with --port."
        ) from error


@contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """uvicorn raises the signal that ended it once more when it is done. Its default action would end
    this process there and then, before whoever called could tidy up."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
