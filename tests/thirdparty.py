"""Packages of other people: a module and the metadata that pip would have installed beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def install(
    folder: Path,
    package: str,
    entry_points: Mapping[str, Mapping[str, str]],
    source: str = "",
    version: str = "1.0",
) -> None:
    """Puts `package` into a folder of sys.path: `source` is its module, `entry_points` are by group."""
    folder.mkdir(exist_ok=True)
    module = package.replace("-", "_")
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    metadata = folder / f"{module}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    groups = (
        "\n".join((f"[{group}]", *(f"{name} = {value}" for name, value in entries.items())))
        for group, entries in entry_points.items()
    )
    (metadata / "entry_points.txt").write_text("\n\n".join(groups) + "\n")
