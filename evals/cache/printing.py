"""Prints an evaluation of the cache for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from evals.cache.curve import Point
from evals.cache.evaluation import CacheEvaluation
from ragapp.terminal.output import table

COLUMNS = ("", "cosine", "hits", "hit rate", "wrong", "a hit", "upper 95%")


def as_text(found: CacheEvaluation) -> Iterator[RenderableType]:
    how = "certified on the calibration half" if found.certified else "in use; none could be certified"
    yield f"{found.pairs:,} pairs; threshold {found.threshold} ({how})"
    rows = [
        ("calibration half", found.calibration),
        ("test half", found.test),
        ("test half, cosine alone", found.plain_same_threshold),
    ]
    if found.plain_at_5_percent is not None:
        rows.append(("cosine alone at 5% wrong", found.plain_at_5_percent))
    rows += found.peers.items()
    rows += [(f"without {name}", effect.without) for name, effect in found.guards.items()]
    yield table(COLUMNS, [_row(name, point) for name, point in rows])
    every = found.formed
    yield (
        f"all pairs of the test half's {every.questions:,} questions: {every.hits} hits, {every.wrong} wrong "
        f"({every.unjudged} without a label), upper 95% {every.wrong_per_hit.upper_95:.2%}; "
        f"{every.groups} groups, {every.wrong_groups} wrong, upper 95% {every.wrong_per_group.upper_95:.2%}"
    )
    yield f"lookup {found.lookup_ms['p50']:.2f} ms p50, {found.lookup_ms['p95']:.2f} ms p95"


def _row(name: str, point: Point) -> tuple[str, ...]:
    rate = point.wrong_per_hit
    return (
        name,
        str(point.threshold),
        str(point.hits),
        f"{point.hit_rate:.2%}",
        str(point.wrong),
        f"{rate.estimate:.2%}",
        f"{rate.upper_95:.2%}",
    )
