"""Health checks of the store, indexes, files and models, run and repaired in the background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from ragapp.errors import ConflictError, RagappError
from ragapp.types import Task, TaskKind
from ui.escape import html_text
from ui.outage import refreshing
from ui.problems import show_problem
from ui.session import client
from ui.tasks import UNFINISHED, show_task

_REFRESH_SECONDS = 1.5
_CHECKS: Final[frozenset[TaskKind]] = frozenset({"doctor", "repair"})
_SHOWN_KINDS: Final[frozenset[TaskKind]] = _CHECKS | {"reindex", "fetch"}
_SHOWN = 10
_PROBLEM_KEY = "check-problem"


def show_checks() -> None:
    st.fragment(_show, run_every=_REFRESH_SECONDS)()


def _show() -> None:
    with refreshing():
        tasks = [task for task in client().tasks.tasks() if task.kind in _SHOWN_KINDS]
        checks = [task for task in tasks if task.kind in _CHECKS]
        _offer(busy=any(task.state in UNFINISHED for task in checks))
        problem: RagappError | None = st.session_state.get(_PROBLEM_KEY)
        if problem is not None:
            show_problem(problem)
        _show_report(checks)
        st.subheader("Background work", anchor=False)
        for task in tasks[:_SHOWN]:
            show_task(task)
        if not tasks:
            st.caption("None yet.")


def _offer(*, busy: bool) -> None:
    with st.container(horizontal=True):
        st.button(
            "Check everything",
            key="doctor",
            type="primary",
            icon=":material/stethoscope:",
            disabled=busy,
            on_click=_start,
            args=(False,),
        )
        st.button(
            "Check and repair",
            key="repair",
            icon=":material/build:",
            disabled=busy,
            on_click=_start,
            args=(True,),
            help="Rebuilds broken indexes and frees files that no document uses.",
        )


def _start(repair: bool) -> None:
    st.session_state.pop(_PROBLEM_KEY, None)
    try:
        client().tasks.start_doctor(repair=repair)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem


def _show_report(checks: Sequence[Task]) -> None:
    latest = next((task for task in checks if task.state == "done"), None)
    if latest is None:
        st.caption("Nothing has been checked yet.")
        return
    try:
        report = client().tasks.doctor_report(latest.id)
    except ConflictError:  # it printed nothing
        return
    if report.ok:
        st.success(f"All {len(report.checks)} checks passed.", icon=":material/check_circle:")
    else:
        broken = sum(not check.ok for check in report.checks)
        st.error(f"{broken} of {len(report.checks)} checks failed.", icon=":material/error:")
    rows = "".join(
        f'<li><span class="ragapp-name">{"ok" if check.ok else "BROKEN"}</span> {html_text(check.name)}'
        f'<div class="ragapp-soft">{"" if check.detail == "ok" else html_text(check.detail)}</div></li>'
        for check in sorted(report.checks, key=lambda check: check.ok)
    )
    st.html(f'<ul class="ragapp-checks">{rows}</ul>')
