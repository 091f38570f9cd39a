"""Creating, reindexing and deleting collections."""

from __future__ import annotations

from typing import Final

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import Task
from ui.choice import choose_next
from ui.escape import html_text, label_text
from ui.outage import refreshing
from ui.problems import show_problem
from ui.session import client
from ui.signin import may
from ui.tasks import UNFINISHED, show_task

_NAME_KEY = "new-collection"
_PROBLEM_KEY = "collection-problem"
_REFRESH_SECONDS = 1.5
_OF_SETTINGS: Final = "the embedder of the settings"


def show_collection_tools(collection: str) -> None:
    """Shows the tools to create a collection, and to reindex or delete the chosen one, to callers whose role
    allows it.
    """
    if not may("admin", collection):
        return
    with st.popover("Collections", icon=":material/tune:"):
        problem: RagappError | None = st.session_state.pop(_PROBLEM_KEY, None)
        if problem is not None:
            show_problem(problem)
        if may("admin", None):
            _show_creation_form()
            _show_reindex_form(collection)
        _show_deletion(collection)


def show_reindexing(collection: str) -> None:
    """Shows the progress of a running reindex. It runs in the background, and searches continue meanwhile."""
    if may("admin", None) and _reindexing(collection):
        st.fragment(_show_reindexing, run_every=_REFRESH_SECONDS)(collection)


def _show_reindexing(collection: str) -> None:
    with refreshing():
        tasks = _reindexing(collection)
        if not tasks:
            st.rerun()
        for task in tasks:
            show_task(task)


def _reindexing(collection: str) -> list[Task]:
    title = f"Reindex {collection} with "
    return [
        task
        for task in client().tasks.tasks()
        if task.kind == "reindex" and task.state in UNFINISHED and task.title.startswith(title)
    ]


def _show_creation_form() -> None:
    st.text_input("New collection", key=_NAME_KEY, max_chars=100, placeholder="Its name")
    st.button("Create", key="create-collection", icon=":material/add:", on_click=_create)


def _show_reindex_form(collection: str) -> None:
    embedders = [one.name for one in client().models() if one.role == "embedder" and one.installed]
    chosen = st.selectbox("Embedder", [_OF_SETTINGS, *embedders], key="reindex-embedder")
    st.button(
        "Reindex",
        key="reindex",
        icon=":material/autorenew:",
        help="Computes all vectors with the chosen embedder. Until that is done, searches use the present "
        "ones.",
        on_click=_reindex,
        args=(collection, None if chosen == _OF_SETTINGS else chosen),
    )


def _show_deletion(collection: str) -> None:
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


def _reindex(collection: str, embedder: str | None) -> None:
    try:
        client().tasks.start_reindex(collection, embedder)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem


def _delete(collection: str) -> None:
    try:
        client().delete_collection(collection)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem
        return
    choose_next("")
