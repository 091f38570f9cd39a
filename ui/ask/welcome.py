"""What stands on the page before the first question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from ragapp.types import Document
from ui.escape import label_text

SUGGESTION_KEY: Final = "suggested_question"
"""A document may carry, as metadata of this name, a question that it answers; our samples do."""

_MOST = 4


def show_empty(documents_page: st.Page) -> None:
    """For a collection without documents."""
    st.subheader("Answers you can check", anchor=False)
    st.markdown(
        "1. **Add documents** on the Documents page: PDF, Markdown, HTML or plain text.\n"
        "2. **Ask** in your own words, as soon as a document is searchable.\n"
        "3. **Check** each sentence: press its source to see the very words on their page."
    )
    st.page_link(documents_page, label="Add documents", icon=":material/upload_file:")


def show_suggestions(documents: Sequence[Document], ask: Callable[[str], None]) -> None:
    """Questions to begin with, where documents bring some."""
    questions = [
        document.metadata[SUGGESTION_KEY] for document in documents if SUGGESTION_KEY in document.metadata
    ]
    if not questions:
        st.caption("Ask about your documents below. Every sentence of an answer shows the words it rests on.")
        return
    st.subheader("Try a question", anchor=False)
    for number, question in enumerate(questions[:_MOST]):
        st.button(
            label_text(question),
            key=f"suggestion-{number}",
            icon=":material/arrow_outward:",
            on_click=ask,
            args=(question,),
        )
