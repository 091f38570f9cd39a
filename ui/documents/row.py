"""One document in the list: how far it has come, what it is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import Document, Status
from ui.escape import html_text
from ui.problems import show_problem
from ui.session import client
from ui.viewer import Viewing, view

_PROBLEM_KEY = "document-problem"


class _Stage(NamedTuple):
    words: str
    icon: str
    color: Literal["gray", "blue", "green", "red"]


_STAGES: Final[Mapping[Status, _Stage]] = {
    "queued": _Stage("Queued", ":material/schedule:", "gray"),
    "parsing": _Stage("Parsing", ":material/description:", "blue"),
    "searchable": _Stage("Searchable by words", ":material/search:", "blue"),
    "ready": _Stage("Ready", ":material/check_circle:", "green"),
    "failed": _Stage("Failed", ":material/error:", "red"),
}


def show_row(document: Document) -> None:
    """`document` and, beside it, what can be done with it."""
    with st.container(border=True, key=f"row-{document.id}"):
        description, actions = st.columns([3, 2], vertical_alignment="center")
        with description:
            _show_description(document)
        with actions, st.container(horizontal=True, horizontal_alignment="right"):
            _show_actions(document)
        _show_problem(document.id)


def _show_description(document: Document) -> None:
    st.html(
        f'<div class="ragapp-name" role="heading" aria-level="3">{html_text(document.name)}</div>'
        f'<div class="ragapp-soft">{" · ".join(_facts(document))}</div>'
    )
    stage = _STAGES[document.status]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(stage.words, icon=stage.icon, color=stage.color)
        if document.status == "searchable":
            st.html(_embedding_progress(document))
    if document.error:
        st.html(f'<div class="ragapp-error">{html_text(document.error)}</div>')


def _facts(document: Document) -> list[str]:
    return [
        *([_counted(document.pages, "page")] if document.pages else []),
        *([_counted(document.chunks, "chunk")] if document.chunks else []),
        _size(document.size),
        f"version {document.version}",
        f"{_local(document.accepted_at):%d %b %Y, %H:%M}",
    ]


def _embedding_progress(document: Document) -> str:
    return (
        f'<progress class="ragapp-progress" value="{document.embedded}" max="{document.chunks}" '
        f'aria-label="Passages embedded"></progress> '
        f'<span class="ragapp-soft">{document.embedded} of {document.chunks} passages embedded</span>'
    )


def _show_actions(document: Document) -> None:
    viewing = Viewing(document.id, document.name, None, page=1)
    st.button(
        "Preview",
        key=f"preview-{document.id}",
        icon=":material/visibility:",
        disabled=document.live_version is None,
        on_click=view,
        args=(viewing,),
    )
    with st.popover("Delete", icon=":material/delete:", key=f"ask-delete-{document.id}"):
        st.html(f'<div>Delete <span class="ragapp-name">{html_text(document.name)}</span>?</div>')
        st.button("Delete it", key=f"delete-{document.id}", on_click=_delete, args=(document.id,))


def _delete(document_id: str) -> None:
    st.session_state.pop(_PROBLEM_KEY, None)
    try:
        client().delete_document(document_id)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = (document_id, problem)


def _show_problem(document_id: str) -> None:
    about, problem = st.session_state.get(_PROBLEM_KEY, (None, None))
    if about == document_id and problem is not None:
        show_problem(problem)


def _local(moment: datetime) -> datetime:
    """`moment` on the reader's clock, as the browser tells it."""
    return moment.astimezone(ZoneInfo(st.context.timezone or "UTC"))


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _size(size: int) -> str:
    """Bytes as people read them, in powers of 1000."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
