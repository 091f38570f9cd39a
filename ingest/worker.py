"""The ingest worker: processes documents from the queue until it is stopped."""

from __future__ import annotations

import logging
import os
import signal
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from uuid import uuid4

from ingest.lease import held
from ingest.pipeline import Pipeline, build_pipeline
from ingest.sandbox import ParserSandbox, parser_sandbox
from ragapp.bootstrap import build_runtime
from ragapp.errors import ModelError, StorageError
from ragapp.processes.shutdown import Deadline, on_signal
from ragapp.protocols import JobQueue
from ragapp.settings import Settings
from ragapp.telemetry.observer import build_telemetry
from ragapp.types import Job

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
LONGEST_PAUSE = 60.0
READING_ON_SECONDS = 5.0
"""How long parsing may continue after the worker was asked to stop."""
NICENESS = 5
"""The niceness of the worker, because answering questions has priority."""


@dataclass(frozen=True)
class Worker:
    """Processes jobs. It gives up after `patience` consecutive transient failures.

    It takes jobs that are open to all workers, and those that are reserved for `owner`.
    """

    queue: JobQueue
    pipeline: Pipeline
    lease_seconds: float
    patience: float = float("inf")
    owner: str = ""

    def run(self, stop: Event, progress: Callable[[Job], None]) -> None:
        """Runs until `stop` is set.

        Raises ModelError or StorageError after `patience` consecutive failures.
        """
        name, troubles = f"{os.getpid()}-{uuid4().hex[:8]}", 0
        job: Job | None = None
        while not stop.is_set():
            try:
                if job is not None:  # the failure may have prevented its return to the queue
                    self.queue.release(job)
                job = self.queue.claim(name, self.owner)
                if job is None:
                    stop.wait(IDLE_SECONDS)
                    continue
                with held(self.queue, job, self.lease_seconds):
                    self.pipeline.work(job, stop, progress)
                job, troubles = None, 0
            except (ModelError, StorageError) as error:
                troubles += 1
                if troubles >= self.patience:
                    raise
                log.warning("%s waits: %s", job.name if job else "The queue", error)
                stop.wait(min(2.0**troubles, LONGEST_PAUSE))


def run_worker(settings: Settings, metrics_at: tuple[str, int] | None = None) -> None:
    """Runs until SIGTERM, Ctrl-C or the end of the parent process; then returns its job to the queue.

    The process exits at the latest after RAGAPP_SHUTDOWN_SECONDS. Its metrics are served at the host and port
    `metrics_at`. Raises UsageError if that port is in use.
    """
    os.nice(NICENESS)
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    on_signal(stop.set, signal.SIGTERM, signal.SIGINT)
    _stop_with_parent(stop)
    deadline = Deadline(settings.shutdown_seconds)
    telemetry = build_telemetry(settings, "ragapp-worker")
    if metrics_at is not None:
        telemetry.metrics.serve(*metrics_at)
    runtime = build_runtime(settings, telemetry)
    sandbox = parser_sandbox(settings)
    Thread(target=_stop_reading, args=(stop, sandbox, deadline), name="give-back", daemon=True).start()
    try:
        worker = Worker(runtime.queue, build_pipeline(runtime, settings, sandbox), settings.lease_seconds)
        worker.run(stop, lambda _: None)
    finally:
        sandbox.close()
        runtime.store.close()


def _stop_reading(stop: Event, sandbox: ParserSandbox, deadline: Deadline) -> None:
    """Aborts parsing in time, so that the job returns to the queue before the process is killed."""
    stop.wait()
    deadline.start()
    time.sleep(min(READING_ON_SECONDS, deadline.left() / 2))
    sandbox.stop()


def _stop_with_parent(stop: Event) -> None:
    """Stops when stdin, a pipe from the parent process, is closed because the parent has ended."""
    if not stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        return

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        stop.set()

    Thread(target=watch, name="parent", daemon=True).start()
