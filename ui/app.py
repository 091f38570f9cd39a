"""The script that Streamlit runs for each browser session: the frame and the two pages."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ragapp.errors import RagappError
from ui.ask import page as ask
from ui.documents import page as documents
from ui.problems import show_problem
from ui.session import server_answers

_HERE = Path(__file__).parent
_RETRY_SECONDS = 2.0


def main() -> None:
    st.set_page_config(page_title="ragapp", page_icon=_HERE / "icon.svg", layout="centered")
    st.html(_HERE / "style.css")
    st.logo(_HERE / "icon.svg")
    documents_page = st.Page(
        documents.show, title="Documents", icon=":material/folder_open:", url_path="documents"
    )
    ask_page = st.Page(
        lambda: ask.show(documents_page), title="Ask", icon=":material/forum:", url_path="ask", default=True
    )
    page = st.navigation([ask_page, documents_page], position="top")
    try:
        page.run()
    except RagappError as problem:
        show_problem(problem)
        _offer_retry()


def _offer_retry() -> None:
    st.button("Try again", icon=":material/refresh:")
    if not server_answers():
        st.fragment(_go_on_when_the_server_answers, run_every=_RETRY_SECONDS)()


def _go_on_when_the_server_answers() -> None:
    if server_answers():
        st.rerun()


main()
