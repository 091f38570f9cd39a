"""The generator that was chosen with `ragapp models use` or on the web page, kept in the data folder."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from ragapp.errors import UsageError
from ragapp.files.atomic import replacing
from ragapp.settings import Settings

CHOICE_FILE = "generator.json"


def generator_in_use(settings: Settings) -> str:
    """The name of the generator: RAGAPP_GENERATOR if it is set, or else the stored choice, or else the
    default.
    """
    if "generator" in settings.model_fields_set:
        return settings.generator
    return _kept(settings.data_dir / CHOICE_FILE) or settings.generator


def keep_generator(generator: str, settings: Settings) -> None:
    """Keeps the choice. Raises UsageError when RAGAPP_GENERATOR is set, which decides, and OSError."""
    if "generator" in settings.model_fields_set:
        raise UsageError(
            f"RAGAPP_GENERATOR is set to {settings.generator!r} and decides. Remove it from the environment "
            "or the settings file to choose a generator here."
        )
    with replacing(settings.data_dir / CHOICE_FILE) as file:
        file.write(json.dumps({"generator": generator}).encode())


def _kept(path: Path) -> str | None:
    with suppress(OSError, ValueError, AttributeError):
        chosen = json.loads(path.read_text("utf-8")).get("generator")
        return chosen if isinstance(chosen, str) and chosen else None
    return None
