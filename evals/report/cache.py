"""The report of a cache run: hits and wrong hits at every threshold."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from evals.cache.curve import Point
from evals.cache.evaluation import CacheEvaluation
from evals.cache.runs import CacheRun
from evals.report import axes
from evals.report.figure import Plot
from evals.report.page import page, section, table
from evals.report.parts import NO_TEXTS, compared_section, moved_section, settings_section
from evals.report.plots import PlotLine, lines
from evals.runs import SettingValue

FEWEST = 30
"""The fewest hits for which a rate is drawn, if there are others: with fewer, its bound is meaningless."""


def cache_page(run: CacheRun, baseline: CacheRun | None = None) -> Markup:
    found = run.evaluation
    how = "certified on the calibration half" if found.certified else "in use; none could be certified"
    lead = f"{found.pairs:,} pairs; threshold {found.threshold} ({how}); {run.created_at}."
    return page(
        f"Cache: {run.dataset}",
        lead,
        [
            *(_against(run, baseline) if baseline else ()),
            section("Wrong hits by hit rate", hit_rate_curve(found)),
            section("Precision by hit rate", _precision_curve(found)),
            section("At the threshold", _points(found)),
            settings_section({}, _names(run)),
        ],
    )


def hit_rate_curve(found: CacheEvaluation) -> Plot | None:
    """Plots wrong answers per hit, with upper bounds, against the hit rate."""
    return lines(
        "Wrong answers per hit, with the upper 95% bound, as the threshold is lowered",
        [_line("cosine and guards", found.curve), _line("cosine alone", found.plain_curve)],
        "share of pairs served from the cache",
        "wrong answers per hit",
        form=axes.percent,
        marks=[
            (found.test.hit_rate, found.test.wrong_per_hit.estimate, f"threshold {found.threshold}"),
        ],
    )


def _precision_curve(found: CacheEvaluation) -> Plot | None:
    drawn = [
        PlotLine(name, [(p.hit_rate, 1 - p.wrong_per_hit.estimate) for p in _drawn_points(points)])
        for name, points in (("cosine and guards", found.curve), ("cosine alone", found.plain_curve))
    ]
    caption = "Share of right answers among hits, as the threshold is lowered"
    return lines(caption, drawn, "share of pairs served from the cache", "precision", form=axes.percent)


def _line(name: str, points: Sequence[Point]) -> PlotLine:
    kept = _drawn_points(points)
    return PlotLine(
        name,
        [(point.hit_rate, point.wrong_per_hit.estimate) for point in kept],
        [(point.hit_rate, point.wrong_per_hit.upper_95) for point in kept],
    )


def _drawn_points(points: Sequence[Point]) -> list[Point]:
    """The points that are drawn, in order of hits."""
    enough = [point for point in points if point.hits >= FEWEST] or [p for p in points if p.hits]
    return sorted(enough, key=lambda point: point.hit_rate)


def _points(found: CacheEvaluation) -> Markup:
    rows = [
        _row("calibration half", found.calibration),
        _row("test half", found.test),
        _row("test half, cosine alone", found.plain_same_threshold),
        *(_row(name, point) for name, point in found.peers.items()),
        *(_row(f"without {name}", effect.without) for name, effect in found.guards.items()),
    ]
    return table(("", "cosine", "hits", "hit rate", "wrong", "a hit", "upper 95%"), rows)


def _row(name: str, point: Point) -> tuple[object, ...]:
    rate = point.wrong_per_hit
    return (
        name,
        str(point.threshold),
        point.hits,
        f"{point.hit_rate:.2%}",
        point.wrong,
        f"{rate.estimate:.2%}",
        f"{rate.upper_95:.2%}",
    )


def _against(run: CacheRun, baseline: CacheRun) -> list[Markup]:
    now, before = run.scores(), baseline.scores()
    moved = [moved_section(name, now[name], before[name], NO_TEXTS) for name in now]
    return [compared_section(run, baseline, _settings(run), _settings(baseline)), *moved]


def _settings(run: CacheRun) -> dict[str, SettingValue]:
    return {"threshold": run.threshold, "embedder": run.embedder}


def _names(run: CacheRun) -> dict[str, object]:
    return {
        "threshold in use": str(run.threshold),
        "settings fingerprint": run.settings_fingerprint,
        "dataset SHA-256": run.dataset_sha256,
        "embedder": run.embedder,
        "code": run.code,
    }
