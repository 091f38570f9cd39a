"""Parses documents in the sandbox: a process of its own, under limits."""

from __future__ import annotations

import json
from typing import BinaryIO

from pydantic import SecretStr

from ragapp.sandbox import Sandbox as Confined
from ragapp.sandbox import SandboxLimits
from ragapp.settings import Settings
from ragapp.types import Heading, ParsedText, Table

CHILD = f"{__package__}.parse.worker"


def parse_limits(settings: Settings) -> SandboxLimits:
    return SandboxLimits(
        memory=settings.parse_memory_bytes,
        output=settings.parse_output_bytes,
        cpu_seconds=settings.parse_cpu_seconds,
        wall_seconds=settings.parse_seconds,
    )


class ParserSandbox:
    """Parses one document at a time; safe to use from many threads, which then wait for each other."""

    def __init__(self, limits: SandboxLimits, password: SecretStr | None = None) -> None:
        """`password` opens encrypted documents."""
        self._confined = Confined(CHILD, limits)
        self._wish = json.dumps({"password": password.get_secret_value() if password else None})

    def parse(self, data: BinaryIO, name: str) -> ParsedText:
        """Raises ParseError when the document cannot be read, or not within the limits; StorageError,
        and ConflictError once this was told to stop."""
        result = json.loads(self._confined.run(data, name, self._wish))
        return ParsedText(
            text=result["text"],
            page_starts=tuple(result["page_starts"]),
            headings=tuple(Heading(**heading) for heading in result["headings"]),
            title=result["title"],
            metadata=result["metadata"],
            tables=tuple(Table(**table) for table in result["tables"]),
            furniture=tuple((start, end) for start, end in result["furniture"]),
        )

    def stop(self) -> None:
        """Ends what is being parsed, which then raises ConflictError, and all that would follow."""
        self._confined.stop()

    def close(self) -> None:
        self._confined.close()
