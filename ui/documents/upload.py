"""Uploads files to the API one by one, so that a rejected file does not stop the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ragapp.api.schemas import UploadReport
from ragapp.errors import RagappError
from ragapp.types import Acceptance, UploadSpec
from ui.escape import html_text, label_text
from ui.formatting import counted
from ui.session import client
from ui.uploaded import freed_afterwards, pop_rejected

_ROUND = "upload-round"
_REFUSED = "upload-refused"

_NO_ROOM = (
    "Too much was uploaded through this page at once. Add the files that are missing from the list again, "
    "fewer at a time."
)

Refusals = list[tuple[str, str]]
"""(name, reason) of each file that was rejected."""


def show_upload(collection: str) -> None:
    """Shows the drop zone. Files are uploaded to the API as soon as the browser has sent them."""
    number = st.session_state.setdefault(_ROUND, 0)
    files = st.file_uploader(
        "Add documents: PDF, Office, web pages, mail, pictures and more, or a ZIP of them",
        accept_multiple_files=True,
        key=f"upload-{collection}-{number}",  # files dropped for one collection never reach another
    )
    if not files:  # otherwise accepted files are uploaded first, which starts a new list
        st.session_state.setdefault(_REFUSED, []).extend([("A file", _NO_ROOM)] * pop_rejected())
    _show_refused()
    if files:
        with freed_afterwards(files):
            st.session_state[_REFUSED] = list(_upload(files, collection))
        # A new key empties the drop zone, because the files have been uploaded.
        st.session_state[_ROUND] = number + 1
        st.rerun()


def _show_refused() -> None:
    """Lists the rejected files until the list is dismissed or more files are added."""
    refused: Refusals = st.session_state.get(_REFUSED, [])
    if not refused:
        return
    with st.container(border=True, key="refused"):
        st.html(
            f'<div class="ragapp-name">{counted(len(refused), "file")} rejected</div>'
            + "".join(
                f'<div class="ragapp-error"><span class="ragapp-name">{html_text(name)}</span>: '
                f"{html_text(why)}</div>"
                for name, why in refused
            )
        )
        st.button("Dismiss", key="dismiss-refused", on_click=st.session_state.pop, args=(_REFUSED, None))


def _upload(files: Sequence[UploadedFile], collection: str) -> Iterator[tuple[str, str]]:
    """Uploads the files, and yields the name and the reason of each one that was rejected."""
    progress = st.progress(0.0)
    for done, file in enumerate(files):
        progress.progress(done / len(files), f"Sending {label_text(file.name)} ({done + 1} of {len(files)})")
        try:
            if file.name.lower().endswith(".zip"):
                yield from _unpacked(client().upload_archive(collection, file.name, file), file.name)
            else:
                _confirm(client().upload(UploadSpec(file.name, collection), file))
        except RagappError as problem:
            yield file.name, str(problem)
    progress.empty()


def _unpacked(report: UploadReport, archive: str) -> Iterator[tuple[str, str]]:
    new = sum(one.outcome != "unchanged" for one in report.accepted)
    same = len(report.accepted) - new
    st.toast(
        f"{label_text(archive)}: {counted(new, 'document')} accepted, {same:,} unchanged",
        icon=":material/folder_zip:",
    )
    yield from ((f"{archive}: {one.name}", one.problem.detail) for one in report.refused)


def _confirm(acceptance: Acceptance) -> None:
    name = label_text(acceptance.document.name)
    if acceptance.outcome == "unchanged":
        st.toast(f"{name} already exists, unchanged", icon=":material/check:")
    elif acceptance.outcome == "updated":
        st.toast(f"{name}: version {acceptance.document.version} accepted", icon=":material/update:")
