"""Compares two runs: the differences, their significance, and the questions that changed most."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ragapp.types import EvalRun, FigureChange, QuestionTrace, RunComparison
from ui.escape import html_text, label_text
from ui.evals.runs import describe
from ui.formatting import duration
from ui.problems import problems_shown
from ui.session import client
from ui.tables import show_table

_SIGNIFICANT = 0.05


def show_comparison() -> None:
    runs = {run.name: run for run in client().evals.runs()}
    if len(runs) < 2:
        st.caption("Two runs of the same questions can be compared. Start another evaluation.")
        return
    after = _choose("After", list(runs), runs, key="compare-after")
    like = [name for name in runs if name != after and _are_comparable(runs[name], runs[after])]
    if not like:
        st.caption(
            "No other run has the same questions. Choose another run, or evaluate these questions again."
        )
        return
    before = _choose("Before", like, runs, key="compare-before")
    found = client().evals.compare(before, after)
    _show_changes(found.changes)
    _show_moved(found)


def _choose(label: str, names: Sequence[str], runs: dict[str, EvalRun], *, key: str) -> str:
    return st.selectbox(label, names, format_func=lambda name: describe(runs[name]), key=key)


def _are_comparable(one: EvalRun, other: EvalRun) -> bool:
    return (one.kind, one.dataset) == (other.kind, other.dataset)


def _show_changes(changes: Sequence[FigureChange]) -> None:
    rows = [
        (
            change.figure,
            f"{change.before:.3f}",
            f"{change.after:.3f}",
            f"{change.difference:+.3f}",
            f"{change.low:+.3f} to {change.high:+.3f}",
            f"{change.p:.3f}",
            _outcome(change),
            f"{change.better} / {change.equal} / {change.worse}",
        )
        for change in changes
    ]
    columns = (
        "figure",
        "before",
        "after",
        "change",
        "95% interval",
        "p",
        "verdict",
        "better / equal / worse",
    )
    show_table(columns, rows)
    st.caption(
        "p is the probability of at least such a difference by chance alone, corrected for the "
        "number of metrics."
    )


def _outcome(change: FigureChange) -> str:
    if change.difference == 0:
        return "the same"
    if change.p > _SIGNIFICANT:
        return "not significant"
    return "better" if change.difference > 0 else "worse"


def _show_moved(found: RunComparison) -> None:
    st.subheader("Questions that changed most", anchor=False)
    if not found.moved:
        st.caption(f"The {label_text(found.figure)} of no question has changed.")
        return
    rows = [
        (one.question, f"{one.before:.3f}", f"{one.after:.3f}", f"{one.after - one.before:+.3f}")
        for one in found.moved
    ]
    show_table(("question", "before", "after", found.figure), rows, numbers=3)
    chosen = st.selectbox("Trace of", [one.question for one in found.moved], key="compare-question")
    left, right = st.columns(2)
    for column, run, label in ((left, found.before, "Before"), (right, found.after, "After")):
        with column, problems_shown():
            st.html(f'<div class="ragapp-name" role="heading" aria-level="4">{label}</div>')
            _show_trace(client().evals.trace(run, chosen))


def _show_trace(trace: QuestionTrace) -> None:
    if trace.refused is not None:
        st.markdown("Refused." if trace.refused else "Answered.")
    if trace.ms is not None:
        st.caption(f"in {duration(trace.ms / 1000)}")
    show_table(
        ("score", "value"), [(name, f"{value:.3f}") for name, value in trace.scores.items()], numbers=1
    )
    if trace.verdicts:
        verdicts = [(name, f"{count}") for name, count in trace.verdicts.items()]
        show_table(("verdict", "sentences"), verdicts, numbers=1)
    found = "".join(f"<li>{html_text(one)}</li>" for one in trace.found)
    st.html(f"<div>Found or cited, best first:</div><ol>{found or '<li>nothing</li>'}</ol>")
