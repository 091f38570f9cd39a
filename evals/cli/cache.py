"""`ragapp eval cache`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.options import Baseline, Gate, Report, RunFile
from evals.cli.outcome import check_gate, gated, keep, leave, show_ending
from ragapp.errors import UsageError
from ragapp.terminal.options import AsJson, DataDir, load_settings
from ragapp.terminal.output import print_table

if TYPE_CHECKING:
    from evals.cache.curve import Point
    from evals.cache.evaluation import CacheEvaluation
    from evals.cache.pairs import Pair, Verdicts
    from evals.cache.runs import CacheRun
    from evals.statistics.gate import GateResult
    from ragapp.settings import Settings

UNCALIBRATED = 0.95
"""The threshold looked at when neither the settings nor the calibration know one for the embedder."""


def cache(
    pairs: Annotated[
        Path,
        typer.Argument(
            help="JSONL of text_a, text_b, label (1: same question), its folder, or SQuAD JSON.",
            show_default=False,
        ),
    ],
    judged: Annotated[
        Path | None, typer.Option(help="JSONL of pair (digest), same: labels that were looked at again.")
    ] = None,
    wrong: Annotated[
        float, typer.Option(min=0.0001, max=0.5, help="Bound of wrong answers a hit to certify.")
    ] = 0.01,
    limit: Annotated[int | None, typer.Option(min=2, help="Use only the first so many pairs.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Where to draw the curve.")] = None,
    run_file: RunFile = None,
    baseline: Baseline = None,
    gate: Gate = False,
    report: Report = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Calibrate the cache's threshold on judged pairs of questions, and say how often it would be wrong.

    One half of the pairs calibrates, the other, which shares no question with it, is reported. The gate
    looks at all pairs at the threshold in use: a hit less where both mean the same, a hit more where not.

    Examples:

      ragapp eval cache pairs.jsonl --report cache.html

      ragapp eval cache pairs.jsonl --wrong 0.02 --svg curve.svg --json

      ragapp eval cache evals/data/cache-mini --baseline before.json --gate
    """
    from evals.cache.pairs import load_pairs, load_verdicts, pairs_file
    from evals.cache.runs import read_cache_run

    check_gate(gate, baseline)
    before = read_cache_run(baseline) if baseline else None
    settings, file = load_settings(data_dir), pairs_file(pairs)
    verdicts = load_verdicts(judged) if judged else {}
    run = _evaluate(pairs.resolve().stem, load_pairs(file, verdicts)[:limit], verdicts, settings, wrong)
    path = keep(run, settings, run_file, "cache")
    compared = gated(run, before)
    if svg is not None:
        _draw(svg, run)
    if report is not None:
        _write_page(report, run, before)
    if as_json:
        _print_json(run, path, compared)
    else:
        _show(run.evaluation)
        show_ending(path, compared)
    leave(gate=gate, compared=compared)


def _evaluate(name: str, pairs: list[Pair], verdicts: Verdicts, settings: Settings, wrong: float) -> CacheRun:
    from rich.console import Console
    from rich.progress import Progress

    from evals.cache.evaluation import evaluate_cache
    from evals.cache.runs import cache_run
    from evals.cache.scoring import judge, vectorise
    from ragapp.cache.confidence_bounds import calibrated_threshold
    from ragapp.models.build import build_embedder

    embedder = build_embedder(settings)
    in_use = settings.cache_threshold or calibrated_threshold(embedder.fingerprint) or UNCALIBRATED
    with Progress(console=Console(stderr=True)) as progress:
        vectors = vectorise(pairs, embedder, settings.data_dir / "evals" / "questions", progress)
        found = evaluate_cache(
            pairs,
            vectors,
            verdicts,
            embedder=embedder.fingerprint,
            in_use=in_use,
            limit=wrong,
            progress=progress,
        )
    return cache_run(name, pairs, judge(pairs, vectors), in_use, found)


def _draw(svg: Path, run: CacheRun) -> None:
    from evals.report.cache import hit_rate_curve
    from evals.runs import write_whole

    curve = hit_rate_curve(run.evaluation)
    if curve is None:
        raise UsageError("No pair is a hit at any threshold: there is no curve to draw. Leave --svg out.")
    write_whole(svg, curve.picture().encode())


def _write_page(report: Path, run: CacheRun, before: CacheRun | None) -> None:
    from evals.report.cache import cache_page
    from evals.report.page import write_page

    write_page(report, cache_page(run, before))


def _print_json(run: CacheRun, path: Path, compared: Sequence[GateResult]) -> None:
    from dataclasses import asdict

    from ragapp.terminal.output import print_json

    gate = [asdict(one) for one in compared]
    print_json(asdict(run.evaluation) | {"dataset": run.dataset, "run_file": str(path), "gate": gate})


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
    rows += found.peers.items()
    rows += [(f"without {name}", effect.without) for name, effect in found.guards.items()]
    print_table(("", "cosine", "hits", "hit rate", "wrong", "a hit", "upper 95%"), map(_row, rows))
    every = found.formed
    typer.echo(
        f"all pairs of the test half's {every.questions:,} questions: {every.hits} hits, {every.wrong} wrong "
        f"({every.unjudged} that nobody judged), upper 95% {every.wrong_per_hit.upper_95:.2%}; "
        f"{every.groups} groups, {every.wrong_groups} wrong, upper 95% {every.wrong_per_group.upper_95:.2%}"
    )
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
