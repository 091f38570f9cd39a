"""Handing files to the API, each on its own, so that one that is refused stops no other."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ragapp.errors import RagappError
from ragapp.types import Acceptance
from ui.escape import label_text
from ui.problems import show_problem
from ui.session import client

_ROUND = "upload-round"
_REFUSED = "upload-refused"


def show_upload(collection: str) -> None:
    """A place to drop files. They are handed over as soon as the browser has sent them."""
    number = st.session_state.setdefault(_ROUND, 0)
    files = st.file_uploader(
        "Add documents: PDF, Office, web pages, mail, pictures and more",
        accept_multiple_files=True,
        key=f"upload-{number}",
    )
    for name, problem in st.session_state.pop(_REFUSED, []):
        show_problem(problem, about=name)
    if files:
        st.session_state[_REFUSED] = _hand_over(files, collection)
        # A new key empties the drop zone, whose files are the API's now.
        st.session_state[_ROUND] = number + 1
        st.rerun()


def _hand_over(files: Sequence[UploadedFile], collection: str) -> list[tuple[str, RagappError]]:
    """Returns the files that were refused, by name, and why."""
    refused: list[tuple[str, RagappError]] = []
    progress = st.progress(0.0)
    for done, file in enumerate(files):
        progress.progress(done / len(files), f"Sending {label_text(file.name)}")
        try:
            acceptance = client().upload(collection, file.name, file)
        except RagappError as problem:
            refused.append((file.name, problem))
        else:
            _confirm(acceptance)
    progress.empty()
    return refused


def _confirm(acceptance: Acceptance) -> None:
    name = label_text(acceptance.document.name)
    if acceptance.outcome == "unchanged":
        st.toast(f"{name} is here already, unchanged", icon=":material/check:")
    elif acceptance.outcome == "updated":
        st.toast(f"{name}: version {acceptance.document.version} accepted", icon=":material/update:")
