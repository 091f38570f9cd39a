"""The Documents page."""

from __future__ import annotations

import streamlit as st

from ui.choice import choose_collection
from ui.documents.collections import show_collection_tools, show_reindexing
from ui.documents.listing import show_documents
from ui.documents.metadata import show_metadata_editor
from ui.documents.preview import show_preview
from ui.documents.upload import show_upload
from ui.signin import may
from ui.table_viewer import show_tables


def show() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title("Documents", anchor=False)
        collection = choose_collection()
        show_collection_tools(collection)
    show_reindexing(collection)
    if may("editor", collection):
        show_upload(collection)
    show_documents(collection)
    show_preview()
    show_tables()
    show_metadata_editor()
