"""The signed-in user and their roles. Signing in and out are plain forms: see `ui.web.session`."""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import urlencode, urlsplit

import streamlit as st

from ragapp.api.schemas import Me
from ragapp.errors import AuthenticationError
from ragapp.types import Caller, Role
from ui.escape import html_text, label_text
from ui.problems import show_problem
from ui.session import api_key, client
from ui.web.session import FAILED, SIGN_IN, SIGN_OUT

_KNOWN = "signed-in"
_KNOWN_SECONDS = 20.0
"""How long the roles of a key are cached: the key may be revoked, or be granted more."""

_FAILURES: Final = {
    "refused": "The server does not accept this key. Check that it was copied completely, or ask an admin "
    "for a new one.",
    "unavailable": "The server could not check the key. Check that it is running, and sign in again.",
}


def may(role: Role, collection: str | None) -> bool:
    """Whether the user has that role, or a higher one, in the collection, or in all of them if it is None.

    This only decides what the page shows; the server checks each request. Raises AuthenticationError.
    """
    me = who()
    return Caller(me.id, me.name, me.grants).may(role, collection)


def who() -> Me:
    """The signed-in user. Raises AuthenticationError when the server requires a key."""
    checked_at, key, me = st.session_state.get(_KNOWN, (0.0, "", None))
    if me is None or key != api_key() or time.monotonic() - checked_at > _KNOWN_SECONDS:
        found = client().access.me()
        if me is not None and me.id != found.id:
            st.session_state.clear()  # another user has signed in with this browser
        me = found
        st.session_state[_KNOWN] = (time.monotonic(), api_key(), me)
    known: Me = me
    return known


def show_sign_in(refusal: AuthenticationError) -> None:
    """Shows the sign-in form instead of a page, while the server requires a key and the browser has none."""
    st.session_state.clear()
    st.title("Sign in", anchor=False)
    failed = st.query_params.get(FAILED, "")
    if failed in _FAILURES:
        st.error(_FAILURES[failed], icon=":material/error:")
    elif api_key():
        show_problem(refusal)
    else:
        st.markdown(
            "This server requires an API key. Its administrator can create one with `ragapp keys create`."
        )
    st.html(
        f'<form class="ragapp-form" method="post" action="{SIGN_IN}">'
        f'<input type="hidden" name="back" value="{html_text(_address())}">'
        '<label for="ragapp-api-key">API key</label>'
        '<input id="ragapp-api-key" type="password" name="api-key" autocomplete="current-password" required>'
        '<button type="submit">Sign in</button></form>'
    )


def show_account() -> None:
    """Shows the signed-in user and the button to sign out, or nothing if the server requires no key."""
    me = who()
    if not me.id:
        return
    if FAILED in st.query_params:
        del st.query_params[FAILED]
    with st.popover(label_text(me.name), icon=":material/account_circle:", key="account"):
        for grant in me.grants:
            where = "all collections" if grant.collection is None else label_text(grant.collection)
            st.markdown(f"{grant.role} of {where}")
        st.caption(f"{me.usage.questions:,} questions asked today")
        st.html(
            f'<form class="ragapp-form" method="post" action="{SIGN_OUT}">'
            '<button type="submit">Sign out</button></form>'
        )


def _address() -> str:
    """The path of the requested page with its query."""
    asked = urlencode(st.query_params.to_dict())
    path = urlsplit(st.context.url or "/").path
    return f"{path}?{asked}" if asked else path
