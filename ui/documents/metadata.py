"""Changing what is said of a document: names and values that searches can be narrowed by."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import Document
from ui.escape import label_text
from ui.problems import show_problem
from ui.session import client

_KEY = "editing-metadata"
_MAX_NAME, _MAX_VALUE = 64, 1000


def edit_metadata(document: Document) -> None:
    """Opens the editor in the next run; to be called from a widget's callback."""
    st.session_state[_KEY] = document
    st.rerun()  # the whole page: the button lies in a fragment, the editor does not


def show_metadata_editor() -> None:
    """Shows the editor while there is something to edit. The page calls it once, at its end."""
    document: Document | None = st.session_state.get(_KEY)
    if document is not None:
        title = label_text(f"Metadata of {document.name}")
        st.dialog(title, width="medium", on_dismiss=_close)(_show_editor)(document)


def _close() -> None:
    st.session_state.pop(_KEY, None)


def _show_editor(document: Document) -> None:
    st.caption("Searches and questions can be narrowed to documents by these.")
    rows = [{"Name": name, "Value": value} for name, value in sorted(document.metadata.items())]
    edited = st.data_editor(
        rows or [{"Name": "", "Value": ""}],
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        key=f"metadata-of-{document.id}",
        column_config={
            "Name": st.column_config.TextColumn(max_chars=_MAX_NAME, required=True),
            "Value": st.column_config.TextColumn(max_chars=_MAX_VALUE),
        },
        alt="Metadata: a name and a value in each row",
    )
    if st.button("Save", key="save-metadata", type="primary", icon=":material/save:"):
        wanted = {str(row["Name"] or "").strip(): str(row["Value"] or "").strip() for row in edited}
        _save(document, {name: value for name, value in wanted.items() if name})


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
