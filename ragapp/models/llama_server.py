"""Runs llama.cpp's HTTP server for one model until the process that started it ends.

This is a program of its own, started by `ragapp.models.llama_process`. It reads one line of JSON from stdin
and writes one line to stdout: the server's URL, or nothing when it could not start (the reason is on stderr).
Then it waits for the end of stdin, which comes when the parent closes it or dies.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    import xllamacpp


class LlamaServerOptions(TypedDict):
    """The GGUF file, the number of threads, the tokens of context, and the key that clients need."""

    model: str
    threads: int
    context: int
    api_key: str


# Tokens that a shifted part of an earlier prompt must have to be reused instead of processed again.
_MIN_REUSED_TOKENS = 64
_PROMPT_CACHE_MIB = 256


def _keep_memory_private() -> None:
    """As `ragapp.sandbox.kernel` does, which this program does not import. The environment may contain
    keys."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE


def main() -> None:
    _keep_memory_private()
    options: LlamaServerOptions = json.loads(sys.stdin.readline())
    # llama.cpp may print to stdout, which is for the URL alone.
    reply = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = _serve(options)
    reply.write(f"{server.listening_address}\n")
    reply.flush()
    sys.stdin.read()
    # A normal exit would wait for the server's threads, which may be generating an answer that nothing reads.
    os._exit(0)


def _serve(options: LlamaServerOptions) -> xllamacpp.Server:
    """Starts the server on a free port of the loopback interface; returns when the model is loaded.

    The server ends when the object is deleted.
    """
    import xllamacpp  # noqa: PLC0415  not before stdout is redirected

    params = xllamacpp.CommonParams()
    params.model.path = options["model"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [options["api_key"]]
    # While a model generates, its threads wait for each other at every step, so one that shares its core
    # slows down all. Processing the prompt gains from every core; generation is bound by memory
    # (docs/research/models.md).
    params.cpuparams.n_threads = max(1, options["threads"] - 1)
    params.cpuparams_batch.n_threads = options["threads"]
    params.n_ctx = options["context"]
    params.n_parallel = 1
    params.cache_prompt = True
    params.n_cache_reuse = _MIN_REUSED_TOKENS
    params.cache_ram_mib = _PROMPT_CACHE_MIB
    params.sse_ping_interval = -1  # no pings, so that the client's timeout detects silence
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = 1  # errors
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
