"""The Ask page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ragapp.types import Listing
from ui.ask.chat import Chat, open_chat
from ui.ask.conversations import show_conversations
from ui.ask.exchange import show_exchange
from ui.ask.welcome import show_beginning, show_empty, show_waiting
from ui.choice import choose_collection
from ui.outage import refreshing
from ui.problems import problems_shown
from ui.session import listing_of
from ui.table_viewer import show_tables
from ui.viewer import show_viewer

_STYLE = Path(__file__).with_name("ask.css")
_SENT = "question-sent"
_SAMPLED = 20
"""The number of documents among which the sample documents are looked for."""


def show(documents_page: st.Page) -> None:
    """Shows the Ask page. `documents_page` is the page to link to for adding documents."""
    st.html(_STYLE)
    chat = open_chat()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title("Ask your documents", anchor=False)
        collection = choose_collection()
    listing = listing_of(collection, count=_SAMPLED)
    _answer_input(chat, collection, searchable=_is_searchable(listing))
    show_conversations(chat)
    for number, exchange in enumerate(chat.exchanges):
        show_exchange(chat, exchange, f"{chat.conversation_id}-{number}")
    if not chat.exchanges:
        _show_welcome(documents_page, chat, collection, listing)
    show_viewer()
    show_tables()


def _answer_input(chat: Chat, collection: str, *, searchable: bool) -> None:
    st.chat_input(
        "Ask a question" if searchable else "You can ask as soon as a document is searchable",
        key="question",
        disabled=not searchable,
        max_chars=2000,
        on_submit=_note_question,
        args=(collection,),
    )
    if _SENT in st.session_state:
        with refreshing():
            chat.ask(*st.session_state[_SENT])
        del st.session_state[_SENT]


def _note_question(collection: str) -> None:
    """Remembers the question until it is sent, because the API may be unavailable or the run may be
    interrupted.
    """
    question = str(st.session_state["question"] or "").strip()
    if question:
        st.session_state[_SENT] = (question, collection)


def _ask(chat: Chat, question: str, collection: str) -> None:
    with problems_shown():
        chat.ask(question, collection)


def _show_welcome(documents_page: st.Page, chat: Chat, collection: str, listing: Listing) -> None:
    if not listing.documents:
        show_empty(documents_page)
    elif not _is_searchable(listing):
        show_waiting(collection)
    else:
        show_beginning(listing.documents, lambda question: _ask(chat, question, collection), documents_page)


def _is_searchable(listing: Listing) -> bool:
    # A document whose newest version is in progress or failed may still be searchable in an older one.
    known = listing.statuses.get("ready", 0) + listing.statuses.get("searchable", 0)
    return known > 0 or any(document.live_version is not None for document in listing.documents)
