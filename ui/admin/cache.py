"""The answer cache: its hits, the reasons for its misses, and the result of its audit."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import CacheStats
from ui.escape import label_text
from ui.formatting import counted, duration, share, size
from ui.problems import show_problem
from ui.session import client
from ui.tables import show_table

_PROBLEM_KEY = "cache-problem"


def show_cache() -> None:
    stats = client().cache.stats()
    _show_figures(stats)
    if stats.semantic_off:
        st.warning(f"Only identical questions are served from the cache: {label_text(stats.semantic_off)}")
    left, right = st.columns(2)
    with left:
        st.subheader("Hits by kind", anchor=False)
        show_table(("kind", "hits"), _counts(stats.hits), numbers=1)
    with right:
        st.subheader("Misses by reason", anchor=False)
        show_table(("reason", "misses"), _counts(stats.misses), numbers=1)
    _show_audit(stats)
    _offer_clearing(stats)


def _show_figures(stats: CacheStats) -> None:
    figures = {
        "Hit rate": share(stats.hit_rate),
        "Cached answers": f"{stats.entries:,}",
        "On disk": size(stats.bytes),
        "Work saved": duration(stats.saved_seconds),
    }
    for column, (name, value) in zip(st.columns(4), figures.items(), strict=True):
        column.metric(name, value, border=True)


def _counts(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """The most frequent first."""
    return [(name, f"{count:,}") for name, count in sorted(counts.items(), key=lambda one: -one[1])]


def _show_audit(stats: CacheStats) -> None:
    st.subheader("Audit", anchor=False)
    if not stats.audited:
        st.markdown("No answer served for a similar question has been generated again for comparison yet.")
        return
    st.markdown(
        f"{counted(stats.audited, 'answer')} served for similar questions were generated again; "
        f"{stats.audited_wrong:,} came out differently. With 95% confidence, at most "
        f"**{share(stats.wrong_upper_95)}** of such answers differ."
    )


def _offer_clearing(stats: CacheStats) -> None:
    problem: RagappError | None = st.session_state.pop(_PROBLEM_KEY, None)
    if problem is not None:
        show_problem(problem)
    with st.popover("Clear the cache", icon=":material/delete_sweep:", disabled=not stats.entries):
        st.markdown(
            f"Forget {counted(stats.entries, 'answer')} and the figures above? Documents are not affected."
        )
        st.button("Clear it", key="clear-cache", type="primary", on_click=_clear)


def _clear() -> None:
    try:
        removed = client().cache.clear()
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem
    else:
        st.toast(f"{counted(removed, 'answer')} forgotten", icon=":material/check:")
