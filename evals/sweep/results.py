"""The file of finished trials, one per line, from which an interrupted sweep resumes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from evals.datasets.reading import read_rows
from evals.runs import SettingValue, fingerprint
from evals.sweep.plan import Plan, SettingsChange, changed
from evals.sweep.trial import Measured
from ragapp.bootstrap import answer_settings
from ragapp.errors import UsageError
from ragapp.settings import Settings

Measure = Callable[[Path, int | None, Settings], Measured]


@dataclass(frozen=True, slots=True)
class Trial:
    """A finished trial. `key` is a hash of the dataset's name, the number of questions and all relevant
    settings.
    """

    key: str
    dataset: str
    change: Mapping[str, SettingValue]
    measured: Measured


def run_plan(
    plan: Plan,
    datasets: Sequence[Path],
    file: Path,
    *,
    limit: int | None,
    settings: Settings,
    measure: Measure,
) -> Iterator[tuple[Trial, bool]]:
    """Yields each trial when it is finished, and whether it was already in the file.

    Raises UsageError, and the errors of `measure`.
    """
    if len({path.resolve().name for path in datasets}) < len(datasets):
        raise UsageError(
            "Two datasets have the same name, but a sweep identifies datasets by name. Rename one."
        )
    done = {trial.key: trial for trial in read_trials(file)} if file.exists() else {}
    for change in plan.changes:
        own = changed(settings, change)
        for path in datasets:
            key = fingerprint(path.resolve().name, limit, answer_settings(own))
            known = done.get(key)
            trial = known or Trial(key, path.resolve().name, change, measure(path, limit, own))
            if known is None:
                _append(file, trial)
            yield trial, known is not None


def read_trials(file: Path) -> list[Trial]:
    """Reads the finished trials. Raises UsageError with the line number."""
    return [trial for _, trial in read_rows(file, Trial)]


def by_change(trials: Sequence[Trial]) -> dict[str, tuple[SettingsChange, dict[str, Measured]]]:
    """Groups trials by change: a description -> (the change, its measurements by dataset)."""
    found: dict[str, tuple[SettingsChange, dict[str, Measured]]] = {}
    for trial in trials:
        _, measured = found.setdefault(in_words(trial.change), (trial.change, {}))
        measured[trial.dataset] = trial.measured
    return found


def in_words(change: SettingsChange) -> str:
    """Describes a change in words. An empty value is shown as none."""
    said = (f"{name} {'none' if value == '' else value}" for name, value in change.items())
    return ", ".join(said) or "as set"


def _append(file: Path, trial: Trial) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as out:
            out.write(TypeAdapter(Trial).dump_json(trial) + b"\n")
    except OSError as error:
        raise UsageError(f"Cannot write {file}: {error.strerror}. Choose another place.") from error
