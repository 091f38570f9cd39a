"""What the pages of all kinds of runs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
from markupsafe import Markup

from evals.report.page import pairs, section, table
from evals.report.plots import Bar, differences
from evals.runs import ScoredRun, SettingValue, compare_runs
from evals.statistics.paired import bootstrap_interval

NO_TEXTS: Mapping[str, str] = MappingProxyType({})
MOST = 15
"""Questions that are listed because they moved most."""


def interval_bar(name: str, values: Iterable[float]) -> Bar:
    """The mean of `values` with its 95% bootstrap interval."""
    array = np.fromiter(values, float)
    return Bar(name, float(array.mean()), *bootstrap_interval(array, resamples=2000))


def compared_section(heading: str, run: ScoredRun, baseline: ScoredRun) -> Markup:
    """Metric by metric: how much, how sure, how many questions, and the size of the effect."""
    columns = ("metric", "difference", "95% interval", "p (Holm)", "effect (d)", "better", "equal", "worse")
    rows = [
        (
            one.metric,
            f"{one.comparison.difference:+.3f}",
            f"{one.comparison.low:+.3f} to {one.comparison.high:+.3f}",
            f"{one.p:.4f}",
            f"{one.comparison.effect:+.2f}",
            one.comparison.wins,
            one.comparison.ties,
            one.comparison.losses,
        )
        for one in compare_runs(run, baseline)
    ]
    return section(heading, table(columns, rows))


def moved_section(
    metric: str, run: Mapping[str, float], baseline: Mapping[str, float], texts: Mapping[str, str]
) -> Markup:
    """Every question's difference as a plot, and the questions that moved most by name."""
    both = [question for question in baseline if question in run]
    found = {question: run[question] - baseline[question] for question in both}
    most = [one for one in sorted(found, key=lambda one: (-abs(found[one]), one)) if found[one]][:MOST]
    rows = [
        (one, texts.get(one, ""), f"{baseline[one]:.3f}", f"{run[one]:.3f}", f"{found[one]:+.3f}")
        for one in most
    ]
    return section(
        f"Questions that moved: {metric}",
        differences(
            f"{metric} of each question, less the baseline's", list(found.values()), f"difference in {metric}"
        ),
        table(("question", "", "before", "now", "difference"), rows, "The questions that moved most")
        if rows
        else Markup("<p>No question moved.</p>"),
    )


def settings_section(
    settings: Mapping[str, SettingValue],
    names: Mapping[str, object],
    baseline: Mapping[str, SettingValue] | None = None,
) -> Markup:
    """What the run names itself by, and its settings; beside those of the baseline where they differ."""
    changed = [
        (name, str((baseline or {}).get(name)), str(value))
        for name, value in settings.items()
        if baseline is not None and baseline.get(name) != value
    ]
    return section(
        "Settings and fingerprints",
        table(("changed setting", "before", "now"), changed) if changed else Markup(""),
        pairs(names),
        pairs(settings) if settings else Markup(""),
    )
