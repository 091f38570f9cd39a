"""`ragapp serve`: the API in this process, with the web page and the workers as child processes."""

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

from ragapp.cli.child_processes import Child
from ragapp.cli.found_models import announce_found
from ragapp.cli.models import DEFAULT_GENERATOR, fetch_with_progress, needed_models
from ragapp.terminal.data_folder import begin_data
from ragapp.terminal.options import DataDir, load_settings, open_service
from ragapp.types import UploadSpec

if TYPE_CHECKING:
    from ragapp.protocols import ArtifactStore, EvaluationService
    from ragapp.settings import Settings

UI_HOST = "127.0.0.1"
"""The web page is served to this machine only; `ragapp ui` can serve it to others."""


def serve(
    host: Annotated[str, typer.Option(help="Address of the API.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the API.")] = 8000,
    ui_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the web page.")] = 8501,
    ui: Annotated[bool, typer.Option("--ui/--no-ui", help="Serve the web page or not.")] = True,
    workers: Annotated[int, typer.Option(min=0, help="Number of ingest worker processes.")] = 1,
    first_run: Annotated[
        bool,
        typer.Option(
            "--first-run", help="Download missing models, and add sample documents to a new data folder."
        ),
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Run the API, the web page and the ingest workers until Ctrl-C.

    Examples:

      ragapp serve --first-run

      ragapp serve --port 9000 --no-ui --workers 2
    """
    from ragapp.api.http.server import listen, run, take_port
    from ragapp.models.choice import generator_in_use
    from ragapp.telemetry.logs import configure_logs

    settings = load_settings(data_dir, strict=True)
    configure_logs(settings.log_format, settings.log_level)
    listener = listen(settings, host, port)
    if ui:
        take_port(UI_HOST, ui_port, "--ui-port").close()  # checked here, bound by the process of the web page
    begin_data(settings)
    os.environ["RAGAPP_DATA_DIR"] = str(settings.data_dir)  # for child processes
    if first_run:
        _prepare(settings)
    api = f"http://{_reached_at(host)}:{port}"
    with ExitStack() as children:
        if first_run and (local := _local_model(generator_in_use(settings))):
            # Answers are extractive until the download is complete, which the generator notices.
            children.callback(Child("ragapp.cli", ["models", "fetch", local], restart=False).stop)
        working = [Child("ragapp.cli", ["worker"], background=True) for _ in range(workers)]
        for child in working:
            children.callback(child.stop)
        if ui:
            address = ["--api-url", api, "--port", str(ui_port)]
            # Streamlit would read `.streamlit` of the working folder, its secrets and options included.
            children.callback(Child("ragapp.cli", ["ui", *address], folder=Path.cwd().anchor).stop)
            _announce_when_ready("web page", f"http://{UI_HOST}:{ui_port}", "/_stcore/health")
        _announce_when_ready("API", api, "/healthz")
        if first_run:
            threading.Thread(target=announce_found, name="find-models", daemon=True).start()

        def begin_to_stop() -> None:
            """Ends the workers. The web page stays until running answers are complete."""
            for child in working:
                child.terminate()

        run(settings, host, listener, partial(_open_evaluations, settings), begin_to_stop)


def _announce_when_ready(what: str, url: str, health: str) -> None:
    """Prints the address once it answers, which takes each a different time."""
    import httpx

    def announce() -> None:
        while True:
            try:
                httpx.get(f"{url}{health}", timeout=60, trust_env=False)
            except httpx.TransportError:
                time.sleep(0.2)
            else:
                sys.stderr.write(f"The {what} is open at {url}\n")
                return

    threading.Thread(target=announce, name=f"announce-{what}", daemon=True).start()


def _local_model(generator: str) -> str | None:
    """The name by which that generator's local model is fetched; None if there is nothing to fetch."""
    if generator == "local":
        return DEFAULT_GENERATOR
    name = generator.removeprefix("local:")
    return name if name != generator and name.startswith("hf:") else None


def _open_evaluations(settings: Settings, artifacts: ArtifactStore) -> EvaluationService:
    """Imported on first use, since it takes seconds to load and most servers never need it."""
    from evals.service.service import SharedEvaluationService

    return SharedEvaluationService(artifacts, settings.data_dir)


def _reached_at(host: str) -> str:
    """The address under which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104


def _prepare(settings: Settings) -> None:
    from ragapp.models.model_folder import installed

    for model in needed_models(settings):
        if not installed(model.name, settings.models_dir):
            fetch_with_progress(model, settings)
    with open_service(settings.data_dir, begin=True) as service:
        if service.collections():
            return
        for sample in _samples():
            with sample.open("rb") as data:
                service.upload(UploadSpec(sample.name), data)


def _samples() -> list[Path]:
    folder = importlib.resources.files("ragapp") / "samples"
    with importlib.resources.as_file(folder) as path:
        return [file for file in sorted(path.iterdir()) if file.name != "ATTRIBUTION.md"]
