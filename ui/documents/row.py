"""A row of the document list: the status and properties of a document, and its actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import Document, ReadingGap, Status
from ui.documents.metadata import edit_metadata
from ui.documents.preview import preview
from ui.documents.selection import selection_in, show_tick
from ui.escape import html_text
from ui.formatting import counted, moment, size
from ui.problems import show_problem
from ui.session import client
from ui.signin import may
from ui.table_viewer import view_tables

_PROBLEM_KEY = "document-problem"


class Stage(NamedTuple):
    words: str
    icon: str
    color: Literal["gray", "blue", "green", "orange", "red"]


STAGES: Final[Mapping[Status, Stage]] = {
    "queued": Stage("Queued", ":material/schedule:", "gray"),
    "parsing": Stage("Parsing", ":material/description:", "blue"),
    "searchable": Stage("Searchable by keywords", ":material/search:", "blue"),
    "ready": Stage("Ready", ":material/check_circle:", "green"),
    "failed": Stage("Failed", ":material/error:", "red"),
}
WITH_GAPS: Final = Stage("Ready with gaps", ":material/report:", "orange")


def show_row(document: Document) -> None:
    """Shows a document and, next to it, its actions."""
    with st.container(border=True, key=f"row-{document.id}"):
        description, actions = st.columns([5, 4], vertical_alignment="center")
        with description, st.container(horizontal=True, wrap=False):
            if may("editor", document.collection):
                show_tick(document)
            with st.container():
                _show_description(document)
        with actions, st.container(horizontal=True, horizontal_alignment="right"):
            _show_actions(document)
        _show_problem(document.id)


def _show_description(document: Document) -> None:
    st.html(
        f'<div class="ragapp-name" role="heading" aria-level="3">{html_text(document.name)}</div>'
        f'<div class="ragapp-soft">{" · ".join(_facts(document))}</div>{_metadata(document)}'
    )
    stage = WITH_GAPS if document.status == "ready" and document.gaps else STAGES[document.status]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(stage.words, icon=stage.icon, color=stage.color)
        if document.id in selection_in(document.collection).marked:
            st.badge("Marked for deletion", icon=":material/delete:", color="orange")
        if document.status == "searchable":
            st.html(_embedding_progress(document))
    if document.error:
        st.html(f'<div class="ragapp-error">{html_text(document.error)}</div>')
    if document.gaps:
        with st.expander(f"What was not read ({len(document.gaps)})", icon=":material/report:"):
            st.html(_reading_report(document.gaps))


def _facts(document: Document) -> list[str]:
    return [
        *([counted(document.pages, "page")] if document.pages else []),
        *([counted(document.chunks, "chunk")] if document.chunks else []),
        size(document.size),
        f"version {document.version}",
        moment(document.accepted_at),
    ]


def _metadata(document: Document) -> str:
    pairs = (f"{html_text(name)}: {html_text(value)}" for name, value in sorted(document.metadata.items()))
    shown = "".join(f'<span class="ragapp-tag">{pair}</span>' for pair in pairs)
    return f'<div class="ragapp-tags">{shown}</div>' if shown else ""


def _reading_report(gaps: Sequence[ReadingGap]) -> str:
    entries = (f"<li><b>{html_text(gap.where)}</b>: {html_text(gap.why)}</li>" for gap in gaps)
    return f'<ul class="ragapp-gaps">{"".join(entries)}</ul>'


def _embedding_progress(document: Document) -> str:
    return (
        f'<progress class="ragapp-progress" value="{document.embedded}" max="{document.chunks}" '
        'aria-label="Passages embedded"></progress> '
        f'<span class="ragapp-soft">{document.embedded} of {document.chunks} passages embedded</span>'
    )


def _show_actions(document: Document) -> None:
    if document.status == "failed" and may("editor", document.collection):
        st.button(
            "Retry",
            key=f"retry-{document.id}",
            icon=":material/replay:",
            on_click=_retry,
            args=(document.id,),
        )
    st.button(
        "Preview",
        key=f"preview-{document.id}",
        icon=":material/visibility:",
        disabled=document.live_version is None,
        on_click=preview,
        args=(document,),
    )
    st.button(
        "Tables",
        key=f"tables-{document.id}",
        icon=":material/table:",
        disabled=document.live_version is None,
        on_click=view_tables,
        args=(document.id, document.name),
    )
    if may("editor", document.collection):
        _show_editors_actions(document)


def _show_editors_actions(document: Document) -> None:
    st.button(
        "Metadata",
        key=f"metadata-{document.id}",
        icon=":material/sell:",
        on_click=edit_metadata,
        args=(document,),
    )
    st.button(
        "Delete",
        key=f"delete-{document.id}",
        icon=":material/delete:",
        disabled=document.id in selection_in(document.collection).marked,
        on_click=selection_in(document.collection).mark,
        args=({document.id: document.name},),
    )


def _retry(document_id: str) -> None:
    st.session_state.pop(_PROBLEM_KEY, None)
    try:
        client().retry_job(document_id)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = (document_id, problem)


def _show_problem(document_id: str) -> None:
    about, problem = st.session_state.get(_PROBLEM_KEY, (None, None))
    if about == document_id and problem is not None:
        show_problem(problem)
