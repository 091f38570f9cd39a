"""The preview of a document, page by page: its image or its extracted text, next to its indexed chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from ragapp.errors import ParseError, UnsupportedFormat
from ragapp.types import Chunk, Document, DocumentPage
from ui.escape import html_text, label_text
from ui.formatting import counted
from ui.outage import refreshing
from ui.session import client

_KEY = "previewing"
_PAGE = "preview-page"
_LOOK: Final = "Page"
_TEXT: Final = "Text"


def preview(document: Document) -> None:
    """Opens the preview in the next run. Call it from a widget's callback."""
    st.session_state[_KEY] = document
    st.session_state[_PAGE] = 1
    st.rerun()  # the whole page: the button is in a fragment, but the preview is not


def show_preview() -> None:
    """Shows the preview if it is open. The page calls this once, at its end."""
    document: Document | None = st.session_state.get(_KEY)
    if document is not None:
        title = label_text(document.name)
        st.dialog(title, width="large", on_dismiss=_close)(_show)(document)


def _close() -> None:
    st.session_state.pop(_KEY, None)


def _show(document: Document) -> None:
    with refreshing():
        page = client().page(document.id, st.session_state[_PAGE])
        _show_turning(page)
        left, right = st.columns(2)
        with left:
            _show_page(page)
        with right:
            chunks = client().document_chunks(document.id, page.version, start=page.start, end=page.end)
            _show_chunks(page, chunks)


def _show_turning(page: DocumentPage) -> None:
    if page.pages == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Previous",
            key="preview-previous",
            icon=":material/chevron_left:",
            shortcut="Left",
            disabled=page.page == 1,
            on_click=_turn_to,
            args=(page.page - 1,),
        )
        st.number_input(
            f"Page, of {page.pages:,}", 1, page.pages, key=_PAGE, label_visibility="collapsed", width=130
        )
        st.caption(f"Page {page.page:,} of {page.pages:,}")
        st.button(
            "Next",
            key="preview-next",
            icon=":material/chevron_right:",
            icon_position="right",
            shortcut="Right",
            disabled=page.page == page.pages,
            on_click=_turn_to,
            args=(page.page + 1,),
        )


def _turn_to(page: int) -> None:
    st.session_state[_PAGE] = page


def _show_page(page: DocumentPage) -> None:
    picture = _picture(page.document_id, page.version, page.page, page.sha256)
    chosen = _choose_view() if picture else _TEXT
    if picture and chosen == _LOOK:
        st.image(picture, caption=f"Page {page.page:,}", width="stretch")
    elif page.text.strip():
        st.html(f'<div class="ragapp-text ragapp-sheet" dir="auto">{html_text(page.text)}</div>')
    else:
        st.caption("This page contains no text.")


def _choose_view() -> str:
    return st.segmented_control(
        "What to show",
        [_LOOK, _TEXT],
        default=_LOOK,
        required=True,
        key="preview-view",
        label_visibility="collapsed",
    )


@st.cache_data(max_entries=64, show_spinner="Drawing the page …")
def _picture(document_id: str, version: int, page: int, sha256: str) -> bytes | None:  # noqa: ARG001
    """The image of a page; None if the document has no pages that can be drawn. `sha256` distinguishes
    documents that have the same id.
    """
    try:
        return client().page_image(document_id, page, version=version).png
    except (UnsupportedFormat, ParseError):
        return None


def _show_chunks(page: DocumentPage, chunks: Sequence[Chunk]) -> None:
    st.html(
        f'<div class="ragapp-name" role="heading" aria-level="3">{counted(len(chunks), "chunk")} on this page'
        "</div>"
    )
    for chunk in chunks:
        with st.container(border=True):
            heading = f'<div class="ragapp-soft">{html_text(chunk.heading)}</div>' if chunk.heading else ""
            st.html(
                f'{heading}<div class="ragapp-text" dir="auto">{html_text(chunk.text)}</div>'
                f'<div class="ragapp-soft">characters {chunk.start:,} to {chunk.end:,}'
                f"{_elsewhere(page, chunk)}</div>"
            )


def _elsewhere(page: DocumentPage, chunk: Chunk) -> str:
    if chunk.start < page.start:
        return ", begins on an earlier page"
    return ", continues on the next page" if chunk.end > page.end else ""
