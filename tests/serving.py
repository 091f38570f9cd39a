"""A real service over a temporary data folder, and a real server in front of it, for tests of the API."""

from __future__ import annotations

import atexit
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from ingest.pipeline import build_pipeline
from ingest.sandbox import ParserSandbox, parse_limits
from ragapp.bootstrap import IngestRuntime, build_runtime
from ragapp.client import RagappClient
from ragapp.sandbox import SandboxLimits
from ragapp.service import RagService
from ragapp.settings import Settings

TIDES = b"The tide turns at noon. Herons fish at dusk. The harbour was built in 1862 by Ada Thornton.\n"
BREAD = b"Sourdough bread rises for twelve hours. The oven is heated to 240 degrees before it goes in.\n"
BEES = b"A honey bee visits about two thousand flowers a day. Bees dance to tell where flowers are.\n"
Caller = RagService | RagappClient
"""What is promised of the one is promised of the other."""

LIBRARY: Mapping[str, bytes] = {"tides.txt": TIDES, "bread.txt": BREAD, "bees.txt": BEES}


MAX_BYTES = 100_000
"""Largest document of the library that tests share."""


def settings_in(folder: Path, **changed: int) -> Settings:
    return Settings(data_dir=folder, generator="extractive", **changed)


@contextmanager
def serving(app: FastAPI, port: int = 0) -> Iterator[str]:
    """Serves the app on that port of this machine, a free one by default; gives its base URL."""
    listener = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@cache
def parser(limits: SandboxLimits) -> ParserSandbox:
    """Shared by all tests of this process, because its own process takes a second to load its libraries."""
    sandbox = ParserSandbox(limits)
    atexit.register(sandbox.close)
    return sandbox


def ingest_all(settings: Settings) -> None:
    """Works the queue, as a worker would, until nothing waits."""
    runtime = build_runtime(settings)
    with closing(runtime.store):
        process_queue(runtime, settings)


def process_queue(runtime: IngestRuntime, settings: Settings, worker: str = "test") -> None:
    """As `ingest_all`, with the parts that the test has opened."""
    pipeline = build_pipeline(runtime, settings, parser(parse_limits(settings)))
    while job := runtime.queue.claim(worker):
        pipeline.work(job, threading.Event(), lambda _: None)
