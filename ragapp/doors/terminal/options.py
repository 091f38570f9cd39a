"""What every command shares: the options that all take, and how a service is opened from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ragapp.service import RagService
    from ragapp.settings import Settings

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder with the data.", envvar="RAGAPP_DATA_DIR", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
InCollection = Annotated[str, typer.Option("--collection", "-c", help="The collection.")]
Filters = Annotated[
    list[str] | None,
    typer.Option("--filter", help="Only documents with this metadata: key=value. Repeat for more."),
]


def load_settings(data_dir: Path | None) -> Settings:
    """Raises UsageError when a setting is wrong."""
    from pydantic import ValidationError

    from ragapp.errors import UsageError
    from ragapp.settings import Settings

    try:
        return Settings() if data_dir is None else Settings(data_dir=data_dir)
    except ValidationError as error:
        problems = "; ".join(
            f"RAGAPP_{'_'.join(str(part) for part in e['loc']).upper()}: {e['msg']}" for e in error.errors()
        )
        raise UsageError(f"{problems}. `ragapp settings` lists every setting.") from None


@contextmanager
def open_service(data_dir: Path | None) -> Iterator[RagService]:
    from ragapp.bootstrap import build_service

    service = build_service(load_settings(data_dir))
    try:
        yield service
    finally:
        service.close()


def parse_pairs(pairs: list[str] | None) -> dict[str, str]:
    """`["year=2020"]` to `{"year": "2020"}`. Raises UsageError."""
    from ragapp.errors import UsageError

    parsed = {}
    for pair in pairs or []:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise UsageError(f"{pair!r} is not of the form key=value.")
        parsed[key] = value
    return parsed
