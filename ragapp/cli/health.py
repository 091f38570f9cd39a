"""`ragapp doctor` and `ragapp settings`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.terminal.options import AsJson, DataDir, load_settings, open_service
from ragapp.terminal.output import print_json, print_table

if TYPE_CHECKING:
    from pathlib import Path

    from ragapp.types import DoctorReport

CHECK_FAILED = 4


def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Check every invariant of the database, files and indexes. The exit code is 4 when one is broken.

    Examples:

      ragapp doctor

      ragapp doctor --repair --json
    """
    report = _report(data_dir, repair=repair)
    if as_json:
        print_json(report)
    else:
        rows = (("ok" if check.ok else "BROKEN", check.name, check.detail) for check in report.checks)
        print_table(("", "check", "found"), rows)
    if not report.ok:
        raise typer.Exit(CHECK_FAILED)


def _report(data_dir: Path | None, *, repair: bool) -> DoctorReport:
    """The report. A database that cannot be opened is a failed check, not an error."""
    from ragapp.errors import StorageError
    from ragapp.types import Check, DoctorReport

    try:
        with open_service(data_dir) as service:
            return service.doctor(repair=repair)
    except StorageError as error:
        return DoctorReport(
            ok=False, checks=(Check("the database can be opened", ok=False, detail=str(error)),)
        )


def settings(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List every setting with its meaning, default and current value.

    Example: RAGAPP_CHUNK_TOKENS=200 ragapp settings
    """
    from ragapp.settings import variable

    current = load_settings(data_dir)
    rows = [
        {
            "name": variable(name),
            "value": current.shown(name),
            "default": str(field.get_default(call_default_factory=True, validated_data={})),
            "meaning": field.description,
        }
        for name, field in type(current).model_fields.items()
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(("setting", "value", "meaning"), ((r["name"], r["value"], r["meaning"]) for r in rows))
