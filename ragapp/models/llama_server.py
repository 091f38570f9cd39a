"""Runs llama.cpp's HTTP server for one model until the process that started it is gone.

A program of its own, started by `ragapp.models.llama`. It reads one line of JSON (an `Order`) from stdin
and writes one line to stdout: the server's URL, or nothing when it could not start (why is on stderr).
Then it waits for the end of stdin, which comes when the parent closes it or dies, however it dies.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    import xllamacpp


class Order(TypedDict):
    """What to serve: a GGUF file, how many threads, how many tokens of context, and the key it asks for."""

    model: str
    threads: int
    context: int
    api_key: str


# Tokens that a shifted stretch of an earlier prompt must have to be reused instead of read again.
_REUSED_STRETCH = 64
_PROMPT_CACHE_MIB = 256


def _keep_memory_private() -> None:
    """As `ragapp.sandbox.kernel` does, which this program does not import: the environment may hold keys."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE


def main() -> None:
    _keep_memory_private()
    order: Order = json.loads(sys.stdin.readline())
    # llama.cpp may print; stdout is for the URL alone.
    reply = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = _serve(order)
    reply.write(f"{server.listening_address}\n")
    reply.flush()
    sys.stdin.read()
    # The server's own threads would outlive a normal exit while they write an answer nobody reads.
    os._exit(0)


def _serve(order: Order) -> xllamacpp.Server:
    """Starts the server on a free port of this machine only; returns when the model is loaded.

    The server ends when the object is let go.
    """
    import xllamacpp  # noqa: PLC0415  only now is stdout out of its reach

    params = xllamacpp.CommonParams()
    params.model.path = order["model"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order["api_key"]]
    # While a model writes, its threads wait for each other at every step: one that has to share its core
    # stops them all. Reading gains from every core, writing is bound by memory (docs/models.md).
    params.cpuparams.n_threads = max(1, order["threads"] - 1)
    params.cpuparams_batch.n_threads = order["threads"]
    params.n_ctx = order["context"]
    params.n_parallel = 1
    params.cache_prompt = True
    params.n_cache_reuse = _REUSED_STRETCH
    params.cache_ram_mib = _PROMPT_CACHE_MIB
    params.sse_ping_interval = -1  # so that silence is silence, and the reader's timeout sees it
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = 1  # errors
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
