"""`ragapp mcp`: the Model Context Protocol over standard input and output."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.cli.child_processes import Child
from ragapp.terminal.options import DataDir, load_settings, open_service

if TYPE_CHECKING:
    from ragapp.api.mcp.backend import Backend
    from ragapp.settings import Settings


def mcp(
    url: Annotated[
        str | None,
        typer.Option(help="URL of a ragapp server to use instead of the data folder.", metavar="URL"),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve MCP on standard input and output, for a client that starts this command.

    With --url it uses a running server and the key in RAGAPP_API_KEY. Such a server also serves MCP itself,
    at /mcp. Clients can add documents when RAGAPP_MCP_INGEST is `true`.

    Examples:

      ragapp mcp

      ragapp mcp --url http://127.0.0.1:8000
    """
    from ragapp.api.mcp.server import build_server

    settings = load_settings(data_dir)
    with ExitStack() as opened:
        backend = _open_server(url, opened) if url else _open_folder(settings, opened)
        build_server(lambda _: backend, may_ingest=settings.mcp_ingest).run("stdio")


def _open_server(url: str, opened: ExitStack) -> Backend:
    from ragapp.client import RagappClient

    return opened.enter_context(RagappClient(url))


def _open_folder(settings: Settings, opened: ExitStack) -> Backend:
    """The service on the data folder. When clients may add documents, a worker process runs too."""
    backend = opened.enter_context(open_service(settings.data_dir, begin=settings.mcp_ingest))
    if settings.mcp_ingest:
        os.environ["RAGAPP_DATA_DIR"] = str(settings.data_dir)  # the worker reads the same settings
        opened.callback(Child("ragapp.cli", ["worker"], background=True).stop)
    return backend
