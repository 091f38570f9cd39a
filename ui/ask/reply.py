"""The reply to one question, as it grows: evidence at once, then a draft, then the checked answer."""

from __future__ import annotations

import streamlit as st

from ui.ask.answer import show_answer
from ui.ask.asking import Asking, Progress
from ui.escape import html_text
from ui.problems import problems_shown, show_problem

_REFRESH_SECONDS = 0.5


def show_exchange(asking: Asking, key: str) -> None:
    """The question and the reply to it; `key` is unique to the question."""
    with st.chat_message("user", avatar=":material/person:"):
        st.html(
            f'<div class="ragapp-question" role="heading" aria-level="2">{html_text(asking.question)}</div>'
        )
    with st.chat_message("assistant", avatar=":material/format_quote:"):
        running = asking.progress.running
        # Only what runs refreshes itself, so the whole page runs again once it has ended.
        st.fragment(_show_reply, run_every=_REFRESH_SECONDS if running else None)(asking, key, running)


def _show_reply(asking: Asking, key: str, refreshing: bool) -> None:
    progress = asking.progress
    if refreshing and not progress.running:
        st.rerun()
    with problems_shown():
        if progress.answer is not None:
            show_answer(progress.answer, key)
        else:
            _show_unfinished(asking, progress, key)


def _show_unfinished(asking: Asking, progress: Progress, key: str) -> None:
    if progress.evidence is not None:
        show_answer(progress.evidence, f"{key}-evidence")
    if progress.problem is not None:
        show_problem(progress.problem)
    elif not progress.running:
        st.caption("Stopped before the answer was written and checked.")
    else:
        _show_draft(asking, progress, key)


def _show_draft(asking: Asking, progress: Progress, key: str) -> None:
    if progress.draft:
        st.caption("A model is writing an answer from this evidence. It is not checked yet.")
        st.html(f'<p class="ragapp-draft">{html_text(progress.draft)}</p>')
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="ragapp-soft" role="status">{_stage(progress)}</p>', width="content")
        st.button("Stop", key=f"stop-{key}", icon=":material/stop_circle:", on_click=asking.stop)


def _stage(progress: Progress) -> str:
    if progress.draft:
        return "Writing…"
    return "Reading the documents…" if progress.evidence is None else "A model is reading the evidence…"
