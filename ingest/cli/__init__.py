"""`ragapp ingest` and `ragapp worker`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ragapp.doors.terminal.options import AsJson, DataDir, InCollection, load_settings, parse_pairs

SOME_FAILED = 1


def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, patterns, or - for a list of paths on stdin.", show_default=False
        ),
    ],
    collection: InCollection = "default",
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Documents worked on at a time.")] = 1,
    meta: Annotated[
        list[str] | None,
        typer.Option(help="Metadata for every document: key=value. Repeat for more.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Bring documents in: PDF, text, Markdown and HTML. They are searchable when this ends.

    Files that have not changed are skipped, changed ones become a new version. A file that cannot be
    read is reported, the others go on; the exit code is then 1. After Ctrl-C the same command goes on
    where this one stopped.

    Examples:

      ragapp ingest report.pdf notes.md

      ragapp ingest ~/manuals -c manuals --meta team=support

      ragapp ingest "papers/**/*.pdf" --json

      find . -name "*.html" | ragapp ingest -
    """
    from ingest.cli.batch import bring_in
    from ingest.cli.progress import Progress
    from ingest.cli.report import print_report
    from ingest.sources import find_sources

    settings = load_settings(data_dir)
    sources = find_sources(paths, sys.stdin if "-" in paths else ())
    with Progress(quiet=not sys.stderr.isatty()) as progress:
        report = bring_in(settings, sources, collection, parse_pairs(meta), jobs, progress)
    print_report(report, as_json=as_json)
    if report.failed:
        raise typer.Exit(SOME_FAILED)


def worker(data_dir: DataDir = None) -> None:
    """Read and embed queued documents until Ctrl-C. `ragapp serve` starts its own; run more for more speed.

    Example: ragapp worker --data-dir /srv/ragapp
    """
    from ingest.worker import run_worker

    run_worker(load_settings(data_dir))
