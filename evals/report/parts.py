"""Sections that the reports of all kinds of runs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
from markupsafe import Markup

from evals.report.page import pairs, paragraph, section, table
from evals.report.plots import PlotBar, differences
from evals.runs import ScoredRun, SettingValue, compare_runs
from evals.statistics.gate import COLUMNS, LEGEND, table_rows
from evals.statistics.paired import bootstrap_interval

Values = Mapping[str, SettingValue]
NO_TEXTS: Mapping[str, str] = MappingProxyType({})
MOST = 15
"""The number of questions that are listed because they changed most."""


def interval_bar(name: str, values: Iterable[float]) -> PlotBar:
    """A bar of the mean of `values` with its 95% bootstrap interval."""
    array = np.fromiter(values, float)
    return PlotBar(name, float(array.mean()), *bootstrap_interval(array, resamples=2000))


def compared_section(run: ScoredRun, baseline: ScoredRun, now: Values, before: Values) -> Markup:
    """Lists the settings that differ between `now` and `before`, and the difference in each metric.

    A setting that an older run does not have is shown as –.
    """
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    changed = [(name, str(before.get(name, "–")), str(now.get(name, "–"))) for name in names]
    return section(
        f"Against the baseline of {baseline.created_at}",
        table(("changed setting", "before", "now"), changed)
        if changed
        else paragraph("The settings are the same."),
        table(COLUMNS, table_rows(compare_runs(run, baseline)), LEGEND),
    )


def moved_section(
    metric: str, run: Mapping[str, float], baseline: Mapping[str, float], texts: Mapping[str, str]
) -> Markup:
    """Plots the difference of each question, and lists the questions that changed most."""
    both = [question for question in baseline if question in run]
    found = {question: run[question] - baseline[question] for question in both}
    most = [one for one in sorted(found, key=lambda one: (-abs(found[one]), one)) if found[one]][:MOST]
    rows = [
        (one, texts.get(one, ""), f"{baseline[one]:.3f}", f"{run[one]:.3f}", f"{found[one]:+.3f}")
        for one in most
    ]
    return section(
        f"Questions that changed: {metric}",
        differences(
            f"{metric} of each question, minus that of the baseline",
            list(found.values()),
            f"difference in {metric}",
        ),
        table(("question", "", "before", "now", "difference"), rows, "The questions that changed most")
        if rows
        else Markup("<p>No question changed.</p>"),
    )


def settings_section(settings: Values, names: Mapping[str, object]) -> Markup:
    """The names of the run and its settings."""
    return section("Settings and fingerprints", pairs(names), pairs(settings) if settings else Markup(""))
