"""The process that parses: `python -m ingest.parse.worker LIMITS`; its parent alone tells it what to do."""

from __future__ import annotations

import json
from dataclasses import asdict

from ingest.parse.registry import parse
from ragapp.sandbox.child import serve
from ragapp.sandbox.messages import SandboxRequest


def _parse(data: bytes, order: SandboxRequest) -> bytes:
    parsed = parse(data, order.name, json.loads(order.options)["password"])
    return json.dumps(asdict(parsed)).encode()


if __name__ == "__main__":
    serve(_parse)
