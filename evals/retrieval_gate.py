"""What the gate looks at in a retrieval run."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from evals.gate import TOLERANCE, GateResult, judge_run
from evals.runs import RetrievalRun
from ragapp.errors import UsageError

GATED = "nDCG@10"
"""In each mode. More metrics would cost the test power: they are corrected for."""


def judge_retrieval(
    run: RetrievalRun, baseline_file: Path, tolerance: float = TOLERANCE
) -> tuple[GateResult, ...]:
    """Every mode of the run against the one in the file. Raises UsageError when they cannot be compared."""
    baseline = read_retrieval_run(baseline_file)
    if baseline.dataset_sha256 != run.dataset_sha256:
        raise UsageError(
            f"{baseline_file} is a run over another version of {baseline.dataset!r}. Make a new baseline: "
            "run without --baseline and keep the run file."
        )
    return judge_run(_scores(run), _scores(baseline), tolerance=tolerance)


def read_retrieval_run(path: Path) -> RetrievalRun:
    """Raises UsageError when the file is not there or no run of retrieval."""
    try:
        return TypeAdapter(RetrievalRun).validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}. Pass a run file.") from error
    except ValidationError as error:
        problem = error.errors()[0]["msg"]
        raise UsageError(
            f"{path} is no run of `ragapp eval retrieval`: {problem}. Pass another file."
        ) from error


def _scores(run: RetrievalRun) -> dict[str, dict[str, float]]:
    return {
        f"{mode} {GATED}": {query: one.scores[GATED] for query, one in result.queries.items()}
        for mode, result in run.modes.items()
    }
