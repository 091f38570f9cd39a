"""The evidence of an answer, shown where it is claimed: the cited words, marked, among their neighbours."""

from __future__ import annotations

import streamlit as st

from ragapp.errors import NotFoundError
from ragapp.types import Citation, Hit
from ui.escape import html_text, label_text
from ui.excerpts import Excerpt, Piece, Span, around, excerpt_html
from ui.problems import problems_shown
from ui.session import client
from ui.viewer import Viewing, view


def citation_label(citation: Citation) -> str:
    """The words on a citation's chip."""
    return f"**{citation.number}** {label_text(citation.document_name)}, page {citation.page}"


def show_citation(citation: Citation, key: str) -> None:
    """The quote on its page, with a way to the whole page."""
    with st.container(border=True, key=f"source-{key}"), problems_shown():
        _show_origin(citation.document_name, citation.page)
        try:
            parsed = client().document_text(citation.document_id, citation.version)
        except NotFoundError:
            _show_lost(citation)
            return
        cited = (citation.start, citation.end)
        st.html(excerpt_html(around(parsed, cited)))
        _offer_page(citation, cited, key)


def show_hits(hits: tuple[Hit, ...], key: str) -> None:
    """Passages that a search found, best first."""
    for place, hit in enumerate(hits, start=1):
        with st.container(border=True, key=f"passage-{key}-{place}"):
            _show_origin(hit.document_name, hit.page, hit.heading)
            st.html(excerpt_html(Excerpt((Piece(hit.text, cited=False),))))
            _offer_page(hit, (hit.start, hit.end), f"{key}-{place}")


def _show_origin(document_name: str, page: int, heading: str | None = None) -> None:
    section = f" · {html_text(heading)}" if heading else ""
    st.html(
        f'<div class="ragapp-name">{html_text(document_name)}</div>'
        f'<div class="ragapp-soft">Page {page}{section}</div>'
    )


def _show_lost(citation: Citation) -> None:
    st.html(excerpt_html(Excerpt((Piece(citation.quote, cited=True),))))
    st.caption("The document was deleted or replaced since; ask again to see what the documents say now.")


def _offer_page(found: Citation | Hit, cited: Span, key: str) -> None:
    viewing = Viewing(found.document_id, found.document_name, found.version, found.page, (cited,))
    st.button(
        "Read the whole page",
        key=f"read-{key}",
        icon=":material/menu_book:",
        on_click=view,
        args=(viewing,),
    )
