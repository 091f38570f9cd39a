"""The status of the server, and statistics of its recent answers."""

from __future__ import annotations

import streamlit as st

from ragapp.types import DiskUse
from ui.admin.drift import show_drift
from ui.escape import label_text
from ui.formatting import size
from ui.outage import refreshing
from ui.session import client
from ui.tables import show_table

_REFRESH_SECONDS = 10.0


def show_overview() -> None:
    st.fragment(_show_now, run_every=_REFRESH_SECONDS)()
    show_drift()


def _show_now() -> None:
    with refreshing():
        status = client().status()
        if status.readiness.ready:
            st.success(f"Ready. Version {status.version}.", icon=":material/check_circle:")
        else:
            st.error(label_text(status.readiness.reason or "Not ready."), icon=":material/error:")
        if status.models.generator_unavailable:
            st.warning(label_text(status.models.generator_unavailable), icon=":material/warning:")
        left, right = st.columns(2)
        with left:
            st.subheader("Models in use", anchor=False)
            show_table(
                ("role", "model"),
                [
                    ("embedder", status.models.embedder),
                    ("reranker", status.models.reranker or "none"),
                    ("generator", status.models.generator),
                ],
            )
        with right:
            st.subheader("Disk", anchor=False)
            show_table(("what", "size"), _rows(client().disk_use()), numbers=1)


def _rows(used: DiskUse) -> list[tuple[str, str]]:
    return [
        ("database", size(used.database)),
        ("originals", size(used.originals)),
        ("search indexes", size(used.views)),
        ("cached answers", size(used.cache)),
        ("models", size(used.models)),
        ("free", size(used.free)),
    ]
