"""Options to values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from ragapp.errors import UsageError
from ragapp.settings import Settings


def load_settings(data_dir: Path | None) -> Settings:
    """Raises UsageError when a setting is wrong."""
    try:
        return Settings() if data_dir is None else Settings(data_dir=data_dir)
    except ValidationError as error:
        wrong = "; ".join(f"RAGAPP_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise UsageError(f"{wrong}. `ragapp settings` lists every setting.") from None


def parse_metadata(pairs: Sequence[str]) -> dict[str, str]:
    """`["year=2020"]` to `{"year": "2020"}`. Raises UsageError."""
    metadata = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not key or not sign:
            raise UsageError(f"--meta {pair!r} is not of the form key=value.")
        metadata[key] = value
    return metadata
