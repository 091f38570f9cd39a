"""How the models folder is: what is in it, and its invariant, as `ragapp doctor` checks it."""

from __future__ import annotations

from pathlib import Path

from ragapp.models.catalog import load_catalog
from ragapp.models.library import damaged_files, is_installed, status
from ragapp.types import Check, ModelState


def check_models(models_dir: Path) -> list[Check]:
    """One check for each installed model of the catalogue. Reads all of their files."""
    return [
        _check(entry.name, damaged_files(entry, models_dir))
        for entry in load_catalog().values()
        if is_installed(entry, models_dir)
    ]


def model_states(models_dir: Path) -> list[ModelState]:
    """Every model of the catalogue, and what of it is here."""
    found = (status(entry, models_dir) for entry in load_catalog().values())
    return [
        ModelState(
            name=one.entry.name,
            role=one.entry.role,
            licence=one.entry.licence,
            about=one.entry.about,
            bytes=one.entry.size,
            present=one.present,
            installed=one.installed,
            fetching=one.fetching,
        )
        for one in found
    ]


def _check(name: str, damaged: list[str]) -> Check:
    remedy = f"{', '.join(damaged)} differ from the catalogue; `ragapp models fetch {name}` brings them again"
    return Check(f"the files of model {name} are as published", not damaged, remedy if damaged else "ok")
