"""`ragapp ui` and `python -m ui`: the web page as a process of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

UPLOADS_MB = 500
"""The limit for all browser sessions together: Streamlit keeps each file in memory until the API has it."""


def ui(
    api_url: Annotated[str, typer.Option(help="Address of the API.")] = "http://127.0.0.1:8000",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    name: Annotated[
        list[str] | None, typer.Option(help="Host name that browsers use, behind a proxy. Repeatable.")
    ] = None,
    upload_mb: Annotated[
        int, typer.Option(min=1, help="Megabytes of uploads that may be in progress at once.")
    ] = UPLOADS_MB,
) -> None:
    """Serve the web page alone, as a client of an API that runs elsewhere.

    Example: ragapp ui --api-url http://127.0.0.1:8000 --port 8501
    """
    from ui.server import PageOptions, serve_page  # noqa: PLC0415  Streamlit takes seconds to load

    # Streamlit would read `.streamlit` of the working folder, its secrets and options included.
    os.chdir(Path.cwd().anchor)
    serve_page(PageOptions(api_url, host, port, tuple(name or ()), upload_mb))
