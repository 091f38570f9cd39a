"""The list of documents. It refreshes itself, fast while documents are on their way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from ragapp.types import Document, Status
from ui.documents.row import show_row
from ui.problems import problems_shown
from ui.session import documents_of

_PAGE_SIZE = 20
_UNFINISHED: Final[frozenset[Status]] = frozenset({"queued", "parsing", "searchable"})
_REFRESH_SECONDS_WORKING = 1.0
_REFRESH_SECONDS_IDLE = 10.0


def show_documents(collection: str) -> None:
    working = _working(documents_of(collection))
    seconds = _REFRESH_SECONDS_WORKING if working else _REFRESH_SECONDS_IDLE
    st.fragment(_show_list, run_every=seconds)(collection, working)


def _show_list(collection: str, was_working: bool) -> None:
    with problems_shown():
        documents = documents_of(collection)
        if _working(documents) != was_working:
            st.rerun()  # for another pace
        if not documents:
            st.caption("No documents yet. Drop files above to begin.")
            return
        summary, search = st.columns([3, 2], vertical_alignment="bottom")
        with summary:
            _show_summary(documents)
        with search:
            wanted = st.text_input("Filter by name", key="document-filter", icon=":material/filter_list:")
        for document in _on_page(_filtered(documents, wanted)):
            show_row(document)


def _working(documents: Sequence[Document]) -> bool:
    return any(document.status in _UNFINISHED for document in documents)


def _show_summary(documents: Sequence[Document]) -> None:
    ready = sum(document.status == "ready" for document in documents)
    failed = sum(document.status == "failed" for document in documents)
    failures = f", {failed} failed" if failed else ""
    st.header(f"{ready} of {len(documents)} ready{failures}", anchor=False)
    if _working(documents):
        st.progress((ready + failed) / len(documents))


def _filtered(documents: Sequence[Document], wanted: str) -> list[Document]:
    """Those with `wanted` in their name, newest first."""
    shown = [document for document in documents if wanted.casefold() in document.name.casefold()]
    if not shown:
        st.caption("No document has that in its name.")
    return sorted(shown, key=lambda document: document.accepted_at, reverse=True)


def _on_page(documents: Sequence[Document]) -> Sequence[Document]:
    pages = -(-len(documents) // _PAGE_SIZE)
    if pages <= 1:
        return documents
    page = st.pagination(pages, max_visible_pages=5, key="document-page")
    return documents[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
