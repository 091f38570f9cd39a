"""The ingest queue: waiting jobs, running jobs with their workers, and failed jobs with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import JobState, Status
from ui.escape import html_text
from ui.formatting import duration, moment
from ui.outage import refreshing
from ui.problems import show_problem
from ui.session import client
from ui.tables import show_table

_REFRESH_SECONDS = 2.0
_SHOWN = 50
_MOST = 1000
_PROBLEM_KEY = "job-problem"

_VIEWS: Final[Mapping[str, tuple[Status, ...]]] = {
    "In progress": ("queued", "parsing", "searchable"),
    "Failed": ("failed",),
    "Ready": ("ready",),
}


def show_queue() -> None:
    st.fragment(_show, run_every=_REFRESH_SECONDS)()


def _show() -> None:
    with refreshing():
        unfinished = client().jobs(statuses=_VIEWS["In progress"], count=_MOST)
        _show_counts(unfinished)
        _show_workers([job for job in unfinished if job.worker])
        st.subheader("Documents", anchor=False)
        view = st.segmented_control(
            "Which",
            list(_VIEWS),
            default="In progress",
            required=True,
            key="queue-view",
            label_visibility="collapsed",
        )
        problem: RagappError | None = st.session_state.get(_PROBLEM_KEY)
        if problem is not None:
            show_problem(problem)
        jobs = client().jobs(statuses=_VIEWS[view], count=_SHOWN)
        for job in jobs:
            _show_job(job)
        if not jobs:
            st.caption("None.")
        elif len(jobs) == _SHOWN:
            st.caption(f"The latest {_SHOWN}. The Documents page lists all of them.")


def _show_counts(unfinished: Sequence[JobState]) -> None:
    failed = len(client().jobs(statuses=("failed",), count=_MOST))
    waiting = [job for job in unfinished if not job.worker]
    columns = st.columns(4)
    oldest = min((job.accepted_at for job in waiting), default=None)
    figures = {
        "Waiting": _most(len(waiting)),
        "In work": _most(len(unfinished) - len(waiting)),
        "Failed": _most(failed),
        "Longest wait": "–" if oldest is None else duration((datetime.now(UTC) - oldest).total_seconds()),
    }
    for column, (name, value) in zip(columns, figures.items(), strict=True):
        column.metric(name, value, border=True)


def _most(count: int) -> str:
    return f"{count:,}+" if count >= _MOST else f"{count:,}"


def _show_workers(jobs: Sequence[JobState]) -> None:
    st.subheader("Workers", anchor=False)
    if not jobs:
        st.caption("No worker is processing a document.")
        return
    rows = [(str(job.worker), job.name, job.why, moment(job.accepted_at)) for job in jobs]
    show_table(("worker", "document", "what", "accepted"), rows)


def _show_job(job: JobState) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"job-{job.document_id}"
    ):
        st.html(
            f'<div class="ragapp-name" role="heading" aria-level="4">{html_text(job.name)}</div>'
            f'<div class="ragapp-error">{html_text(job.why)}</div>'
            f'<div class="ragapp-soft">{" · ".join(_facts(job))}</div>'
        )
        if job.status == "failed" or job.not_before is not None:
            st.button(
                "Retry",
                key=f"retry-job-{job.document_id}",
                icon=":material/replay:",
                on_click=_retry,
                args=(job.document_id,),
            )
        if job.status in _VIEWS["In progress"]:
            st.button(
                "Cancel",
                key=f"cancel-job-{job.document_id}",
                icon=":material/cancel:",
                on_click=_cancel,
                args=(job.document_id,),
            )


def _facts(job: JobState) -> list[str]:
    spent = ", ".join(f"{stage} {duration(seconds)}" for stage, seconds in job.seconds.items())
    return [
        html_text(job.collection),
        f"accepted {moment(job.accepted_at)}",
        *([f"attempt {job.attempts}"] if job.attempts else []),
        *([html_text(spent)] if spent else []),
    ]


def _retry(document_id: str) -> None:
    _change_job(client().retry_job, document_id)


def _cancel(document_id: str) -> None:
    _change_job(client().cancel_job, document_id)


def _change_job(act: Callable[[str], JobState], document_id: str) -> None:
    """Calls `act`. An error stays visible until the next action."""
    st.session_state.pop(_PROBLEM_KEY, None)
    try:
        act(document_id)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem
