"""The sources of an answer: a button for each citation, and the passages that were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from ragapp.types import Answer, Citation, Hit, Sentence
from ui.ask.verdicts import Label, label_of
from ui.escape import html_text, label_text
from ui.excerpts import Piece, pieces_html
from ui.table_viewer import view_tables
from ui.viewer import Viewing, view

_LONGEST_NAME: Final = 36
"""Characters of a document's name on a button; the viewer shows the whole name."""


def tour_of(answer: Answer) -> tuple[Viewing, ...]:
    """All citations of an answer in the order in which the viewer steps through them."""
    citations = {citation.number: citation for citation in answer.citations}
    return tuple(
        _viewing(sentence, label_of(sentence, answer), citations[number])
        for sentence in answer.sentences
        for number in sentence.citations
        if number in citations
    )


def show_chips(
    sentence: Sentence, label: Label, citations: Mapping[int, Citation], tour: Sequence[Viewing], key: str
) -> None:
    """Shows a button for each source of the sentence, which opens the cited text on its page."""
    for number in sentence.citations:
        if number in citations:
            citation = citations[number]
            st.button(
                f"**{number}** {label_text(_short(citation.document_name))}, page {citation.page}",
                key=f"chip-{key}-{number}",
                on_click=view,
                args=(_viewing(sentence, label, citation), tour),
            )
            if citation.cells:
                st.button(
                    "Its table",
                    key=f"table-{key}-{number}",
                    icon=":material/table:",
                    type="tertiary",
                    on_click=view_tables,
                    args=(citation.document_id, citation.document_name, citation.cells[0].start),
                )


def show_nearest(nearest: Sequence[Citation], key: str) -> None:
    """Shows sentences that come close to an answer, each with a button that opens its page."""
    tour = tuple(_viewing_of(one) for one in nearest)
    for one, viewing in zip(nearest, tour, strict=True):
        with st.container(gap="xsmall", key=f"nearest-{key}-{one.number}"):
            st.html(f'<p class="ragapp-soft">{html_text(one.quote)}</p>')
            st.button(
                f"{label_text(_short(one.document_name))}, page {one.page}",
                key=f"near-{key}-{one.number}",
                on_click=view,
                args=(viewing, tour),
            )


def show_hits(hits: Sequence[Hit], key: str) -> None:
    """Shows the passages that a search found, best first."""
    for place, hit in enumerate(hits, start=1):
        section = f" · {html_text(hit.heading)}" if hit.heading else ""
        with st.container(border=True, key=f"passage-{key}-{place}"):
            st.html(
                f'<div class="ragapp-name">{html_text(hit.document_name)}</div>'
                f'<div class="ragapp-soft">Page {hit.page}{section}</div>'
            )
            st.html(pieces_html([Piece(hit.text, cited=False)]))
            viewing = Viewing(
                hit.document_id,
                hit.document_name,
                hit.version,
                hit.page,
                (hit.start, hit.end),
                quote=hit.text,
            )
            st.button(
                "Show on its page",
                key=f"read-{key}-{place}",
                icon=":material/menu_book:",
                type="tertiary",
                on_click=view,
                args=(viewing,),
            )


def _viewing_of(citation: Citation) -> Viewing:
    return Viewing(
        citation.document_id,
        citation.document_name,
        citation.version,
        citation.page,
        (citation.start, citation.end),
        quote=citation.quote,
    )


def _viewing(sentence: Sentence, label: Label, citation: Citation) -> Viewing:
    return replace(_viewing_of(citation), label=label.words, claim=sentence.text)


def _short(name: str) -> str:
    if len(name) <= _LONGEST_NAME:
        return name
    half = _LONGEST_NAME // 2
    return f"{name[:half]}…{name[-half:]}"
