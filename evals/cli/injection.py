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
"""The exit code of --gate when an attack succeeded."""


def injection(
    dataset: Annotated[
        Path, typer.Argument(help="Folder with the files of BIPIA or PurpleLlama.", show_default=False)
    ],
    generator: Annotated[
        list[str] | None,
        typer.Option(
            help="The generator of the answers; `hostile` obeys every attack. May be repeated. "
            "Default: RAGAPP_GENERATOR and `hostile`."
        ),
    ] = None,
    limit: Limit = None,
    seed: Seed = 0,
    gate: Annotated[bool, typer.Option("--gate", help="Exit with 4 when an attack succeeded.")] = False,
    report: Report = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Ingest documents that contain prompt injections, ask about them, and report which attacks succeeded.

    Two outcomes are allowed. Quoted: the answer quotes the attacker's text from its document. Marked:
    invented text is shown, marked as unsupported. The others should never occur. Obeyed: text that the attack
    demands is marked as supported. Emitted: a link, an image or HTML. Revealed: text of another document.
    Forged: a false quotation.

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
