"""Keeps the page as it is while the API does not respond.

At the end of a run of the script, Streamlit removes every element that the run has not shown. So the run
waits until the API responds, and then runs again. Text that is typed meanwhile is not lost, and a question
that is sent meanwhile is asked afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import streamlit as st

from ragapp.errors import BusyError, RagappError, ServerUnavailable, StorageUnavailable
from ui.escape import label_text
from ui.problems import show_problem
from ui.session import client

PASSING: Final = (ServerUnavailable, BusyError, StorageUnavailable)
"""Errors that end by themselves and have nothing to do with the request."""

_ASK_SECONDS: Final = 1.0
_REMIND_SECONDS: Final = 10


@contextmanager
def refreshing() -> Iterator[None]:
    """A block in a fragment that refreshes itself: waits while the API is unavailable, and shows other
    errors.
    """
    try:
        yield
    except PASSING as problem:
        wait_out(problem)
    except RagappError as problem:
        show_problem(problem)


def wait_out(problem: RagappError) -> NoReturn:
    """Leaves the page as it is until the API responds, then runs the script again."""
    while True:
        # Streamlit also ends the run here if its browser has left.
        st.toast(
            f"{label_text(str(problem))} The page continues when the server responds.",
            icon=":material/cloud_off:",
            duration=_REMIND_SECONDS,
        )
        for _ in range(_REMIND_SECONDS):
            time.sleep(_ASK_SECONDS)
            if server_answers():
                st.rerun()


def server_answers() -> bool:
    """Whether the server responds, if only to reject the key, which the next run then shows."""
    try:
        client().status()
    except PASSING:
        return False
    except RagappError:
        return True
    return True
