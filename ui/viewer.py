"""A document's text, page by page, in a drawer beside what the reader was doing."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ui.escape import label_text
from ui.excerpts import Span, excerpt_html, whole_page
from ui.problems import problems_shown
from ui.session import client

_KEY = "viewing"


@dataclass(frozen=True, slots=True)
class Viewing:
    """What to show: a page of a document version, with the words of `cited` marked."""

    document_id: str
    name: str
    version: int | None
    page: int
    cited: tuple[Span, ...] = ()


def view(viewing: Viewing) -> None:
    """Opens the drawer in the next run; to be called from a widget's callback."""
    st.session_state[_KEY] = viewing
    st.session_state.pop("viewer-page", None)
    st.rerun()  # the whole page: the widget may lie in a fragment, the drawer does not


def show_viewer() -> None:
    """Shows the drawer while something is being viewed. Pages call it once, at their end.

    What is viewed is kept in the session, since a dialog opened inside a fragment that refreshes itself
    would close at the next refresh.
    """
    viewing: Viewing | None = st.session_state.get(_KEY)
    if viewing is not None:
        title = label_text(viewing.name)
        st.dialog(title, width="medium", position="right", on_dismiss=_close)(_pages)(viewing)


def _close() -> None:
    st.session_state.pop(_KEY, None)


def _pages(viewing: Viewing) -> None:
    with problems_shown():
        parsed = client().document_text(viewing.document_id, viewing.version)
        page = _choose_page(parsed.pages, viewing.page)
        shown = whole_page(parsed, page, viewing.cited)
        if any(piece.text.strip() for piece in shown.pieces):
            st.html(excerpt_html(shown))
        else:
            st.caption("This page holds no text.")


def _choose_page(pages: int, first_shown: int) -> int:
    if pages == 1:
        return 1
    page = st.pagination(pages, default=min(first_shown, pages), max_visible_pages=5, key="viewer-page")
    st.caption(f"Page {page} of {pages}")
    return page
