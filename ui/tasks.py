"""Background tasks with their progress, the reason of a failure, and a button to cancel them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Literal, NamedTuple

import streamlit as st

from ragapp.errors import ConflictError
from ragapp.types import Task, TaskState
from ui.escape import html_text, label_text
from ui.formatting import duration, moment
from ui.problems import problems_shown
from ui.session import client

UNFINISHED: Final[frozenset[TaskState]] = frozenset({"waiting", "running"})


class _Look(NamedTuple):
    words: str
    icon: str
    color: Literal["gray", "blue", "green", "red", "orange"]


_LOOKS: Final[Mapping[TaskState, _Look]] = {
    "waiting": _Look("Waiting", ":material/schedule:", "gray"),
    "running": _Look("Running", ":material/play_circle:", "blue"),
    "done": _Look("Done", ":material/check_circle:", "green"),
    "failed": _Look("Failed", ":material/error:", "red"),
    "cancelled": _Look("Cancelled", ":material/cancel:", "gray"),
    "lost": _Look("Lost", ":material/power_off:", "orange"),
}


def show_task(task: Task) -> None:
    """Shows a task, with its progress while it runs."""
    with st.container(border=True, key=f"task-{task.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(
                f'<div class="ragapp-name" role="heading" aria-level="4">{html_text(task.title)}</div>'
                f'<div class="ragapp-soft">{html_text(_times(task))}</div>'
            )
            look = _LOOKS[task.state]
            st.badge(look.words, icon=look.icon, color=look.color)
            if task.state in UNFINISHED:
                st.button(
                    "Cancel",
                    key=f"cancel-task-{task.id}",
                    icon=":material/cancel:",
                    on_click=_cancel,
                    args=(task.id,),
                )
        if task.state == "running":
            st.progress(task.share or 0.0, label_text(task.step or "Starting"))
        if task.error:
            st.html(f'<div class="ragapp-error">{html_text(task.error)}</div>')


def _times(task: Task) -> str:
    if task.started_at is None:
        return f"requested {moment(task.asked_at)}"
    if task.ended_at is None:
        return f"since {moment(task.started_at)}"
    return f"{moment(task.started_at)}, took {duration((task.ended_at - task.started_at).total_seconds())}"


def _cancel(task_id: str) -> None:
    # A task that has just ended is not reported as a conflict: the next refresh shows it.
    with problems_shown(), suppress(ConflictError):
        client().tasks.cancel(task_id)
