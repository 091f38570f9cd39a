"""The list of evaluation runs, with their metrics and reports."""

from __future__ import annotations

import streamlit as st

from ragapp.types import EvalRun
from ui.escape import html_text, label_text
from ui.formatting import counted, moment
from ui.session import client
from ui.tables import show_table

_PAGE_SIZE = 10
_LEADING = (
    "nDCG@10",
    "Recall@10",
    "answer_recall",
    "f1",
    "refusal_f1",
    "citation_precision",
    "citation_recall",
)
"""The metrics shown next to a run, as far as it has them."""


def show_runs() -> None:
    runs = client().evals.runs()
    if not runs:
        st.caption(
            "There are no runs yet. Start an evaluation above: the bundled questions take a few minutes."
        )
        return
    pages = -(-len(runs) // _PAGE_SIZE)
    page = st.pagination(pages, max_visible_pages=5, key="run-page") if pages > 1 else 1
    for run in runs[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]:
        _show_run(run)


def describe(run: EvalRun) -> str:
    """Describes a run on one line, as plain text."""
    return f"{run.dataset}, {run.kind}, {moment(run.created_at)}, {run.system}"


def _show_run(run: EvalRun) -> None:
    with st.container(border=True, key=f"run-{run.name}"):
        title = f"{run.dataset}: {run.kind}"
        leading = " · ".join(f"{name} {run.figures[name]:.3f}" for name in _LEADING if name in run.figures)
        st.html(
            f'<div class="ragapp-name" role="heading" aria-level="3">{html_text(title)}</div>'
            f'<div class="ragapp-soft">{html_text(_facts(run))}</div><div>{html_text(leading)}</div>'
        )
        with st.container(horizontal=True):
            with st.popover("Figures", icon=":material/table_chart:", key=f"figures-{run.name}"):
                rows = [(name, f"{value:.4f}") for name, value in run.figures.items()]
                show_table(("figure", "value"), rows, numbers=1)
            if run.has_report:
                _offer_report(run)


def _facts(run: EvalRun) -> str:
    questions = counted(run.questions, "question")
    return f"{moment(run.created_at)} · {questions} · {run.system} · settings {run.fingerprint[:8]}"


def _offer_report(run: EvalRun) -> None:
    st.download_button(
        "Report",
        lambda: client().evals.report(run.name),
        file_name=f"{run.name}.html",
        mime="text/html",
        key=f"report-{run.name}",
        icon=":material/download:",
        on_click="ignore",
        help=label_text("A single HTML file with plots that loads nothing from the network."),
    )
