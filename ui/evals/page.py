"""The Evals page. It shows one section at a time, and requests the data of that section only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from ui.evals.comparing import show_comparison
from ui.evals.runs import show_runs
from ui.evals.sets import show_sets
from ui.evals.starting import show_start
from ui.outage import refreshing

_SECTIONS: Final[Mapping[str, Callable[[], None]]] = {
    "Runs": show_runs,
    "Compare": show_comparison,
    "Questions": show_sets,
}


def show() -> None:
    st.title("Evals", anchor=False)
    with refreshing():
        show_start()
        chosen = st.segmented_control(
            "Section",
            list(_SECTIONS),
            default="Runs",
            required=True,
            key="evals-section",
            bind="query-params",
            label_visibility="collapsed",
        )
        _SECTIONS[chosen]()
