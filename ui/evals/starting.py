"""Starts an evaluation, and shows the progress of running ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import EvalKind, Evaluation, Task, TaskKind
from ui.outage import refreshing
from ui.problems import show_problem
from ui.session import client
from ui.tasks import UNFINISHED, show_task

_REFRESH_SECONDS = 1.5
_PROBLEM_KEY = "eval-problem"
_KINDS: Final[frozenset[TaskKind]] = frozenset({"evaluation", "questions"})
_ABOUT: Final[Mapping[EvalKind, str]] = {
    "retrieval": "Are the right documents found?",
    "answers": "Are answers right, and are unanswerable questions refused?",
    "citations": "Do citations support their sentences?",
    "cache": "How often would the cache serve a wrong answer?",
}


def show_start() -> None:
    problem: RagappError | None = st.session_state.pop(_PROBLEM_KEY, None)
    if problem is not None:
        show_problem(problem)
    with st.expander("Start an evaluation", icon=":material/play_arrow:", expanded=not _latest()):
        _offer()
    if any(task.state in UNFINISHED for task in _latest()):
        st.fragment(_follow, run_every=_REFRESH_SECONDS)()
    elif (latest := _latest()) and latest[0].state != "done":
        show_task(latest[0])


def _offer() -> None:
    sets = {one.name: one for one in client().evals.sets()}
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    chosen = sets[left.selectbox("Questions", list(sets), key="eval-set")]
    kind = middle.selectbox("What", chosen.kinds, key="eval-kind", format_func=str.capitalize)
    right.number_input(
        "Number of questions", min_value=0, value=0, key="eval-limit", help="0 means all of them."
    )
    st.caption(_ABOUT[kind])
    if kind in {"answers", "citations"}:
        st.text_input(
            "Who answers",
            "extractive",
            key="eval-generator",
            help="`extractive`, `local`, `openai:MODEL`, or any other value that RAGAPP_GENERATOR accepts.",
        )
    st.button(
        "Start",
        key="start-eval",
        type="primary",
        icon=":material/play_arrow:",
        on_click=_start,
    )


def _start() -> None:
    """Starts the evaluation with the present values of the widgets. Arguments would have the values of the
    last run of the script, which a quick change may have replaced.
    """
    chosen = st.session_state
    generator = chosen.get("eval-generator", "").strip() or "extractive"
    wanted = Evaluation(chosen["eval-kind"], chosen["eval-set"], chosen["eval-limit"] or None, generator)
    try:
        client().evals.start(wanted)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem


def _follow() -> None:
    with refreshing():
        going_on = [task for task in _latest() if task.state in UNFINISHED]
        if not going_on:
            st.rerun()  # to show its results
        for task in going_on:
            show_task(task)


def _latest() -> list[Task]:
    return [task for task in client().tasks.tasks() if task.kind in _KINDS]
