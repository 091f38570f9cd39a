"""What every command shares: the options that all take, and how a service is opened from them."""

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
    typer.Option("--data-dir", help="Folder with the data.", envvar="RAGAPP_DATA_DIR", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
InCollection = Annotated[str, typer.Option("--collection", "-c", help="The collection.")]
Filters = Annotated[
    list[str] | None,
    typer.Option("--filter", help="Only documents with this metadata: key=value. Repeat for more."),
]


def load_settings(data_dir: Path | None, *, strict: bool = False) -> Settings:
    """Says on stderr which variables look like settings and are none.

    Raises UsageError when a setting is wrong, and with `strict` when one seems to be mistyped: what runs for
    months should not do so on a default that nobody chose.
    """
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError

    from ragapp.errors import UsageError
    from ragapp.settings import Settings

    _tell_unknown(strict=strict)
    try:
        return Settings() if data_dir is None else Settings(data_dir=data_dir)
    except ValidationError as error:
        problems = "; ".join(_problem(one) for one in error.errors())
        raise UsageError(f"{problems}. `ragapp settings` lists every setting.") from None
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"ragapp.toml in this folder is no TOML: {error}. Texts stand in quotes.") from None
    except PermissionError as error:
        raise UsageError(f"{error.filename} may not be read. Make it readable, or move it away.") from None


@contextmanager
def open_service(data_dir: Path | None, *, begin: bool = False) -> Iterator[RagService]:
    """Over a folder that has data; with `begin` over a new one, too.

    Raises NotFoundError when nothing was ever put there, UsageError, StorageError.
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
    """`["year=2020"]` to `{"year": "2020"}`. Raises UsageError."""
    from ragapp.errors import UsageError

    parsed = {}
    for pair in pairs or []:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise UsageError(f"{pair!r} is not of the form key=value.")
        parsed[key] = value
    return parsed


def _tell_unknown(*, strict: bool) -> None:
    from ragapp.errors import UsageError
    from ragapp.settings.unknown import unknown_variables

    for unknown in unknown_variables():
        meant = f" Did you mean {unknown.nearest}?" if unknown.nearest else ""
        told = f"{unknown.name} is no setting of this version.{meant}"
        if strict and unknown.nearest:
            raise UsageError(f"{told} Rename it, or unset it.")
        typer.secho(f"{told} `ragapp settings` lists every setting.", fg="yellow", err=True)
        del os.environ[unknown.name]  # told once, not again by the programs that this one starts


def _problem(error: ErrorDetails) -> str:
    """What is wrong with a setting."""
    from ragapp.settings import variable
    from ragapp.settings.unknown import nearest_setting

    name = "_".join(str(part) for part in error["loc"])
    if error["type"] != "extra_forbidden":
        return f"{variable(name)}: {error['msg']}"
    meant = nearest_setting(name)
    return f"{name} in ragapp.toml is no setting" + (f"; {meant} is one" if meant else "")
