"""Which collection the pages are about: one choice for all pages of a browser session.

It opens as the page's address says, else as the person chose last, on whatever machine; an open conversation
brings its own. The address always names it, so that a link leads where it was copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ragapp.errors import NotFoundError
from ui.session import DEFAULT_COLLECTION, client
from ui.signin import who

_KEY = "collection-choice"
_ADDRESS = "collection"


@dataclass(slots=True)
class _Choice:
    """`generation` counts changes by other means than the select box, as in `ui.documents.selection`."""

    name: str = ""
    generation: int = 0
    remembered: str | None = None

    def become(self, name: str) -> None:
        self.name = name
        self.generation += 1


def choose_collection() -> str:
    """Shows the choice and returns it."""
    choice = _choice()
    names = [collection.name for collection in client().collections()]
    _settle(choice, names)
    if choice.name not in names:  # the default one is made with its first document
        names.insert(0, choice.name)
    key = f"collection-{choice.generation}"
    st.selectbox(
        "Collection",
        names,
        index=names.index(choice.name),
        key=key,
        on_change=_take_over,
        args=(choice.generation, key),
        width=260,
    )
    if st.query_params.get(_ADDRESS) != choice.name:
        st.query_params[_ADDRESS] = choice.name
    _remember(choice)
    return choice.name


def choose_next(collection: str) -> None:
    """Makes `collection` the chosen one of the next `choose_collection`; empty: whichever a visit opens."""
    _choice().become(collection)


def _choice() -> _Choice:
    found: _Choice = st.session_state.setdefault(_KEY, _Choice())
    return found


def _settle(choice: _Choice, names: Sequence[str]) -> None:
    """Replaces a choice that is not made yet, that is gone, or that the browser's history replaces."""
    addressed = st.query_params.get(_ADDRESS, "")
    context = get_script_run_ctx()
    if context is not None and context.is_history_navigation and addressed in names:
        if addressed != choice.name:
            choice.become(addressed)
    elif choice.name not in {*names, DEFAULT_COLLECTION}:
        wanted = (addressed, who().last_collection or "", DEFAULT_COLLECTION, *names)
        choice.become(next((name for name in wanted if name in names), DEFAULT_COLLECTION))


def _take_over(generation: int, key: str) -> None:
    choice = _choice()
    if generation == choice.generation:
        choice.name = st.session_state[key]


def _remember(choice: _Choice) -> None:
    """For the next visit. The default collection may not be there yet, and is what opens without memory."""
    if choice.remembered is None:
        choice.remembered = who().last_collection or DEFAULT_COLLECTION
    if choice.name != choice.remembered:
        with suppress(NotFoundError):  # deleted at this moment
            client().access.remember_collection(choice.name)
        choice.remembered = choice.name
