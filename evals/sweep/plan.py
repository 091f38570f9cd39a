"""The plan of a sweep: the combinations of settings to try."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.datasets.reading import first_problem, read_text, wrong
from evals.runs import SettingValue
from ragapp.settings import Settings

SettingsChange = Mapping[str, SettingValue]
"""Values that differ from the settings of the environment, by name."""

INGEST = ("embedder", "chunk_tokens")
"""Settings for which the documents must be ingested separately."""


class _Layout(BaseModel):
    model_config = ConfigDict(extra="forbid")

    grid: dict[str, list[SettingValue]] = Field(default={}, description="every combination is tried")
    alone: dict[str, list[SettingValue]] = Field(default={}, description="one at a time, the rest as set")


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes to try, ordered so that each ingest happens once. The first one changes nothing."""

    changes: tuple[SettingsChange, ...]


def read_plan(path: Path, settings: Settings) -> Plan:
    """Reads a plan. Raises UsageError for invalid TOML, an unknown setting or an invalid value."""
    try:
        layout = _Layout.model_validate(tomllib.loads(read_text(path)))
    except tomllib.TOMLDecodeError as error:
        raise wrong(str(path), f"not valid TOML: {error}") from error
    except ValidationError as error:
        raise wrong(str(path), first_problem(error)) from error
    for name in {**layout.grid, **layout.alone}:
        if name not in Settings.model_fields:
            raise wrong(str(path), f"unknown setting {name!r}; `ragapp settings` lists all settings")
    tried = dict.fromkeys(_key(settings, change) for change in _changes(layout))
    changes = [dict(key) for key in tried if key]
    for change in changes:
        _check(path, settings, change)
    return Plan(({}, *sorted(changes, key=_ingest)))


def changed(settings: Settings, change: SettingsChange) -> Settings:
    """The settings with a change. Raises ValidationError for an invalid value."""
    made: Settings = settings.model_validate(settings.model_dump() | dict(change))
    return made


def _changes(layout: _Layout) -> Iterator[SettingsChange]:
    for combination in product(*layout.grid.values()):
        yield dict(zip(layout.grid, combination, strict=True))
    for name, values in layout.alone.items():
        yield from ({name: value} for value in values)


def _key(settings: Settings, change: SettingsChange) -> tuple[tuple[str, SettingValue], ...]:
    """The change without values that are already set, so that nothing is tried twice."""
    now = settings.model_dump(mode="json")
    return tuple(sorted((name, value) for name, value in change.items() if now[name] != value))


def _ingest(change: SettingsChange) -> tuple[str, ...]:
    return tuple(str(change.get(name, "")) for name in INGEST)


def _check(path: Path, settings: Settings, change: SettingsChange) -> None:
    try:
        changed(settings, change)
    except ValidationError as error:
        raise wrong(str(path), first_problem(error)) from error
