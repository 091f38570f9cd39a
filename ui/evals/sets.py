"""Question sets: generate them from a collection, add them as files, review and delete them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import EvalSet
from ui.escape import html_text, label_text
from ui.evals.reviewing import show_review
from ui.problems import show_problem
from ui.session import client
from ui.uploaded import freed_afterwards

_PROBLEM_KEY = "set-problem"
_ROUND = "set-round"


def show_sets() -> None:
    problem: RagappError | None = st.session_state.pop(_PROBLEM_KEY, None)
    if problem is not None:
        show_problem(problem)
    left, right = st.columns(2)
    with left:
        _show_generation_form()
    with right:
        _show_upload_form()
    sets = client().evals.sets()
    for one in sets:
        _show_set(one)
    reviewable = [one.name for one in sets if one.reviewable]
    if reviewable:
        st.header("Review", anchor=False)
        show_review(st.selectbox("Set", reviewable, key="review-set"))


def _show_generation_form() -> None:
    with st.expander("Generate questions from a collection", icon=":material/auto_awesome:"):
        names = [collection.name for collection in client().collections()]
        with st.form("make-questions", border=False):
            collection = st.selectbox("Collection", names)
            name = st.text_input("Name of the set", max_chars=100)
            count = st.number_input("Questions", min_value=1, max_value=1000, value=50)
            if st.form_submit_button("Generate", type="primary", icon=":material/auto_awesome:"):
                _attempt(lambda: client().evals.start_questions(collection, name.strip(), count))


def _show_upload_form() -> None:
    with st.expander("Add a file of questions", icon=":material/upload:"):
        number = st.session_state.setdefault(_ROUND, 0)
        file = st.file_uploader(
            "JSONL, JSON, or a ZIP with the documents",
            type=["jsonl", "json", "zip"],
            key=f"set-file-{number}",
        )
        if file is not None:
            st.session_state[_ROUND] = number + 1
            with freed_afterwards([file]):
                _attempt(lambda: client().evals.add_set(file.name, file))


def _attempt(act: Callable[[], object]) -> None:
    """Calls `act`. An error is shown at the top of the next run."""
    try:
        act()
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem
    st.rerun()


def _show_set(one: EvalSet) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"set-{one.name}"):
        facts = f"{'your own' if one.own else 'bundled with ragapp'} · for {', '.join(one.kinds)}"
        st.html(
            f'<div class="ragapp-name" role="heading" aria-level="3">{html_text(one.name)}</div>'
            f'<div class="ragapp-soft">{html_text(facts)}</div>'
        )
        if one.own:
            with st.popover("Delete", icon=":material/delete:", key=f"ask-delete-set-{one.name}"):
                st.markdown(f"Delete {label_text(one.name)}? Its runs are not deleted.")
                st.button("Delete it", key=f"delete-set-{one.name}", on_click=_delete, args=(one.name,))


def _delete(name: str) -> None:
    try:
        client().evals.delete_set(name)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem
