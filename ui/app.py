"""The script that Streamlit runs for each browser session. It sets up sign-in and the navigation between
pages.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ragapp.errors import AuthenticationError, RagappError
from ui.admin import page as admin
from ui.ask import page as ask
from ui.documents import page as documents
from ui.evals import page as evals
from ui.outage import PASSING, server_answers, wait_out
from ui.problems import show_problem
from ui.signin import may, show_account, show_sign_in

_HERE = Path(__file__).parent
_RETRY_SECONDS = 2.0
_SHOWN = "a-page-was-shown"


def main() -> None:
    st.set_page_config(page_title="ragapp", page_icon=_HERE / "icon.svg", layout="centered")
    st.html(_HERE / "style.css")
    st.logo(_HERE / "icon.svg")
    try:
        _show_pages(is_admin=may("admin", None))
        st.session_state[_SHOWN] = True
    except AuthenticationError as refusal:
        show_sign_in(refusal)
    except RagappError as problem:
        if isinstance(problem, PASSING) and _SHOWN in st.session_state:
            wait_out(problem)
        show_problem(problem)
        _offer_retry()


def _show_pages(*, is_admin: bool) -> None:
    documents_page = st.Page(
        documents.show, title="Documents", icon=":material/folder_open:", url_path="documents"
    )
    ask_page = st.Page(
        lambda: ask.show(documents_page), title="Ask", icon=":material/forum:", url_path="ask", default=True
    )
    admin_pages = [
        st.Page(evals.show, title="Evals", icon=":material/query_stats:", url_path="evals"),
        st.Page(admin.show, title="Admin", icon=":material/settings:", url_path="admin"),
    ]
    page = st.navigation([ask_page, documents_page, *(admin_pages if is_admin else [])], position="top")
    show_account()
    if page is ask_page:
        page.run()
    else:
        with st.container(key="wide"):
            page.run()


def _offer_retry() -> None:
    st.button("Try again", icon=":material/refresh:")
    if not server_answers():
        st.fragment(_go_on_when_the_server_answers, run_every=_RETRY_SECONDS)()


def _go_on_when_the_server_answers() -> None:
    if server_answers():
        st.rerun()


main()
