"""What the gate looks at in a retrieval run."""

from __future__ import annotations

from pathlib import Path

from evals.retrieval.runs import RetrievalRun, read_retrieval_run
from evals.runs import check_same_data
from evals.statistics.gate import TOLERANCE, GateResult, judge_run


def judge_retrieval(
    run: RetrievalRun, baseline_file: Path, tolerance: float = TOLERANCE
) -> tuple[GateResult, ...]:
    """The run's system against that of the one in the file. Raises UsageError when they cannot be compared.

    Only the one figure that says how good search is: each more would cost the test power, as the gate
    corrects for their number. What moved in the legs alone, `ragapp eval compare` tells.
    """
    baseline = read_retrieval_run(baseline_file)
    check_same_data(run, baseline, baseline_file)
    return judge_run({run.metric: run.values()}, {run.metric: baseline.values()}, tolerance=tolerance)
