"""The list of documents. It refreshes itself, fast while documents are on their way.

The server filters, sorts and cuts it into pages, so that ten thousand documents list like ten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from ragapp.errors import ConflictError
from ragapp.types import Document, DocumentOrder, Listing, Status
from ui.documents.marks import mark, marked, pick_all, picked, show_marked
from ui.documents.row import STAGES, show_row
from ui.figures import size
from ui.problems import problems_shown
from ui.session import client, listing_of
from ui.signin import may

_PAGE_SIZE = 20
_UNFINISHED: Final[frozenset[Status]] = frozenset({"queued", "parsing", "searchable"})
_REFRESH_SECONDS_WORKING = 1.5
_REFRESH_SECONDS_IDLE = 15.0
_ORDERS: Final[Mapping[str, tuple[DocumentOrder, bool]]] = {
    "Newest first": ("accepted", True),
    "Oldest first": ("accepted", False),
    "Name": ("name", False),
    "Largest first": ("size", True),
    "Most pages first": ("pages", True),
}


def show_documents(collection: str) -> None:
    working = _working(listing_of(collection, count=1))
    seconds = _REFRESH_SECONDS_WORKING if working else _REFRESH_SECONDS_IDLE
    st.fragment(_show_list, run_every=seconds)(collection, working)


def _show_list(collection: str, was_working: bool) -> None:
    with problems_shown():
        show_marked(collection)
        whole = listing_of(collection, count=1)
        if _working(whole) != was_working:
            st.rerun()  # for another pace
        if not whole.statuses:
            st.caption("No documents yet. Drop files above to begin.")
            return
        _show_summary(whole)
        shown = _wanted_part(collection)
        _show_bulk_actions(collection, shown.documents)
        for document in shown.documents:
            show_row(document)
        if not shown.documents:
            st.caption("No document is like that. Change the filter to see others.")


def _working(listing: Listing) -> bool:
    return any(listing.statuses.get(status) for status in _UNFINISHED)


def _show_summary(listing: Listing) -> None:
    ready, failed = listing.statuses.get("ready", 0), listing.statuses.get("failed", 0)
    total = sum(listing.statuses.values())
    failures = f", {failed:,} failed" if failed else ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.header(f"{ready:,} of {total:,} ready{failures}", anchor=False, width="content")
        st.html(f'<div class="ragapp-soft">{size(listing.bytes)} on disk</div>', width="content")
    if _working(listing):
        st.progress((ready + failed) / total, f"{total - ready - failed:,} on their way")


def _wanted_part(collection: str) -> Listing:
    """The page of the list that is looked at, after the controls that say which."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        containing = st.text_input(
            "Filter by name", key="document-filter", icon=":material/filter_list:", width=220
        )
        statuses = st.multiselect(
            "Status",
            list(STAGES),
            format_func=lambda one: STAGES[one].words,
            key="document-status",
            placeholder="Any",
            width=240,
        )
        chosen = st.selectbox("Sort", list(_ORDERS), key="document-order", width=180)
    order, descending = _ORDERS[chosen]
    wanted = (collection, containing.strip(), tuple(statuses), chosen)
    page = _page_of(wanted)
    found = listing_of(
        collection,
        containing=containing.strip(),
        statuses=statuses,
        order=order,
        descending=descending,
        offset=(page - 1) * _PAGE_SIZE,
        count=_PAGE_SIZE,
    )
    pages = -(-found.matching // _PAGE_SIZE)
    if pages > 1:
        st.pagination(pages, max_visible_pages=5, key="document-page")
    return found


def _page_of(wanted: tuple[object, ...]) -> int:
    """The page chosen; the first one again whenever something else is wanted than before."""
    if st.session_state.get("document-wanted") != wanted:
        st.session_state["document-wanted"] = wanted
        st.session_state.pop("document-page", None)
    page: int = st.session_state.get("document-page", 1)
    return page


def _show_bulk_actions(collection: str, shown: Sequence[Document]) -> None:
    if not may("editor", collection) or not shown:
        return
    names = {one.id: one.name for one in shown if one.id not in marked(collection)}
    chosen = picked(collection)
    everything = bool(names) and chosen.issuperset(names)
    key = f"pick-all-{'-'.join(names)[:200]}-{everything}"
    with st.container(horizontal=True, vertical_alignment="center", key="bulk"):
        st.checkbox(
            f"All {len(names)} shown",
            value=everything,
            key=key,
            on_change=pick_all,
            args=(collection, list(names), key),
            width="content",
        )
        if chosen:
            _show_actions_on(collection, chosen, names)


def _show_actions_on(collection: str, chosen: set[str], names: Mapping[str, str]) -> None:
    st.button(
        f"Delete {len(chosen):,}",
        key="delete-picked",
        icon=":material/delete:",
        on_click=_mark_chosen,
        args=(collection, names),
    )
    st.button(
        f"Retry {len(chosen):,}",
        key="retry-picked",
        icon=":material/replay:",
        on_click=_retry_chosen,
        args=(collection,),
        help="Takes up again what failed; the others stay as they are.",
    )


def _mark_chosen(collection: str, names: Mapping[str, str]) -> None:
    """Documents picked on another page of the list have no name here; they are as well known by their id."""
    mark(collection, {one: names.get(one, one) for one in picked(collection)})


def _retry_chosen(collection: str) -> None:
    for document_id in picked(collection):
        try:
            client().retry_job(document_id)
        except ConflictError:  # it is ready: nothing to take up again
            continue
    picked(collection).clear()
