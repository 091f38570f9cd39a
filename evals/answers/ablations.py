"""Ablations: evaluates all questions again for each change of settings in a plan.

    python -m evals.answers.ablations PLAN.toml SET… --out FOLDER [--limit N] [--data-dir FOLDER]

Writes a run file for each dataset and change; existing ones are not repeated.
`evals/sweeps/ablations.toml` is the plan of the table in docs/research/quality.md, which
`python -m evals.quality` generates.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from evals.answers.corpus import open_answer_corpus
from evals.answers.evaluate import evaluate_answers
from evals.answers.printing import cell, markdown
from evals.answers.runs import AnswerRun, answer_settings, read_answer_run
from evals.answers.types import AnswerDataset
from evals.datasets.answering import load_answer_dataset, sample_questions
from evals.runs import SettingValue, write_run
from evals.sweep.plan import SettingsChange, changed, read_plan
from evals.sweep.results import in_words
from ragapp.errors import UsageError
from ragapp.settings import Settings

FIGURES = {
    "answer recall": "answer_recall",
    "token recall": "token_recall",
    "F1": "f1",
    "refusal F1": "refusal_f1",
    "refused although answerable": "refused_although_answerable",
    "citation precision (ALCE)": "citation_precision",
    "citation recall (ALCE)": "citation_recall",
    "of the gold document": "document_precision",
    "gold document cited": "document_recall",
}


def ablate(
    datasets: Iterable[AnswerDataset],
    changes: Iterable[SettingsChange],
    settings: Settings,
    *,
    folder: Path,
    limit: int | None,
    progress: Progress,
) -> Iterator[AnswerRun]:
    """Yields a run for each dataset and change. Raises UsageError, ModelError, StorageError."""
    changes = tuple(changes)
    for whole in datasets:
        asked = whole if limit is None else sample_questions(whole, limit, seed=0)
        for change in changes:
            file = folder / _name(asked, change)
            if not file.exists():
                own = changed(settings, change)
                with open_answer_corpus(whole, own, progress) as library:
                    run, _ = evaluate_answers(asked, library, own, progress)
                write_run(file, run)
            yield _read(file, asked, changed(settings, change))


EARLIER_DEFAULTS: Mapping[str, SettingValue] = {"answer_tokens": 256, "prompt_tokens": 400}
"""Defaults of earlier run files. Today these depend on the model, and are the same for a small one."""


def change_of(settings: Mapping[str, SettingValue]) -> SettingsChange:
    """The settings of a run that differ from the defaults."""
    fields = Settings.model_fields
    return {
        name: value
        for name, value in settings.items()
        if name not in fields
        or value not in (fields[name].default, EARLIER_DEFAULTS.get(name, fields[name].default))
    }


def read_ablations(folder: Path) -> list[AnswerRun]:
    """Reads all runs in the folder, grouped by dataset, each starting with the one with default settings."""
    runs = [read_answer_run(path) for path in folder.glob("*.json.gz")]
    return sorted(runs, key=lambda run: (run.dataset, len(change_of(run.settings)), _words(run)))


def table(runs: Iterable[AnswerRun]) -> str:
    """A Markdown table of the runs, with 95% intervals."""
    head = ["set", "questions", "settings", *FIGURES]
    lines = [
        [
            run.dataset,
            str(len(run.questions)),
            _words(run),
            *(cell(run.figures, name) for name in FIGURES.values()),
        ]
        for run in runs
    ]
    return markdown(head, lines)


def _read(file: Path, asked: AnswerDataset, settings: Settings) -> AnswerRun:
    """Reads a run. Raises UsageError if it has other questions or settings, which its name does not show."""
    run = read_answer_run(file)
    now = answer_settings(settings)
    if run.dataset_sha256 != asked.sha256 or any(
        now.get(name) != told for name, told in run.settings.items()
    ):
        raise UsageError(
            f"{file} has a different dataset or different settings. Remove it, or choose another folder."
        )
    return run


def _words(run: AnswerRun) -> str:
    return in_words(change_of(run.settings))


def _name(asked: AnswerDataset, change: SettingsChange) -> str:
    words = in_words(change).replace(", ", ".").replace(" ", "-").replace("/", "-")
    return f"{asked.name}.{len(asked.questions)}.{words}.json.gz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("plan", type=Path)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--data-dir", type=Path, default=Settings().data_dir)
    given = parser.parse_args()
    settings = Settings(data_dir=given.data_dir, generator="extractive")
    changes = read_plan(given.plan, settings).changes
    datasets = [load_answer_dataset(path) for path in given.sets]
    with Progress(console=Console(stderr=True)) as progress:
        runs = list(
            ablate(datasets, changes, settings, folder=given.out, limit=given.limit, progress=progress)
        )
    sys.stdout.write(table(runs) + "\n")


if __name__ == "__main__":
    main()
