"""`ragapp eval cache`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.doors.terminal.options import AsJson, DataDir, load_settings
from ragapp.doors.terminal.output import print_table

if TYPE_CHECKING:
    from evals.cache.curve import Point
    from evals.cache.evaluation import CacheEvaluation
    from evals.cache.pairs import Pair
    from ragapp.settings import Settings

UNCALIBRATED = 0.95
"""The threshold looked at when neither the settings nor the calibration know one for the embedder."""


def cache(
    pairs: Annotated[
        Path, typer.Argument(help="JSONL of text_a, text_b, label (1: same question).", show_default=False)
    ],
    judged: Annotated[
        Path | None, typer.Option(help="JSONL of pair (digest), same: labels that were looked at again.")
    ] = None,
    wrong: Annotated[
        float, typer.Option(min=0.0001, max=0.5, help="Bound of wrong answers a hit to certify.")
    ] = 0.01,
    limit: Annotated[int | None, typer.Option(min=2, help="Use only the first so many pairs.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Where to draw the curve.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Calibrate the cache's threshold on judged pairs of questions, and say how often it would be wrong.

    One half of the pairs calibrates, the other, which shares no question with it, is reported.

    Examples:

      ragapp eval cache pairs.jsonl

      ragapp eval cache pairs.jsonl --wrong 0.02 --svg curve.svg --json
    """
    from evals.cache.pairs import load_pairs

    found = _evaluate(load_pairs(pairs, judged)[:limit], load_settings(data_dir), wrong)
    if svg is not None:
        from evals.cache.picture import picture

        svg.write_text(picture(found), encoding="utf-8")
    if as_json:
        from pydantic import TypeAdapter

        sys.stdout.write(TypeAdapter(type(found)).dump_json(found, indent=2).decode() + "\n")
    else:
        _show(found)


def _evaluate(pairs: list[Pair], settings: Settings, wrong: float) -> CacheEvaluation:
    from evals.cache.evaluation import evaluate_cache
    from ragapp.cache.calibration import calibrated_threshold
    from ragapp.doors.terminal.progress import Steps
    from ragapp.models.build import build_embedder

    embedder = build_embedder(settings)
    in_use = settings.cache_threshold or calibrated_threshold(embedder.fingerprint) or UNCALIBRATED
    with Steps() as progress:
        return evaluate_cache(
            pairs,
            embedder,
            in_use=in_use,
            limit=wrong,
            folder=settings.data_dir / "evals" / "questions",
            progress=progress,
        )


def _show(found: CacheEvaluation) -> None:
    how = "certified on the calibration half" if found.certified else "in use; none could be certified"
    typer.echo(f"{found.pairs:,} pairs; threshold {found.threshold} ({how})")
    rows = [
        ("calibration half", found.calibration),
        ("test half", found.test),
        ("test half, cosine alone", found.plain_same_threshold),
    ]
    if found.plain_at_5_percent is not None:
        rows.append(("cosine alone at 5% wrong", found.plain_at_5_percent))
    for name, effect in found.guards.items():
        rows.append((f"without {name}", effect.without))
    print_table(("", "cosine", "hits", "hit rate", "wrong", "a hit", "upper 95%"), map(_row, rows))
    typer.echo(f"lookup {found.lookup_ms['p50']:.2f} ms p50, {found.lookup_ms['p95']:.2f} ms p95")


def _row(named: tuple[str, Point]) -> tuple[str, ...]:
    name, point = named
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
