"""The list of documents. It refreshes itself, more often while documents are being processed.

The server filters, sorts and paginates it, so that the page is as fast with ten thousand documents as with
ten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

import streamlit as st

from ragapp.errors import ConflictError, NotFoundError
from ragapp.types import Document, DocumentSort, Listing, Status
from ui.documents.row import STAGES, show_row
from ui.documents.selection import Selection, key_of, selection_in, show_marked
from ui.formatting import size
from ui.outage import refreshing
from ui.problems import problems_shown
from ui.session import client, listing_of
from ui.signin import may

_PAGE_SIZE = 20
_UNFINISHED: Final[frozenset[Status]] = frozenset({"queued", "parsing", "searchable"})
_REFRESH_SECONDS_WORKING = 1.5
_REFRESH_SECONDS_IDLE = 15.0
_ORDERS: Final[Mapping[str, tuple[DocumentSort, bool]]] = {
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
    with refreshing():
        show_marked(collection)
        whole = listing_of(collection, count=1)
        if _working(whole) != was_working:
            st.rerun()  # with another refresh interval
        if not whole.statuses:
            st.caption("No documents yet. Drop files above to begin.")
            return
        _show_summary(whole)
        shown = _wanted_part(collection, whole.with_gaps)
        _show_bulk_actions(collection, shown.documents)
        for document in shown.documents:
            show_row(document)
        if not shown.documents:
            st.caption("No document matches the filter. Change it to see others.")


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
        st.progress((ready + failed) / total, f"{total - ready - failed:,} in progress")


def _wanted_part(collection: str, with_gaps: int) -> Listing:
    """Shows the controls of the list, and returns the page that they select."""
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
        only_gaps = with_gaps > 0 and st.checkbox(
            f"Only those not read completely ({with_gaps:,})", key="document-gaps"
        )
    order, descending = _ORDERS[chosen]
    wanted = (collection, containing.strip(), tuple(statuses), chosen, only_gaps)
    page = _page_of(wanted)
    found = listing_of(
        collection,
        containing=containing.strip(),
        statuses=statuses,
        order=order,
        descending=descending,
        offset=(page - 1) * _PAGE_SIZE,
        count=_PAGE_SIZE,
        with_gaps=only_gaps,
    )
    pages = -(-found.matching // _PAGE_SIZE)
    if pages > 1:
        st.pagination(pages, max_visible_pages=5, key="document-page")
    return found


def _page_of(wanted: tuple[object, ...]) -> int:
    """Returns the chosen page, or the first one after the filter or the order has changed."""
    if st.session_state.get("document-wanted") != wanted:
        st.session_state["document-wanted"] = wanted
        st.session_state.pop("document-page", None)
    page: int = st.session_state.get("document-page", 1)
    return page


def _show_bulk_actions(collection: str, shown: Sequence[Document]) -> None:
    if not may("editor", collection) or not shown:
        return
    selection = selection_in(collection)
    with st.container(horizontal=True, vertical_alignment="center", key="bulk"):
        _offer_all(selection, {one.id: one.name for one in shown if one.id not in selection.marked})
        if selection.ticked:
            _show_actions_on(selection)


def _offer_all(selection: Selection, names: Mapping[str, str]) -> None:
    """Shows a button that selects or deselects all rows. It is no checkbox, because the list may change while
    it is pressed.
    """
    if not names:
        return
    everything = selection.ticked.keys() >= names.keys()
    st.button(
        f"{'Deselect' if everything else 'Select'} all {len(names)} shown",
        key=key_of("untick-all" if everything else "tick-all", names),
        icon=":material/check_box:" if everything else ":material/check_box_outline_blank:",
        type="tertiary",
        on_click=selection.untick if everything else selection.tick,
        args=(names,),
    )


def _show_actions_on(selection: Selection) -> None:
    ticked = dict(selection.ticked)
    st.button(
        f"Delete {len(ticked):,}",
        key=key_of("delete-picked", ticked),
        icon=":material/delete:",
        on_click=selection.mark,
        args=(ticked,),
        help="Lists their names before anything is deleted.",
    )
    st.button(
        f"Retry {len(ticked):,}",
        key=key_of("retry-picked", ticked),
        icon=":material/replay:",
        on_click=_retry,
        args=(selection, ticked),
        help="Retries the failed ones; the others are not changed.",
    )


def _retry(selection: Selection, ticked: Mapping[str, str]) -> None:
    with problems_shown():
        for document_id in ticked:
            # Documents that are ready or deleted need no retry.
            with suppress(ConflictError, NotFoundError):
                client().retry_job(document_id)
        selection.untick(ticked)
