"""The Ask page before the first question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import streamlit as st

from ragapp.types import Document
from ui.escape import label_text
from ui.outage import refreshing
from ui.session import client, listing_of

_SAMPLE_QUESTIONS: Final[Mapping[str, str]] = {
    "amazon-rainforest.pdf": "How much of the Amazon rainforest is in Brazil?",
    "apollo-program.html": "What was the budget for restoring the Apollo 11 broadcast?",
    "black-death.md": "How many people died of the plague in Paris in 1466?",
    "oxygen.txt": "Who discovered oxygen?",
}
"""A question for each sample document, by the name of the document."""

_REFRESH_SECONDS = 1.0


def show_empty(documents_page: st.Page) -> None:
    """Shown for a collection without documents."""
    st.header("Answers you can check", anchor=False)
    st.markdown(
        "1. **Add documents** on the Documents page: PDF, Office, web pages, mail, pictures and more.\n"
        "2. **Ask** in your own words, as soon as a document is searchable.\n"
        "3. **Check** each sentence: press its source to see the cited text on its page."
    )
    st.page_link(documents_page, label="Add documents", icon=":material/upload_file:")


def show_waiting(collection: str) -> None:
    """Shows that no document of the collection is searchable yet. The page continues as soon as one is."""
    st.fragment(_wait, run_every=_REFRESH_SECONDS)(collection)


def show_beginning(
    documents: Sequence[Document], ask: Callable[[str], None], documents_page: st.Page
) -> None:
    """Shows what precedes the first question: three steps that begin with a sample question, or, in a
    collection without the sample documents, one sentence about how answers work.
    """
    _note_missing_model()
    searchable = {document.name for document in documents if document.live_version is not None}
    questions = [question for name, question in _SAMPLE_QUESTIONS.items() if name in searchable]
    if not questions:
        st.caption("Every sentence of an answer shows its sources. Press one to read the cited text.")
        return
    st.header("Answers you can check", anchor=False)
    st.markdown("**1. Ask** one of these questions about the sample documents, or write your own below.")
    with st.container(gap="xsmall", key="suggestions"):
        _offer_questions(questions, ask)
    st.markdown("**2. Check** each sentence: press its source to see the cited text on its page.")
    st.markdown("**3. Add** documents of your own: PDF, Office, web pages, mail, pictures and more.")
    st.page_link(documents_page, label="Add documents", icon=":material/upload_file:")


def _offer_questions(questions: Sequence[str], ask: Callable[[str], None]) -> None:
    for number, question in enumerate(questions):
        st.button(
            label_text(question),
            key=f"suggestion-{number}",
            icon=":material/arrow_outward:",
            on_click=ask,
            args=(question,),
        )


def _note_missing_model() -> None:
    missing = client().status().models.generator_unavailable
    if missing:
        st.caption(f"For now, answers are quoted from the documents. {label_text(missing)}")


def _wait(collection: str) -> None:
    with refreshing():
        documents = listing_of(collection).documents
        if any(document.live_version is not None for document in documents):
            st.rerun()
        if all(document.status == "failed" for document in documents):
            st.warning("None of the documents could be read. The Documents page says why.")
        else:
            st.html('<p class="ragapp-soft" role="status">The documents are being read…</p>')
