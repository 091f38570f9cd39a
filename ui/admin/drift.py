"""Charts of the answers per day, which show when the questions or the answers change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import streamlit as st

from ragapp.types import AnswerDay
from ui.formatting import duration, share
from ui.plots import show_bars
from ui.session import client
from ui.tables import show_table


class _Figure(NamedTuple):
    """One chart. `top` is the largest possible value; None when there is no limit."""

    title: str
    value: Callable[[AnswerDay], float | None]
    words: Callable[[float | None], str]
    top: float | None


def _seconds(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else duration(milliseconds / 1000)


_FIGURES: Final = (
    _Figure("Refused", lambda day: day.refused / day.answers, share, 1.0),
    _Figure("Sentences supported", lambda day: day.supported, share, 1.0),
    _Figure("From the cache", lambda day: day.cached / day.answers, share, 1.0),
    _Figure("Time to answer (95th percentile)", lambda day: day.p95_ms, _seconds, None),
)


def show_drift() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.header("Answers per day", anchor=False)
        last = st.selectbox("Days", (7, 30, 90), index=1, key="drift-days", width=110)
    days = client().history.days(last)
    if not days:
        st.caption("No questions were asked in this period.")
        return
    columns = st.columns(2)
    for at, figure in enumerate(_FIGURES):
        with columns[at % 2]:
            show_bars(figure.title, list(_bars(figure, days, last)), top=figure.top)
    with st.expander("As a table"):
        _show_figures(days)


def _bars(figure: _Figure, days: Sequence[AnswerDay], last: int) -> Iterator[tuple[str, float | None, str]]:
    """One bar for each of the last days, including days without answers, so that the axis shows time."""
    known = {day.day: day for day in days}
    today = datetime.now(UTC).date()
    for ago in reversed(range(last)):
        date = today - timedelta(days=ago)
        value = figure.value(known[date]) if date in known else None
        yield f"{date:%d %b}", value, figure.words(value)


def _show_figures(days: Sequence[AnswerDay]) -> None:
    rows = [
        (
            f"{day.day:%Y-%m-%d}",
            f"{day.answers:,}",
            *(figure.words(figure.value(day)) for figure in _FIGURES),
            _seconds(day.median_ms),
        )
        for day in reversed(days)
    ]
    titles = [figure.title for figure in _FIGURES]
    show_table(("day (UTC)", "answers", *titles, "median time"), rows, numbers=len(titles) + 2)
