"""When the API does not answer for a moment: what is on the page stays there until it does.

Streamlit takes away what a run of the script has not shown by its end. So the run does not end: it waits
until the API answers, and then runs again. What is typed meanwhile stays, and a question that is sent
is asked as soon as it can be.
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
"""Problems that end by themselves, and that no change to the request would mend."""

_ASK_SECONDS: Final = 1.0
_REMIND_SECONDS: Final = 10


@contextmanager
def refreshing() -> Iterator[None]:
    """For what refreshes itself: waits out what passes, and shows what else ragapp raises."""
    try:
        yield
    except PASSING as problem:
        wait_out(problem)
    except RagappError as problem:
        show_problem(problem)


def wait_out(problem: RagappError) -> NoReturn:
    """Leaves the page as it is until the API answers, then runs it again."""
    while True:
        # Showing something is also where Streamlit ends a run whose browser has left.
        st.toast(
            f"{label_text(str(problem))} The page goes on as soon as it can.",
            icon=":material/cloud_off:",
            duration=_REMIND_SECONDS,
        )
        for _ in range(_REMIND_SECONDS):
            time.sleep(_ASK_SECONDS)
            if server_answers():
                st.rerun()


def server_answers() -> bool:
    """Whatever it answers: that a key is not accepted any longer is for the next run to say."""
    try:
        client().status()
    except PASSING:
        return False
    except RagappError:
        return True
    return True
