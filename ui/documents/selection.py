"""Documents selected in the list, and those marked for deletion. Nothing is deleted before it is confirmed.

Both are stored in the session for each collection, with the names of the documents. Streamlit itself forgets
the state of a checkbox as soon as its row is on another page of the list.

The list refreshes itself, so a browser may report the state of a checkbox late, twice, or for a row that is
no longer shown. The stored state is therefore set to that of the checkbox, never toggled. Whenever it changes
by other means than a checkbox, all checkboxes are replaced, and reports of the old ones are ignored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import streamlit as st

from ragapp.errors import NotFoundError, RagappError
from ragapp.types import Document
from ui.escape import html_text, label_text
from ui.problems import show_problem
from ui.session import client

_PROBLEMS = "delete-problems"
_SELECTIONS = "selections"


@dataclass(slots=True)
class Selection:
    """The selected documents of a collection and those marked for deletion, as ids to names.

    `generation` counts changes that were not made with a checkbox.
    """

    ticked: dict[str, str] = field(default_factory=dict)
    marked: dict[str, str] = field(default_factory=dict)
    generation: int = 0

    def tick(self, names: Mapping[str, str]) -> None:
        self.ticked.update(names)
        self.generation += 1

    def untick(self, ids: Iterable[str]) -> None:
        for one in ids:
            self.ticked.pop(one, None)
        self.generation += 1

    def mark(self, names: Mapping[str, str]) -> None:
        """Marks documents for deletion, and deselects them."""
        self.marked.update(names)
        self.untick(names)


def selection_in(collection: str) -> Selection:
    """The selection in a collection, in this browser session."""
    found: Selection = st.session_state.setdefault(_SELECTIONS, {}).setdefault(collection, Selection())
    return found


def key_of(what: str, ids: Iterable[str]) -> str:
    """The key of a button that acts on exactly these documents.

    A late press of a button that was shown for other documents is then ignored.
    """
    return f"{what}-{hashlib.sha256(' '.join(sorted(ids)).encode()).hexdigest()[:16]}"


def show_tick(document: Document) -> None:
    """Shows the checkbox that selects the document."""
    selection = selection_in(document.collection)
    key = f"pick-{document.id}-{selection.generation}"
    st.checkbox(
        f"Pick {label_text(document.name)}",
        value=document.id in selection.ticked,
        key=key,
        on_change=_take_over,
        args=(document, selection.generation, key),
        label_visibility="collapsed",
        disabled=document.id in selection.marked,
        width="content",
    )


def _take_over(document: Document, generation: int, key: str) -> None:
    selection = selection_in(document.collection)
    if generation != selection.generation:
        return
    if st.session_state[key]:
        selection.ticked[document.id] = document.name
    else:
        selection.ticked.pop(document.id, None)


def show_marked(collection: str) -> None:
    """Shows the names of the marked documents, with the choice to delete or to keep them."""
    for name, problem in st.session_state.pop(_PROBLEMS, []):
        show_problem(problem, about=name)
    doomed = selection_in(collection).marked
    if not doomed:
        return
    with st.container(border=True, key="marked"):
        st.markdown(f"**{_counted(len(doomed))} marked for deletion.** Nothing is deleted yet.")
        names = "".join(f"<li>{html_text(name)}</li>" for name in sorted(doomed.values()))
        st.html(f'<ul class="ragapp-doomed" tabindex="0" aria-label="Marked for deletion">{names}</ul>')
        with st.container(horizontal=True):
            sure = st.button(
                "Delete permanently",
                key=key_of("delete-marked", doomed),
                type="primary",
                icon=":material/delete_forever:",
            )
            st.button("Undo", key="undo-marked", icon=":material/undo:", on_click=doomed.clear)
        if sure:
            _delete(doomed)
            st.rerun()


def _delete(doomed: dict[str, str]) -> None:
    """Deletes the documents. Those that cannot be deleted stay marked, and the next run shows the reason."""
    problems, total = [], len(doomed)
    progress = st.progress(0.0)
    for done, (document_id, name) in enumerate(list(doomed.items())):
        progress.progress(done / total, f"Deleting {label_text(name)}")
        try:
            client().delete_document(document_id)
        except NotFoundError:  # already deleted
            pass
        except RagappError as problem:
            problems.append((name, problem))
            continue
        del doomed[document_id]
    st.session_state[_PROBLEMS] = problems


def _counted(number: int) -> str:
    return "1 document is" if number == 1 else f"{number:,} documents are"
