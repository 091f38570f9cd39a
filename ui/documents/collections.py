"""Making and deleting collections."""

from __future__ import annotations

import streamlit as st

from ragapp.errors import RagappError
from ui.escape import html_text, label_text
from ui.problems import show_problem
from ui.session import DEFAULT_COLLECTION, choose_next, client

_NAME_KEY = "new-collection"
_PROBLEM_KEY = "collection-problem"


def show_collection_tools(collection: str) -> None:
    """A way to make a collection, and one to delete the chosen one."""
    with st.popover("Collections", icon=":material/tune:"):
        st.text_input("New collection", key=_NAME_KEY, max_chars=100, placeholder="Its name")
        st.button("Create", key="create-collection", icon=":material/add:", on_click=_create)
        problem: RagappError | None = st.session_state.pop(_PROBLEM_KEY, None)
        if problem is not None:
            show_problem(problem)
        st.html(
            f'<div>Delete <span class="ragapp-name">{html_text(collection)}</span> with all its documents. '
            "This cannot be undone.</div>"
        )
        sure = st.checkbox("Yes, delete it", key=f"sure-{collection}")
        st.button(
            "Delete collection",
            key="delete-collection",
            icon=":material/delete:",
            disabled=not sure,
            on_click=_delete,
            args=(collection,),
        )


def _create() -> None:
    name = st.session_state[_NAME_KEY].strip()
    try:
        client().create_collection(name)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem
        return
    st.session_state[_NAME_KEY] = ""
    st.toast(f"{label_text(name)} is ready for documents", icon=":material/check:")
    choose_next(name)


def _delete(collection: str) -> None:
    try:
        client().delete_collection(collection)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem
        return
    choose_next(DEFAULT_COLLECTION)
