"""The editor of the metadata of a document, by which searches can be filtered."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import Document
from ui.escape import label_text
from ui.problems import show_problem
from ui.session import client

_KEY = "editing-metadata"


def edit_metadata(document: Document) -> None:
    """Opens the editor in the next run. Call it from a widget's callback."""
    st.session_state[_KEY] = document
    st.rerun()  # the whole page: the button is in a fragment, but the editor is not


def show_metadata_editor() -> None:
    """Shows the editor if it is open. The page calls this once, at its end."""
    document: Document | None = st.session_state.get(_KEY)
    if document is not None:
        title = label_text(f"Metadata of {document.name}")
        st.dialog(title, width="medium", on_dismiss=_close)(_show_editor)(document)


def _close() -> None:
    st.session_state.pop(_KEY, None)


def _show_editor(document: Document) -> None:
    st.caption("Searches and questions can be filtered by these values.")
    with st.form("metadata-form", border=False):
        before = "\n".join(f"{name}: {value}" for name, value in sorted(document.metadata.items()))
        written = st.text_area("One per line, as `name: value`", before, height=200)
        if st.form_submit_button("Save", type="primary", icon=":material/save:"):
            _try_to_save(document, written)


def _try_to_save(document: Document, written: str) -> None:
    wanted: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in written.split("\n"))):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not name or not colon:
            st.error(f"{label_text(line)} has no colon. Write `name: value`, or clear the line.")
            return
        wanted[name] = value
    _save(document, wanted)


def _save(document: Document, wanted: Mapping[str, str]) -> None:
    changes: dict[str, str | None] = {name: None for name in document.metadata if name not in wanted}
    changes |= {name: value for name, value in wanted.items() if document.metadata.get(name) != value}
    try:
        client().set_metadata(document.id, changes)
    except RagappError as problem:
        show_problem(problem)
        return
    _close()
    st.rerun()
