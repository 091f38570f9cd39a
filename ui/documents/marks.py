"""Documents picked for something, and those marked for deletion: nothing is deleted until it is confirmed.

Both live in the session, by collection. A tick that Streamlit keeps itself would be forgotten as soon as
its row is on another page of the list.
"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from ragapp.errors import NotFoundError, RagappError
from ui.escape import label_text
from ui.problems import show_problem
from ui.session import client

_PROBLEMS = "delete-problems"


def picked(collection: str) -> set[str]:
    """The ids of the documents ticked."""
    return _kept("picked", collection)


def marked(collection: str) -> dict[str, str]:
    """The documents that go when deletion is confirmed: id to name."""
    found: dict[str, str] = st.session_state.setdefault("marked", {}).setdefault(collection, {})
    return found


def pick(collection: str, document_id: str) -> None:
    """Ticks it, or takes the tick away; to be called from a widget's callback."""
    picked(collection).symmetric_difference_update({document_id})


def pick_all(collection: str, document_ids: Iterable[str], key: str) -> None:
    """Ticks all of them or none, as the checkbox of that key says."""
    ids = set(document_ids)
    if st.session_state[key]:
        picked(collection).update(ids)
    else:
        picked(collection).difference_update(ids)


def mark(collection: str, names: dict[str, str]) -> None:
    """Marks documents (id to name) for deletion; to be called from a widget's callback."""
    marked(collection).update(names)
    picked(collection).difference_update(names)


def show_marked(collection: str) -> None:
    """What is marked, with the choice to delete it for good or to leave it."""
    for name, problem in st.session_state.pop(_PROBLEMS, []):
        show_problem(problem, about=name)
    doomed = marked(collection)
    if not doomed:
        return
    with st.container(border=True, key="marked"):
        st.markdown(f"**{_counted(len(doomed))} marked for deletion.** Nothing is deleted yet.")
        with st.container(horizontal=True):
            sure = st.button(
                "Delete for good", key="delete-marked", type="primary", icon=":material/delete_forever:"
            )
            st.button("Undo", key="undo-marked", icon=":material/undo:", on_click=doomed.clear)
        if sure:
            _delete(collection)
            st.rerun()


def _delete(collection: str) -> None:
    doomed, problems = marked(collection), []
    progress = st.progress(0.0)
    for done, (document_id, name) in enumerate(list(doomed.items())):
        progress.progress(done / len(doomed), f"Deleting {label_text(name)}")
        try:
            client().delete_document(document_id)
        except NotFoundError:  # somebody else was quicker
            continue
        except RagappError as problem:
            problems.append((name, problem))
    doomed.clear()
    st.session_state[_PROBLEMS] = problems


def _kept(what: str, collection: str) -> set[str]:
    found: set[str] = st.session_state.setdefault(what, {}).setdefault(collection, set())
    return found


def _counted(number: int) -> str:
    return "1 document is" if number == 1 else f"{number:,} documents are"
