"""The report of a retrieval run, alone or compared with a baseline."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from evals.report.figure import Plot
from evals.report.page import page, section, table
from evals.report.parts import (
    NO_TEXTS,
    compared_section,
    interval_bar,
    moved_section,
    settings_section,
)
from evals.report.plots import PlotLine, bars, histogram, lines
from evals.retrieval.runs import RetrievalRun
from evals.runs import SettingValue


def retrieval_page(
    run: RetrievalRun, baseline: RetrievalRun | None = None, texts: Mapping[str, str] = NO_TEXTS
) -> Markup:
    """Builds the report. `texts` are the queries by id, which run files do not contain."""
    queries = len(run.scored.queries)
    lead = f"{queries:,} queries, {run.documents:,} documents, {run.chunks:,} chunks; {run.created_at}."
    return page(
        f"Search: {run.dataset} ({run.split})",
        lead,
        [
            *(_against(run, baseline, texts) if baseline else ()),
            section("By mode", _modes(run), _mode_bars(run)),
            section("By cutoff", *_by_cutoff(run)),
            section("Losses by stage", _stages(run)),
            section("How long a search takes", histogram(_LATENCY, run.searches_ms, "milliseconds")),
            _worst(run, texts),
            settings_section(run.settings, _names(run)),
        ],
    )


_LATENCY = "Whole hybrid searches for 10 hits, one after another"


def _against(run: RetrievalRun, baseline: RetrievalRun, texts: Mapping[str, str]) -> list[Markup]:
    return [
        compared_section(run, baseline, _settings(run), _settings(baseline)),
        moved_section(run.metric, run.values(), baseline.values(), texts),
    ]


def _settings(run: RetrievalRun) -> dict[str, SettingValue]:
    return {"scored": run.system, **run.settings}


def _modes(run: RetrievalRun) -> Markup:
    metrics = list(run.scored.metrics)
    rows = [(mode, *(result.metrics[name] for name in metrics)) for mode, result in run.modes.items()]
    return table(("mode", *metrics), rows)


def _mode_bars(run: RetrievalRun) -> Plot | None:
    drawn = [
        interval_bar(mode, (one.scores[run.metric] for one in result.queries.values()))
        for mode, result in run.modes.items()
    ]
    return bars(f"{run.metric} by mode, with 95% bootstrap intervals", drawn, run.metric)


def _by_cutoff(run: RetrievalRun) -> list[Plot | None]:
    """Plots metrics by cutoff. The cutoffs are evenly spaced, because differences among the first ranks
    matter most.
    """
    made = []
    for name, by_k in run.scored.by_k.items():
        drawn = [
            PlotLine(mode, [(float(place), value) for place, value in enumerate(result.by_k[name].values())])
            for mode, result in run.modes.items()
        ]
        made.append(lines(f"{name}@k by mode", drawn, "k", f"{name}@k", places=[f"{k}" for k in by_k]))
    return made


def _stages(run: RetrievalRun) -> Markup:
    if run.stages is None:
        return Markup("")
    caption = (
        f"Of {run.stages.relevant:,} relevant documents, those not in the first {run.stages.first} ranks"
    )
    rows = [(stage, f"{count:,}", count / run.stages.relevant) for stage, count in run.stages.lost.items()]
    return table(("lost by", "how many", "share"), rows, caption)


def _worst(run: RetrievalRun, texts: Mapping[str, str]) -> Markup:
    values = run.values()
    worst = sorted(values, key=lambda query: (values[query], query))[:15]
    rows = [
        (query, texts.get(query, ""), values[query], ", ".join(run.scored.queries[query].documents[:3]))
        for query in worst
    ]
    return section("The worst queries", table(("query", "", run.metric, "found first"), rows))


def _names(run: RetrievalRun) -> dict[str, object]:
    return {
        "settings fingerprint": run.settings_fingerprint,
        "dataset SHA-256": run.dataset_sha256,
        "embedder": run.embedder,
        "recipe": run.recipe,
        "code": run.code,
    }
