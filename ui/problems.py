"""Shows errors where they occur, with what to do about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ragapp.errors import RagappError
from ui.escape import label_text


def show_problem(problem: RagappError, about: str | None = None) -> None:
    """Shows the message of an error, which says what to do next. `about` names the affected object."""
    words = label_text(str(problem))
    st.error(f"**{label_text(about)}**: {words}" if about else words, icon=":material/error:")


@contextmanager
def problems_shown() -> Iterator[None]:
    """Catches an error that ragapp raises inside the block, and shows it."""
    try:
        yield
    except RagappError as problem:
        show_problem(problem)
