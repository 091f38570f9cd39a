"""The API server process, which `ragapp serve` runs."""

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
from ragapp.api.hosts import is_loopback
from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_runtime, build_service
from ragapp.errors import ModelError, UsageError
from ragapp.processes.shutdown import Deadline, closing_seconds
from ragapp.protocols import OpenEvaluations
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.telemetry.observer import build_telemetry

log = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 75
"""How long an idle connection stays open. Proxies and clients must close first, since requests sent while
the server closes are lost: nginx and AWS load balancers use 60 s, httpx 5 s."""
WANTED_FILES = 65_536
"""Each connection needs a file descriptor, and most systems allow 1,024 by default."""


def run(
    settings: Settings,
    host: str,
    listener: socket.socket,
    evals: OpenEvaluations | None = None,
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serves until SIGINT or SIGTERM, lets running requests end, closes the service and returns.

    The process exits after RAGAPP_SHUTDOWN_SECONDS even if work is still running. `listener` comes from
    `listen` for this host and is closed too. `on_stop` is called at the first signal and must return at once.
    """
    telemetry = build_telemetry(settings, "ragapp-api")
    log.info("ragapp %s on %s: %s", __version__, listener.getsockname(), settings.explicitly_set())
    _allow_many_connections()
    stopping = Event()
    with (
        _signals_exit_quietly(),
        listener,
        closing(build_service(settings, build_runtime(settings, telemetry), evals)) as service,
    ):
        Thread(target=_warm_up, args=(service,), name="warm-up", daemon=True).start()
        config = uvicorn.Config(
            create_app(service, settings, host, telemetry, stopping),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the application handles them
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
    """Binds the address before models and data are opened. Connections wait until `run` serves.

    Raises UsageError for an address that is in use, or that other machines can reach while no key exists.
    """
    check_host(host, settings)
    return take_port(host, port, "--port")


def _warm_up(service: RagService) -> None:
    """Loads the models in the background, so that the first question need not wait for them."""
    try:
        service.warm_up()
    except ModelError as error:
        log.warning("The models could not be loaded in advance: %s", error)


def check_host(host: str, settings: Settings) -> None:
    """Raises UsageError if other machines can reach the address while no API key exists."""
    if is_loopback(host):
        return
    if not _has_key(settings):
        raise UsageError(
            f"Other machines can reach {host}, and no API key protects the server. Create one with "
            "`ragapp keys create`, or serve on 127.0.0.1 and use a tunnel such as `ssh -L`."
        )


def _has_key(settings: Settings) -> bool:
    file = settings.database_file
    if file is not None and not file.exists():  # opening it would create it
        return False
    with closing(build_service(settings)) as service:
        return service.auth.api_keys.needed()


def take_port(host: str, port: int, option: str) -> socket.socket:
    """Binds a port. Raises UsageError, which names the option to change, when the port is not available or
    the address does not belong to this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = str(error.strerror).partition(" (")[0]  # Python appends the address
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise UsageError(
                f"Cannot listen on {host}: {why}. Use an address of this machine with --host."
            ) from error
        raise UsageError(
            f"Cannot listen on {host} port {port}: {why}. Choose another port with {option}, or stop "
            "the program that uses it."
        ) from error


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, WANTED_FILES)
    if soft < wanted:
        with suppress(ValueError, OSError):  # some systems report a higher limit than they allow
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def _signals_exit_quietly() -> Iterator[None]:
    """uvicorn raises the signal that stopped it again when it is done. The default action would end this
    process at once, before the caller could clean up."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
