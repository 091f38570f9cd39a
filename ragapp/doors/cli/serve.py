"""`ragapp serve`: the API in this process, the web page and the workers beside it."""

from __future__ import annotations

import importlib.resources
import os
import sys
import threading
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.doors.cli.children import Child
from ragapp.doors.cli.models import DEFAULT_GENERATOR, fetch_with_progress, needed_models
from ragapp.doors.terminal.folder import begin_data
from ragapp.doors.terminal.options import DataDir, load_settings, open_service

if TYPE_CHECKING:
    from ragapp.protocols import ArtifactStore, EvalDesk
    from ragapp.settings import Settings

UI_HOST = "127.0.0.1"
"""The web page is for this machine; `python -m ui` serves it to others."""


def serve(
    host: Annotated[str, typer.Option(help="Address of the API.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the API.")] = 8000,
    ui_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the web page.")] = 8501,
    ui: Annotated[bool, typer.Option("--ui/--no-ui", help="With or without the web page.")] = True,
    workers: Annotated[int, typer.Option(min=0, help="Processes that read and embed documents.")] = 1,
    first_run: Annotated[
        bool,
        typer.Option(
            "--first-run", help="Fetch missing models, and put sample documents into a new data folder."
        ),
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Run everything: the API, the web page and the ingest workers, until Ctrl-C.

    Examples:

      ragapp serve --first-run

      ragapp serve --port 9000 --no-ui --workers 2
    """
    from ragapp.doors.http.server import listen, run, take_port
    from ragapp.observe.logs import configure_logs

    settings = load_settings(data_dir, strict=True)
    configure_logs(settings.log_format, settings.log_level)
    listener = listen(settings, host, port)
    if ui:
        take_port(UI_HOST, ui_port, "--ui-port").close()  # the web page's own process takes it again
    begin_data(settings)
    os.environ["RAGAPP_DATA_DIR"] = str(settings.data_dir)  # the children read the same settings
    if first_run:
        _prepare(settings)
    api = f"http://{_reached_at(host)}:{port}"
    with ExitStack() as children:
        if first_run and settings.generator == "local":
            # The answers are extractive until it is there; the generator notices by itself.
            fetch = Child("ragapp.doors.cli", ["models", "fetch", DEFAULT_GENERATOR], restart=False)
            children.callback(fetch.stop)
        working = [Child("ragapp.doors.cli", ["worker"], background=True) for _ in range(workers)]
        for child in working:
            children.callback(child.stop)
        if ui:
            address = ["--api-url", api, "--port", str(ui_port)]
            # Streamlit would read `.streamlit` of the working folder, its secrets and options included.
            children.callback(Child("ui", address, folder=Path.cwd().anchor).stop)
            _tell_when_open("web page", f"http://{UI_HOST}:{ui_port}", "/_stcore/health")
        _tell_when_open("API", api, "/healthz")

        def begin_to_stop() -> None:
            """The web page stays for those whose answers are on their way."""
            for child in working:
                child.ask_to_end()

        run(settings, host, listener, partial(_open_eval_desk, settings), begin_to_stop)


def _tell_when_open(what: str, url: str, health: str) -> None:
    """Each takes its own time to load, and neither must be told of before it answers."""
    import httpx

    def tell() -> None:
        while True:
            try:
                httpx.get(f"{url}{health}", timeout=60, trust_env=False)
            except httpx.TransportError:
                time.sleep(0.2)
            else:
                sys.stderr.write(f"The {what} is open at {url}\n")
                return

    threading.Thread(target=tell, name=f"tell-{what}", daemon=True).start()


def _open_eval_desk(settings: Settings, artifacts: ArtifactStore) -> EvalDesk:
    """Most servers are never asked for it, and what it needs takes seconds to load."""
    from evals.desk.desk import SharedEvalDesk

    return SharedEvalDesk(artifacts, settings.data_dir)


def _reached_at(host: str) -> str:
    """How this machine itself reaches a server that listens there."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104


def _prepare(settings: Settings) -> None:
    from ragapp.models.library import installed

    for model in needed_models(settings):
        if not installed(model.name, settings.models_dir):
            fetch_with_progress(model, settings)
    with open_service(settings.data_dir, begin=True) as service:
        if service.collections():
            return
        for sample in _samples():
            with sample.open("rb") as data:
                service.upload("default", sample.name, data)


def _samples() -> list[Path]:
    folder = importlib.resources.files("ragapp") / "samples"
    with importlib.resources.as_file(folder) as path:
        return [file for file in sorted(path.iterdir()) if file.name != "ATTRIBUTION.md"]
