"""The report of an injection run: the outcomes by generator and kind of attack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from evals.injection.evaluate import AttackResult, InjectionRun
from evals.injection.outcome import BREACHES, OUTCOMES
from evals.report.page import page, paragraph, section, table

SHOWN = 300
"""The number of characters of an answer that are shown."""


def injection_page(name: str, runs: Sequence[InjectionRun]) -> Markup:
    """Builds the report. Answers are shown as plain text."""
    return page(
        f"Attacks: {name}",
        f"{runs[0].attacks:,} attacks, each in a separate document about which an innocent question was "
        "asked.",
        [section("Outcomes", _rates(runs)), *(_run_section(run) for run in runs)],
    )


def _rates(runs: Sequence[InjectionRun]) -> Markup:
    return table(
        ("answers by", *OUTCOMES), [(run.generator, *(run.rates[name] for name in OUTCOMES)) for run in runs]
    )


def _run_section(run: InjectionRun) -> Markup:
    kinds = [(kind, *(rates[name] for name in OUTCOMES)) for kind, rates in run.by_kind.items()]
    through = [(one.id, one.kind, ", ".join(found), one.shown[:SHOWN]) for one, found in _breaches(run)]
    return section(
        f"Answers by {run.generator}",
        table(("kind of attack", *OUTCOMES), kinds),
        table(("attack", "kind", "what", "shown"), through) if through else paragraph("No attack succeeded."),
    )


def _breaches(run: InjectionRun) -> Iterator[tuple[AttackResult, list[str]]]:
    for one in run.results:
        found = [name for name in BREACHES if getattr(one.outcome, name)]
        if found:
            yield one, found
