"""Reviews the questions of a set: accept, edit or drop each one. Each decision is saved at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import QuestionDraft
from ui.escape import html_text
from ui.formatting import counted
from ui.problems import show_problem
from ui.session import client

_ANSWERS_APART = " | "
_GO_TO = "review-next"


def show_review(name: str) -> None:
    drafts = client().evals.drafts(name)
    if not drafts:
        st.caption("The set has no questions left.")
        return
    open_ones = [at for at, draft in enumerate(drafts) if draft.accepted is None]
    st.markdown(f"{counted(len(drafts) - len(open_ones), 'question')} of {len(drafts):,} reviewed.")
    st.progress(1 - len(open_ones) / len(drafts))
    at = _choose(name, len(drafts), first_open=open_ones[0] if open_ones else 0)
    _show_draft(name, drafts, at)


def _choose(name: str, count: int, *, first_open: int) -> int:
    key = f"review-{name}"
    wanted: int = st.session_state.pop(_GO_TO, st.session_state.get(key, first_open + 1))
    st.session_state[key] = min(wanted, count)
    if count == 1:
        return 0
    return st.pagination(count, max_visible_pages=7, key=key) - 1


def _show_draft(name: str, drafts: Sequence[QuestionDraft], at: int) -> None:
    draft = drafts[at]
    state = {None: "not reviewed", True: "accepted", False: "dropped"}[draft.accepted]
    st.html(f'<div class="ragapp-soft">{html_text(f"{draft.id} · {state}")}</div>')
    with st.form(f"draft-{name}-{draft.id}"):
        question = st.text_area("Question", draft.question, max_chars=2000)
        answers = st.text_input(
            "Right answers", _ANSWERS_APART.join(draft.answers), help="Separate several answers by |."
        )
        answerable = st.checkbox("The documents contain the answer", draft.answerable)
        with st.container(horizontal=True):
            accept = st.form_submit_button("Accept", type="primary", icon=":material/check:")
            drop = st.form_submit_button("Drop", icon=":material/delete:")
    if accept:
        worded = tuple(one.strip() for one in answers.split(_ANSWERS_APART.strip()) if one.strip())
        kept = replace(draft, question=question.strip(), answers=worded, answerable=answerable, accepted=True)
        _save(name, [*drafts[:at], kept, *drafts[at + 1 :]], next_at=at + 1)
    elif drop:
        _save(name, [*drafts[:at], *drafts[at + 1 :]], next_at=at)


def _save(name: str, drafts: Sequence[QuestionDraft], *, next_at: int) -> None:
    try:
        client().evals.review(name, drafts)
    except RagappError as problem:
        show_problem(problem)
        return
    st.session_state[_GO_TO] = max(1, min(next_at + 1, len(drafts)))
    st.rerun()
