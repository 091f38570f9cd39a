"""The models of the catalogue: what they are for, and whether they are installed."""

from __future__ import annotations

import streamlit as st

from ragapp.errors import RagappError
from ragapp.types import FoundModel, ModelState
from ui.escape import html_text
from ui.formatting import size
from ui.outage import refreshing
from ui.problems import show_problem
from ui.session import client

_REFRESH_SECONDS = 2.0
_PROBLEM_KEY = "fetch-problem"
_FOUND_KEY = "found-models"


def show_models() -> None:
    _show_found()
    st.fragment(_show, run_every=_REFRESH_SECONDS)()


def _show_found() -> None:
    """A button that looks for model servers on the server's machine, and what it found."""
    if st.button("Look for models on this machine", key="find-models", icon=":material/search:"):
        try:
            st.session_state[_FOUND_KEY] = client().found_models()
        except RagappError as problem:
            show_problem(problem)
    found: list[FoundModel] | None = st.session_state.get(_FOUND_KEY)
    if found == []:
        st.caption("No model server answers on the usual ports of the server's machine.")
    for model in found or []:
        _show_found_model(model)


def _show_found_model(model: FoundModel) -> None:
    context = f" · {model.context_tokens} tokens of context" if model.context_tokens else ""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.html(
            f'<div class="ragapp-name" role="heading" aria-level="3">{html_text(model.name)}</div>'
            f'<div class="ragapp-soft">{html_text(f"{model.server} at {model.url}{context}")}</div>'
        )
        st.button(
            "Let it write answers", key=f"use-{model.generator}", on_click=_use, args=(model.generator,)
        )


def _use(generator: str) -> None:
    try:
        client().use_generator(generator)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem
    else:
        st.session_state.pop(_PROBLEM_KEY, None)
        st.toast(f"{generator} writes answers from now on.", icon=":material/check:")


def _show() -> None:
    with refreshing():
        problem: RagappError | None = st.session_state.get(_PROBLEM_KEY)
        if problem is not None:
            show_problem(problem)
        for model in client().models():
            _show_model(model)


def _show_model(model: ModelState) -> None:
    facts = f"{model.role} · {size(model.bytes)} · {model.licence}"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"model-{model.name}"):
        st.html(
            f'<div class="ragapp-name" role="heading" aria-level="3">{html_text(model.name)}</div>'
            f'<div class="ragapp-soft">{html_text(facts)}</div>'
            f'<div class="ragapp-soft">{html_text(model.about)}</div>{_progress(model)}'
        )
        if model.installed:
            st.badge("Here", icon=":material/check_circle:", color="green")
        elif model.fetching:
            st.badge("Being fetched", icon=":material/downloading:", color="blue")
        else:
            st.button(
                "Fetch",
                key=f"fetch-{model.name}",
                icon=":material/download:",
                on_click=_fetch,
                args=(model.name,),
            )


def _progress(model: ModelState) -> str:
    if model.installed or not model.present:
        return ""
    return (
        f'<progress class="ragapp-progress" value="{model.present}" max="{model.bytes}" '
        f'aria-label="Download of {html_text(model.name)}"></progress> '
        f'<span class="ragapp-soft">{size(model.present)} of {size(model.bytes)}</span>'
    )


def _fetch(name: str) -> None:
    st.session_state.pop(_PROBLEM_KEY, None)
    try:
        client().tasks.start_fetch(name)
    except RagappError as problem:
        st.session_state[_PROBLEM_KEY] = problem
