"""`ragapp eval compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.options import Report
from ragapp.terminal.options import AsJson


def compare(
    before: Annotated[Path, typer.Argument(help="The earlier run file.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="The later run file.", show_default=False)],
    report: Report = None,
    as_json: AsJson = False,
) -> None:
    """Compare two runs over the same data question by question, with significance tests.

    p is corrected for the number of metrics (Holm). The report lists the questions that changed most.

    Example: ragapp eval compare before.json after.json --report difference.html
    """
    from evals.report.page import write_page
    from evals.report.runs import compare_files
    from evals.statistics.gate import COLUMNS, table_rows
    from ragapp.terminal.output import print_json, print_table

    compared = compare_files(before, after)
    if report is not None:
        write_page(report, compared.page)
    if as_json:
        print_json(list(compared.results))
        return
    print_table(COLUMNS, table_rows(compared.results))
