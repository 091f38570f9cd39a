"""The administration page. It shows one section at a time, and requests the data of that section only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from ui.admin.cache import show_cache
from ui.admin.checks import show_checks
from ui.admin.keys import show_keys
from ui.admin.models import show_models
from ui.admin.overview import show_overview
from ui.admin.queue import show_queue
from ui.outage import refreshing

_SECTIONS: Final[Mapping[str, Callable[[], None]]] = {
    "Overview": show_overview,
    "Queue": show_queue,
    "Cache": show_cache,
    "Models": show_models,
    "Keys": show_keys,
    "Health": show_checks,
}


def show() -> None:
    st.title("Admin", anchor=False)
    chosen = st.segmented_control(
        "Section",
        list(_SECTIONS),
        default="Overview",
        required=True,
        key="section",
        bind="query-params",
        label_visibility="collapsed",
    )
    with refreshing():
        _SECTIONS[chosen]()
