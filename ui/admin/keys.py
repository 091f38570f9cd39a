"""API keys and their roles, and the audit log. The secret of a new key is shown once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import ROLES, Grant, Key, KeySpec, NewKey
from ui.escape import html_text, label_text
from ui.formatting import moment
from ui.problems import show_problem
from ui.session import client
from ui.tables import show_table

_MADE = "key-made"
_PROBLEM_KEY = "key-problem"
_ALL: Final = "all collections"
_AUDITED = 50


def show_keys() -> None:
    keys = client().access.keys()
    if not keys:
        st.info(
            "There are no API keys yet, so everyone on this machine can do everything. Once a key exists, "
            "every request needs one, and this page asks you to sign in."
        )
    problem: RagappError | None = st.session_state.pop(_PROBLEM_KEY, None)
    if problem is not None:
        show_problem(problem)
    _show_made()
    _show_key_form(first=not keys)
    for key in reversed(keys):
        _show_key(key)
    _show_audit()


def _show_made() -> None:
    made: NewKey | None = st.session_state.get(_MADE)
    if made is None:
        return
    with st.container(border=True, key="made-key"):
        st.markdown(f"**{label_text(made.key.name)}** was created. Copy it now: it will not be shown again.")
        st.code(made.secret, language=None)
        st.button("I have copied it", key="forget-secret", on_click=st.session_state.pop, args=(_MADE, None))


def _show_key_form(*, first: bool) -> None:
    names = [_ALL, *(collection.name for collection in client().collections())]
    with st.expander("Create a key", icon=":material/add:"), st.form("make-key", border=False):
        name = st.text_input("Name", max_chars=200, placeholder="The person or program that uses it")
        # The first key must be able to create others.
        role = st.selectbox("Role", ROLES, index=ROLES.index("admin") if first else 0)
        where = st.multiselect("Collections", names, default=[_ALL])
        days = st.number_input("Days until it expires", min_value=0, value=0, help="0 means never.")
        if st.form_submit_button("Create key", type="primary", icon=":material/key:"):
            _make(name.strip(), [Grant(role, None if one == _ALL else one) for one in where], days)


def _make(name: str, grants: Sequence[Grant], days: int) -> None:
    try:
        st.session_state[_MADE] = client().access.create_key(KeySpec(name, tuple(grants), days=days or None))
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem
    st.rerun()


def _show_key(key: Key) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"key-{key.id}"):
        grants = ", ".join(f"{grant.role} of {grant.collection or _ALL}" for grant in key.grants)
        st.html(
            f'<div class="ragapp-name" role="heading" aria-level="3">{html_text(key.name)}</div>'
            f'<div class="ragapp-soft">{html_text(grants)}</div>'
            f'<div class="ragapp-soft">{html_text(" · ".join(_times(key)))}</div>'
        )
        if key.revoked_at is not None:
            st.badge("Revoked", icon=":material/block:", color="gray")
            return
        with st.popover("Revoke", icon=":material/block:", key=f"ask-revoke-{key.id}"):
            st.markdown("Requests with this key will be rejected from now on. This cannot be undone.")
            st.button("Revoke it", key=f"revoke-{key.id}", on_click=_revoke, args=(key.id,))


def _times(key: Key) -> list[str]:
    return [
        f"made {moment(key.created_at)}",
        "never used" if key.last_used_at is None else f"last used {moment(key.last_used_at)}",
        *([] if key.expires_at is None else [f"expires {moment(key.expires_at)}"]),
    ]


def _revoke(key_id: str) -> None:
    try:
        client().access.revoke_key(key_id)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem


def _show_audit() -> None:
    with st.expander("Who did what", icon=":material/history:"):
        rows = [
            (moment(one.at), one.name, one.action, one.object, one.outcome, one.address)
            for one in client().access.audit(_AUDITED)
        ]
        show_table(("when", "who", "did", "to", "outcome", "from"), rows)
