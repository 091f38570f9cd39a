"""The API as a process: `ragapp serve` runs this."""

from __future__ import annotations

import errno
import logging
import resource
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread
from types import FrameType

import uvicorn

from ragapp import __version__
from ragapp.bootstrap import build_service, build_workbench
from ragapp.doors.hosts import is_loopback
from ragapp.doors.http.app import create_app
from ragapp.errors import ModelError, UsageError
from ragapp.observe.build import build_telemetry
from ragapp.protocols import OpenEvalDesk
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.shutdown import Deadline, closing_seconds

log = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 75
"""For which an idle connection stays open. Proxies and clients must be the first to close one, since what
they send while we close is lost: nginx and AWS's load balancers keep theirs for 60 s, httpx for 5 s."""
MANY_FILES = 65_536
"""A connection is a file, and most systems allow 1,024 until more are asked for."""


def run(
    settings: Settings,
    host: str,
    listener: socket.socket,
    evals: OpenEvalDesk | None = None,
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serves until SIGINT or SIGTERM, lets running requests end, closes the service and returns.

    The process ends when RAGAPP_SHUTDOWN_SECONDS are over, whatever is still at work then. `listener` is what
    `listen` gave for this host; it is closed, too. `on_stop` is called at the first signal and has to return
    at once.
    """
    telemetry = build_telemetry(settings, "ragapp-api")
    log.info("ragapp %s on %s: %s", __version__, listener.getsockname(), settings.told())
    _allow_many_connections()
    stopping = Event()
    with (
        _signals_end_quietly(),
        listener,
        closing(build_service(settings, build_workbench(settings, telemetry), evals)) as service,
    ):
        Thread(target=_warm_up, args=(service,), name="warm-up", daemon=True).start()
        config = uvicorn.Config(
            create_app(service, settings, host, telemetry, stopping),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the application has its own
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=settings.shutdown_seconds - closing_seconds(settings.shutdown_seconds),
        )
        deadline = Deadline(settings.shutdown_seconds)
        _Server(config, [stopping.set, deadline.start, on_stop]).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Calls each of `on_stop` at the first signal that ends the server."""

    def __init__(self, config: uvicorn.Config, on_stop: Sequence[Callable[[], None]]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            for act in self._on_stop:
                act()
        super().handle_exit(sig, frame)


def listen(settings: Settings, host: str, port: int) -> socket.socket:
    """Takes the address before models and data are opened; who connects waits until `run` serves.

    Raises UsageError for an address that other machines can reach while there is no key, or that is taken.
    """
    check_host(host, settings)
    return take_port(host, port, "--port")


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
    if not _has_key(settings):
        raise UsageError(
            f"{host} can be reached from other machines, and there is no API key to keep strangers out. Make "
            "one with `ragapp keys create`, or serve on 127.0.0.1 and use a tunnel, such as `ssh -L`."
        )


def _has_key(settings: Settings) -> bool:
    file = settings.database_file
    if file is not None and not file.exists():  # opening it would make it
        return False
    with closing(build_service(settings)) as service:
        return service.callers.keyring.needed()


def take_port(host: str, port: int, option: str) -> socket.socket:
    """Raises UsageError, which names the option that chooses another one, for a port that cannot be had, and
    for an address that is none of this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = str(error.strerror).partition(" (")[0]  # Python adds the address, which is named already
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise UsageError(
                f"Cannot listen on {host}: {why}. Name an address of this machine with --host."
            ) from error
        raise UsageError(
            f"Cannot listen on {host} port {port}: {why}. Choose another with {option}, or stop what runs "
            "there."
        ) from error


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(hard, MANY_FILES)
    if soft < wanted:
        with suppress(ValueError, OSError):  # some systems have a limit below the one they tell
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


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
