"""The parser process: `python -m ingest.parse.worker LIMITS`. It takes commands from its parent only."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict

from ingest.parse.plugins import plugin_folders, plugin_parser
from ingest.parse.registry import parse
from ragapp.errors import ParseError
from ragapp.sandbox.child import serve
from ragapp.sandbox.messages import SandboxRequest


def _parse(data: bytes, order: SandboxRequest) -> bytes:
    parsed = parse(data, order.name, json.loads(order.options)["password"])
    return json.dumps(asdict(parsed)).encode()


def _import_parser(request: SandboxRequest) -> None:
    """Imports the plugin once for all documents. Work that needs a plugin that fails reports the error."""
    with suppress(ParseError):
        plugin_parser(request.name)


if __name__ == "__main__":
    serve(_parse, prepare=_import_parser, readable=plugin_folders())
