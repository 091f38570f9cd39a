"""The collection that the pages show: one choice for all pages of a browser session.

The choice starts with the collection that the page's address names, otherwise with the one that this person
chose last, on any machine. Opening a conversation selects its collection. The address always names the
choice, so that a copied link opens the same collection.
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
    """The chosen collection. `generation` counts changes that were not made with the select box, as in
    `ui.documents.selection`.
    """

    name: str = ""
    generation: int = 0
    remembered: str | None = None

    def become(self, name: str) -> None:
        self.name = name
        self.generation += 1


def choose_collection() -> str:
    """Shows the select box and returns the chosen collection."""
    choice = _choice()
    names = [collection.name for collection in client().collections()]
    _update_choice(choice, names)
    if choice.name not in names:  # the default collection is created with its first document
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
    """Makes the next `choose_collection` choose `collection`, or the initial choice if it is empty."""
    _choice().become(collection)


def _choice() -> _Choice:
    found: _Choice = st.session_state.setdefault(_KEY, _Choice())
    return found


def _update_choice(choice: _Choice, names: Sequence[str]) -> None:
    """Replaces the choice if none is made yet, if its collection is gone, or if the browser's history names
    another.
    """
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
    """Stores the choice for the next visit. The default collection may not exist yet, and opens anyway when
    nothing is stored.
    """
    if choice.remembered is None:
        choice.remembered = who().last_collection or DEFAULT_COLLECTION
    if choice.name != choice.remembered:
        with suppress(NotFoundError):  # just deleted
            client().access.remember_collection(choice.name)
        choice.remembered = choice.name
