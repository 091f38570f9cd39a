"""The parser process: `python -m ingest.parse.worker LIMITS`. It takes commands from its parent only."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from ingest.parse.plugins import plugin_folders, plugin_parser
from ingest.parse.registry import parse
from ragapp.data_files import MEMORY_LIMITS
from ragapp.errors import ParseError
from ragapp.sandbox.child import serve_files
from ragapp.sandbox.messages import SandboxRequest


def _work(request: SandboxRequest) -> bytes:
    options = json.loads(request.options)
    if "data_file" in options:
        from ingest.data_files.result import NOT_DATA, converted  # noqa: PLC0415  DuckDB is large

        if plugin_parser(request.name) is not None:  # that is to read it
            return NOT_DATA
        return converted(request, options["data_file"], options["rows"], read_hidden=options["read_hidden"])
    parsed = parse(
        Path(request.source).read_bytes(),
        request.name,
        options["password"],
        read_hidden=options["read_hidden"],
    )
    return json.dumps(asdict(parsed)).encode()


def _import_parser(request: SandboxRequest) -> None:
    """Imports the plugin once for all documents. Work that needs a plugin that fails reports the error."""
    with suppress(ParseError):
        plugin_parser(request.name)


if __name__ == "__main__":
    serve_files(_work, prepare=_import_parser, readable=(*plugin_folders(), *MEMORY_LIMITS))
