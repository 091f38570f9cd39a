"""The viewer, a drawer beside the page that shows cited text on its page of the document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from ragapp.errors import NotFoundError, ParseError, UnsupportedFormat
from ragapp.types import DocumentPage
from ui.escape import html_text, label_text
from ui.excerpts import Piece, Span, page_pieces, pieces_html
from ui.outage import refreshing
from ui.picture import picture_html
from ui.session import client

_KEY = "viewing"
_LOOK = "viewer-look"
_PICTURE: Final = "As printed"
_TEXT: Final = "As read"


@dataclass(frozen=True, slots=True)
class Viewing:
    """What the viewer shows: a page of a document version with the span `cited` highlighted.

    `label` names the citation, `claim` is the sentence of the answer, and `quote` the cited text.
    """

    document_id: str
    name: str
    version: int | None
    page: int
    cited: Span | None = None
    label: str = ""
    claim: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class _Tour:
    """The citations that the reader can step through, the index of the open one, and the page it shows."""

    stops: tuple[Viewing, ...]
    place: int
    page: int

    @property
    def stop(self) -> Viewing:
        return self.stops[self.place]

    def moved(self, steps: int) -> _Tour:
        place = self.place + steps
        return _Tour(self.stops, place, self.stops[place].page)


def view(viewing: Viewing, tour: Sequence[Viewing] = ()) -> None:
    """Opens the viewer in the next run. Call it from a widget's callback.

    The reader can step through `tour`, which contains `viewing`.
    """
    stops = tuple(tour) or (viewing,)
    st.session_state[_KEY] = _Tour(stops, stops.index(viewing), viewing.page)
    st.rerun()  # the whole page: the widget may be in a fragment, but the viewer is not


def show_viewer() -> None:
    """Shows the viewer if it is open. Pages call this once, at their end.

    The state is stored in the session, because a dialog that is opened inside a fragment which refreshes
    itself would close at the next refresh.
    """
    tour: _Tour | None = st.session_state.get(_KEY)
    if tour is not None:
        st.dialog("Source", width="medium", position="right", on_dismiss=_close)(_show)()


def _close() -> None:
    st.session_state.pop(_KEY, None)


def _open_tour(tour: _Tour) -> None:
    st.session_state[_KEY] = tour


def _show() -> None:
    # Read again: the buttons of the drawer run only the drawer again.
    tour: _Tour = st.session_state[_KEY]
    stop = tour.stop
    with st.container(key="viewer-head", gap="small"):
        if stop.claim:
            st.html(f'<p class="ragapp-claim"><span>The answer says</span> {html_text(stop.claim)}</p>')
        _offer_stops(tour)
    st.html(f'<div class="ragapp-name">{html_text(stop.name)}</div>')
    with refreshing():
        try:
            page = client().page(stop.document_id, tour.page, stop.version)
        except NotFoundError:
            _show_lost(stop)
            return
        picture = _picture(page, stop)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _offer_pages(tour, page)
            look = _choose_look() if picture else _TEXT
        if picture and look == _PICTURE:
            st.html(picture)
        else:
            _show_text(page, stop)


def _offer_stops(tour: _Tour) -> None:
    if len(tour.stops) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _step("Previous source", "P", tour.place > 0, lambda: _open_tour(tour.moved(-1)))
        _step("Next source", "N", tour.place + 1 < len(tour.stops), lambda: _open_tour(tour.moved(1)))
        st.html(
            f'<span class="ragapp-soft">{html_text(tour.stop.label)} · '
            f"source {tour.place + 1} of {len(tour.stops)}</span>",
            width="content",
        )


def _offer_pages(tour: _Tour, page: DocumentPage) -> None:
    if page.pages > 1:
        _step("Previous page", "Left", page.page > 1, lambda: _open_tour(replace(tour, page=page.page - 1)))
        _step(
            "Next page",
            "Right",
            page.page < page.pages,
            lambda: _open_tour(replace(tour, page=page.page + 1)),
        )
    st.html(f'<span class="ragapp-soft">Page {page.page} of {page.pages}</span>', width="content")
    if page.page != tour.stop.page:
        st.button("Back to the cited page", type="tertiary", on_click=lambda: _open_tour(tour.moved(0)))


def _step(label: str, shortcut: str, possible: bool, go: Callable[[], None]) -> None:
    st.button(label, key=f"viewer-{label}", shortcut=shortcut, disabled=not possible, on_click=go)


def _choose_look() -> str:
    return st.segmented_control(
        "Show the page",
        (_PICTURE, _TEXT),
        default=_PICTURE,
        required=True,
        key=_LOOK,
        label_visibility="collapsed",
    )


def _picture(page: DocumentPage, stop: Viewing) -> str | None:
    """The image of the page as HTML; None when the format has no pages, or the page cannot be drawn."""
    cited = _cited_on(page, stop)
    try:
        image = client().page_image(page.document_id, page.page, cited=cited, version=page.version)
    except UnsupportedFormat:
        return None
    except ParseError as problem:
        st.caption(label_text(str(problem)))
        return None
    if cited and not image.boxes:
        st.caption("The cited text could not be located on the image of this page. *As read* highlights it.")
    return picture_html(page, image)


def _show_text(page: DocumentPage, stop: Viewing) -> None:
    cited = _cited_on(page, stop)
    if page.text.strip():
        st.html(pieces_html(page_pieces(page, [cited] if cited else ())))
    else:
        st.caption("This page contains no text.")


def _cited_on(page: DocumentPage, stop: Viewing) -> Span | None:
    """The cited span, if a part of it is on the page."""
    cited = stop.cited
    if cited is None or min(cited[1], page.end) <= max(cited[0], page.start):
        return None
    return cited


def _show_lost(stop: Viewing) -> None:
    if stop.quote:
        st.html(pieces_html([Piece(stop.quote, cited=True)]))
    st.caption(
        "The document has since been deleted or replaced. Ask again to see what the documents say now."
    )
