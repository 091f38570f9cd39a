"""The options that commands share, and how settings and the service are opened from them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.terminal.data_folder import begin_data, need_data

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from ragapp.service import RagService
    from ragapp.settings import Settings

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Data folder.", envvar="RAGAPP_DATA_DIR", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
InCollection = Annotated[str, typer.Option("--collection", "-c", help="The collection.")]
Filters = Annotated[
    list[str] | None,
    typer.Option("--filter", help="Only documents with this metadata: key=value. May be repeated."),
]


def load_settings(data_dir: Path | None, *, strict: bool = False) -> Settings:
    """Reads the settings. Unknown RAGAPP_* variables, and settings from a file, are shown on stderr.

    Raises UsageError when a setting is invalid, and with `strict` also when a variable seems to be mistyped:
    a server should not run for months on a default by accident.
    """
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError

    from ragapp.errors import UsageError
    from ragapp.settings import Settings
    from ragapp.settings.file import NAMED_BY

    _warn_of_unknown(strict=strict)
    try:
        settings = Settings() if data_dir is None else Settings(data_dir=data_dir)
        _show_file(settings, given={"data_dir"} if data_dir else set())
    except ValidationError as error:
        problems = "; ".join(_problem(one) for one in error.errors())
        raise UsageError(f"{problems}. `ragapp settings` lists every setting.") from None
    except (TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            f"{os.environ.get(NAMED_BY) or 'ragapp.toml in this folder'} is not valid TOML: {error}. Strings "
            "need quotes."
        ) from None
    except PermissionError as error:
        raise UsageError(
            f"Cannot read {error.filename}: permission denied. Make it readable, or move it away."
        ) from None
    return settings


@contextmanager
def open_service(data_dir: Path | None, *, begin: bool = False) -> Iterator[RagService]:
    """The service over a data folder, which `begin` creates if it does not exist.

    Raises NotFoundError when the folder holds no data, UsageError, StorageError.
    """
    from ragapp.bootstrap import build_service

    settings = load_settings(data_dir)
    begin_data(settings) if begin else need_data(settings)
    service = build_service(settings)
    try:
        yield service
    finally:
        service.close()


def parse_pairs(pairs: list[str] | None) -> dict[str, str]:
    """Parses `["year=2020"]` into `{"year": "2020"}`. Raises UsageError."""
    from ragapp.errors import UsageError

    parsed = {}
    for pair in pairs or []:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise UsageError(f"{pair!r} is not of the form key=value. Example: --filter year=2020")
        parsed[key] = value
    return parsed


def _warn_of_unknown(*, strict: bool) -> None:
    from ragapp.errors import UsageError
    from ragapp.settings.unknown import unknown_variables

    for unknown in unknown_variables():
        suggestion = f" Did you mean {unknown.nearest}?" if unknown.nearest else ""
        message = f"{unknown.name} is not a setting of this version.{suggestion}"
        if strict and unknown.nearest:
            raise UsageError(f"{message} Rename it, or unset it.")
        typer.secho(f"{message} `ragapp settings` lists every setting.", fg="yellow", err=True)
        del os.environ[unknown.name]  # child processes need not warn again


def _show_file(settings: Settings, given: set[str]) -> None:
    """Prints which settings come from the settings file, once for a process and its children.

    `given` are those of the command line, which go before it, like those of the environment.
    """
    from ragapp.settings import variable
    from ragapp.settings.file import FILE_SHOWN, read_settings_file

    file = read_settings_file()
    if file is None or os.environ.get(FILE_SHOWN) == str(file.path):
        return
    environment = {name.upper() for name in os.environ}
    names = [
        name
        for name in file.values
        if name not in given and environment.isdisjoint({variable(name), f"RAGAPP_{name.upper()}_FILE"})
    ]
    if names:
        shown = ", ".join(f"{name}={settings.shown(name)}" for name in names)
        typer.secho(f"Settings from {file.path}: {shown}", fg="yellow", err=True)
    os.environ[FILE_SHOWN] = str(file.path)


def _problem(error: ErrorDetails) -> str:
    """What is wrong with one setting."""
    from ragapp.settings import variable
    from ragapp.settings.file import NAME, NAMED_BY
    from ragapp.settings.unknown import nearest_setting

    name = "_".join(str(part) for part in error["loc"])
    if error["type"] != "extra_forbidden":
        return f"{variable(name)}: {error['msg']}"
    nearest = nearest_setting(name)
    file = Path(os.environ.get(NAMED_BY, NAME)).name
    return f"{name} in {file} is not a setting" + (f"; did you mean {nearest}?" if nearest else "")
