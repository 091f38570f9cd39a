"""How a problem looks: what happened and what to do, in the place where it happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ragapp.errors import RagappError
from ui.escape import label_text


def show_problem(problem: RagappError, about: str | None = None) -> None:
    """The problem's own words, which say what to do next; `about` names what it befell."""
    words = label_text(str(problem))
    st.error(f"**{label_text(about)}**: {words}" if about else words, icon=":material/error:")


@contextmanager
def problems_shown() -> Iterator[None]:
    """Shows what ragapp raises inside the block, and ends the block there."""
    try:
        yield
    except RagappError as problem:
        show_problem(problem)
