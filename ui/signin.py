"""Who uses the page, and what they may do there. The key is kept in the browser session alone."""

from __future__ import annotations

import time

import streamlit as st

from ragapp.doors.wire import Me
from ragapp.errors import AuthenticationError
from ragapp.types import Caller, Role
from ui.escape import label_text
from ui.problems import show_problem
from ui.session import API_KEY, client

_KNOWN = "signed-in"
_KNOWN_SECONDS = 20.0
"""After so long the server is asked again: a key may be revoked, or allowed more."""


def may(role: Role, collection: str | None) -> bool:
    """Whether that role, or a higher one, is held in the collection, or in all when it is None.

    Decides what is shown. What may be done, the server decides. Raises AuthenticationError.
    """
    me = who()
    return Caller(me.id, me.name, me.grants).may(role, collection)


def who() -> Me:
    """Raises AuthenticationError when the server wants a key."""
    asked_at, me = st.session_state.get(_KNOWN, (0.0, None))
    if me is None or time.monotonic() - asked_at > _KNOWN_SECONDS:
        me = client().access.me()
        st.session_state[_KNOWN] = (time.monotonic(), me)
    found: Me = me
    return found


def show_sign_in(refusal: AuthenticationError) -> None:
    """In place of any page, while the server wants a key that the session does not have."""
    st.title("Sign in", anchor=False)
    if st.session_state.get(API_KEY):
        show_problem(refusal)
        _forget()
    else:
        st.markdown("This server wants an API key. Whoever keeps it makes one with `ragapp keys create`.")
    with st.form("sign-in", border=False):
        key = st.text_input("API key", type="password", autocomplete="current-password")
        if st.form_submit_button("Sign in", type="primary", icon=":material/login:") and key.strip():
            st.session_state[API_KEY] = key.strip()
            st.rerun()


def show_account() -> None:
    """Who is signed in, with the way out. Nothing where no key is needed."""
    me = who()
    if not me.id:
        return
    with st.popover(label_text(me.name), icon=":material/account_circle:", key="account"):
        for grant in me.grants:
            where = "all collections" if grant.collection is None else label_text(grant.collection)
            st.markdown(f"{grant.role} of {where}")
        st.caption(f"{me.usage.questions:,} questions asked today")
        st.button("Sign out", key="sign-out", icon=":material/logout:", on_click=_sign_out)


def _sign_out() -> None:
    """Nothing of what the key showed stays in the session."""
    st.session_state.clear()


def _forget() -> None:
    st.session_state.pop(API_KEY, None)
    st.session_state.pop(_KNOWN, None)
