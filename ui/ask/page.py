"""The page that asks."""

from __future__ import annotations

import streamlit as st

from ui.ask.asking import Asking
from ui.ask.reply import show_exchange
from ui.ask.welcome import show_empty, show_suggestions, show_waiting
from ui.session import choose_collection, client, conversation, documents_of
from ui.viewer import show_viewer


def show(documents_page: st.Page) -> None:
    """`documents_page` is where documents are added."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title("Ask your documents", anchor=False)
        collection = choose_collection()
    documents = documents_of(collection)
    searchable = any(document.live_version is not None for document in documents)
    _show_input(collection, searchable)
    exchanges = conversation(collection)
    for number in reversed(range(len(exchanges))):
        show_exchange(exchanges[number], f"{collection}-{number}")
    if not documents:
        show_empty(documents_page)
    elif not searchable:
        show_waiting(collection)
    elif not exchanges:
        show_suggestions(documents, lambda question: _ask(question, collection))
    show_viewer()


def _show_input(collection: str, searchable: bool) -> None:
    # In a container the input stands above the newest answer. At the bottom of the page, its usual place,
    # it would keep the page scrolled down, away from where an answer begins.
    with st.container():
        question = st.chat_input(
            "Ask a question" if searchable else "Questions can be asked once a document is searchable",
            key="question",
            disabled=not searchable,
            max_chars=2000,
        )
    if question and question.strip():
        _ask(question.strip(), collection)


def _ask(question: str, collection: str) -> None:
    conversation(collection).append(Asking(client(), question, collection))
