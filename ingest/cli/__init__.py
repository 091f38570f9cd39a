"""`ragapp ingest` and `ragapp worker`."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import Annotated

import typer

from ragapp.terminal.data_folder import begin_data
from ragapp.terminal.options import AsJson, DataDir, InCollection, load_settings, parse_pairs

SOME_FAILED = 1


def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, patterns, or - for a list of paths on stdin.", show_default=False
        ),
    ],
    collection: InCollection = "default",
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help="Documents processed at a time; 0 means one per core.")
    ] = 0,
    meta: Annotated[
        list[str] | None,
        typer.Option(help="Metadata for every document: key=value. May be repeated.", show_default=False),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep running and ingest changes until Ctrl-C.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete the documents of files that no longer exist.")
    ] = False,
    password: Annotated[
        str | None, typer.Option(help="Password for encrypted PDFs.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Ingest files, folders, ZIP archives and web pages. They are searchable when the command ends.

    Unchanged files are skipped; changed ones become a new version. A file that cannot be read is reported,
    and the others are ingested; the exit code is then 1. After Ctrl-C, the same command continues where it
    stopped.

    Examples:

      ragapp ingest report.pdf notes.md reports.zip

      ragapp ingest ~/manuals -c manuals --meta team=support --watch

      ragapp ingest "papers/**/*.pdf" https://example.org/guide.html --json

      find . -name "*.html" | ragapp ingest -
    """
    from dataclasses import replace

    from pydantic import SecretStr

    from ingest.cli.batch import open_batch
    from ingest.cli.progress import ProgressBar
    from ingest.cli.report import print_report
    from ingest.cli.sync import FolderSync
    from ingest.sources import Finder, split_list
    from ragapp.fetching.web import FetchLimits

    settings = load_settings(data_dir)
    if password is not None:
        settings = settings.model_copy(update={"pdf_password": SecretStr(password)})
    limits = FetchLimits(settings.max_upload_bytes, settings.url_seconds, settings.allow_private_urls)
    listed = split_list(sys.stdin.buffer.read()) if "-" in paths else []
    transcribed = bool(settings.transcriber)
    finder = Finder(paths, listed, limits, own=settings.data_dir, transcribed=transcribed)
    found = finder.find()
    begin_data(settings)
    with (
        ProgressBar(quiet=not sys.stderr.isatty()) as progress,
        open_batch(
            settings,
            collection,
            parse_pairs(meta),
            jobs or os.cpu_count() or 1,
            progress,
            reserved=password is not None,
        ) as batch,
    ):
        mirror = FolderSync(batch, finder, prune=prune, tell=progress.tell)
        mirror.begin(found)
        if watch:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            with suppress(KeyboardInterrupt):  # how it ends
                mirror.watch()
        else:
            mirror.finish()
    report = replace(
        batch.report(),
        vanished=tuple(mirror.vanished),
        removed=mirror.removed,
        recordings=tuple(dict.fromkeys(finder.recordings)),
    )
    print_report(report, as_json=as_json)
    if report.failed:
        raise typer.Exit(SOME_FAILED)


def worker(
    metrics_port: Annotated[
        int | None,
        typer.Option(help="Serve Prometheus metrics of this worker at this port.", show_default=False),
    ] = None,
    metrics_host: Annotated[str, typer.Option(help="Address to serve the metrics at.")] = "127.0.0.1",
    data_dir: DataDir = None,
) -> None:
    """Parse and embed queued documents until Ctrl-C. `ragapp serve` starts its own workers; run more for more
    speed.

    Example: ragapp worker --data-dir /srv/ragapp
    """
    from ingest.worker import run_worker
    from ragapp.telemetry.logs import configure_logs

    settings = load_settings(data_dir, strict=True)
    begin_data(settings)
    configure_logs(settings.log_format, settings.log_level)
    run_worker(settings, None if metrics_port is None else (metrics_host, metrics_port))
