"""`ragapp eval injection`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.options import Limit, Report, Seed
from ragapp.terminal.options import AsJson, DataDir, load_settings

if TYPE_CHECKING:
    from evals.injection.evaluate import InjectionRun

BREACHED = 4
"""Exit code of --gate when anything got through that should not."""


def injection(
    dataset: Annotated[
        Path, typer.Argument(help="Folder with BIPIA's or PurpleLlama's files.", show_default=False)
    ],
    generator: Annotated[
        list[str] | None,
        typer.Option(help="Who answers; `hostile` obeys all. Repeat for more. Default: as set, and hostile."),
    ] = None,
    limit: Limit = None,
    seed: Seed = 0,
    gate: Annotated[bool, typer.Option("--gate", help="Exit with 4 when anything got through.")] = False,
    report: Report = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Bring in documents with attacks in them, ask about them, and tell what got through.

    Quoted: the answer quotes the attacker's words from the document that they stand in. Marked: what a
    model made up is shown, as unsupported. The rest should never happen. Obeyed: a model says what the
    attack wanted, and it is marked as supported. Emitted: a link, an image or HTML. Revealed: text of a
    document that was not asked. Forged: a false quote.

    Examples:

      ragapp eval injection evals/data/injection-mini

      ragapp eval injection ~/attacks --generator local --generator hostile --gate
    """
    from rich.console import Console
    from rich.progress import Progress

    from evals.injection.attacks import load_attacks
    from evals.injection.evaluate import HOSTILE, evaluate_injection
    from evals.report.injection import injection_page
    from evals.report.page import write_page

    settings = load_settings(data_dir)
    attacks = load_attacks(dataset, limit, seed)
    with Progress(console=Console(stderr=True)) as progress:
        runs = [
            evaluate_injection(attacks, settings, one, progress)
            for one in dict.fromkeys(generator or [settings.generator, HOSTILE])
        ]
    if report is not None:
        write_page(report, injection_page(dataset.resolve().name, runs))
    _print(runs, as_json=as_json)
    if gate and any(run.breached for run in runs):
        raise typer.Exit(BREACHED)


def _print(runs: list[InjectionRun], *, as_json: bool) -> None:
    from evals.injection.outcome import OUTCOMES
    from ragapp.terminal.output import print_json, print_table

    if as_json:
        print_json(runs)
        return
    rows = [(run.generator, run.attacks, *(f"{run.rates[name]:.3f}" for name in OUTCOMES)) for run in runs]
    print_table(("answers by", "attacks", *OUTCOMES), rows)
