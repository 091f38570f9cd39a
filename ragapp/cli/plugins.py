"""`ragapp plugins`: the implementations that installed packages provide."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ragapp.terminal.options import AsJson, DataDir, load_settings
from ragapp.terminal.output import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragapp.plugins import Plugin, Seam
    from ragapp.settings import Settings


class _Row(TypedDict):
    kind: str
    name: str
    package: str
    version: str
    in_use: bool
    problem: str | None


def plugins(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the plugins of installed packages, and which of them the settings use. Imports none of them.

    Example: ragapp plugins --json
    """
    rows = list(_rows(load_settings(data_dir)))
    if as_json:
        print_json(rows)
        return
    print_table(
        ("kind", "name", "package", "version", "in use", "problem"),
        (
            (
                r["kind"],
                r["name"],
                r["package"],
                r["version"],
                "yes" if r["in_use"] else "",
                r["problem"] or "",
            )
            for r in rows
        ),
    )


def _rows(settings: Settings) -> Iterator[_Row]:
    from ragapp.bootstrap.plugins import names_in_use
    from ragapp.plugins import SEAMS

    used = names_in_use(settings)
    for kind, seam in SEAMS.items():
        for plugin in seam.installed():
            yield _Row(
                kind=kind,
                name=plugin.name,
                package=plugin.package,
                version=plugin.version,
                in_use=kind not in used or plugin.name in used[kind],
                problem=_problem(seam, plugin),
            )


def _problem(seam: Seam, plugin: Plugin) -> str | None:
    from ragapp.errors import UsageError

    try:
        seam.find(plugin.name)
    except UsageError as error:
        return str(error)
    return None
