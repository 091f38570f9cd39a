"""Shows a question and its reply as it arrives: first the evidence, then a draft, then the checked answer."""

from __future__ import annotations

import streamlit as st

from ragapp.types import Answer
from ui.ask.actions import show_actions
from ui.ask.answer import show_answer
from ui.ask.chat import Chat, Exchange
from ui.ask.request import AskProgress, PendingAnswer
from ui.ask.why import show_why
from ui.escape import html_text
from ui.outage import refreshing
from ui.problems import problems_shown, show_problem

_REFRESH_SECONDS = 0.3


def show_exchange(chat: Chat, exchange: Exchange, key: str) -> None:
    """Shows a question with its reply. `key` makes the keys of its widgets unique on the page."""
    with st.chat_message("user", avatar=":material/person:"):
        question = html_text(exchange.request.question)
        st.html(f'<div class="ragapp-question" role="heading" aria-level="2">{question}</div>')
    with st.chat_message("assistant", avatar=":material/format_quote:"):
        running = exchange.progress.running
        # Only running questions refresh themselves, so the whole page runs again once this one has ended.
        st.fragment(_show_reply, run_every=_REFRESH_SECONDS if running else None)(
            chat, exchange, key, running
        )


def _show_reply(chat: Chat, exchange: Exchange, key: str, was_running: bool) -> None:
    progress = exchange.progress
    if was_running and not progress.running:
        st.rerun()
    with refreshing():
        if progress.answer is None:
            _show_unfinished(chat, exchange, progress, key)
            return
        _show_search(chat, exchange, progress.answer, key)
        show_answer(progress.answer, key)
        show_actions(chat, exchange, progress.answer, key)
        show_why(progress.answer)


def _show_search(chat: Chat, exchange: Exchange, answer: Answer, key: str) -> None:
    """Shows how a follow-up question was rewritten for the search, and lets the reader correct it."""
    if answer.standalone_question == answer.question:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        searched = html_text(answer.standalone_question)
        st.html(f'<span class="ragapp-soft">Searched for: “{searched}”</span>', width="content")
        with st.popover("Edit", icon=":material/edit:", type="tertiary", key=f"reword-{key}"):
            widget = f"wording-{key}"
            st.text_input("Search for", value=answer.standalone_question, key=widget, max_chars=2000)
            st.button(
                "Ask again",
                key=f"reworded-{key}",
                type="primary",
                on_click=_ask_reworded,
                args=(chat, exchange, widget),
            )


def _ask_reworded(chat: Chat, exchange: Exchange, widget: str) -> None:
    wording = str(st.session_state[widget]).strip()
    if wording:
        with problems_shown():
            chat.ask(exchange.request.question, exchange.request.collection, standalone=wording)
        st.rerun()


def _show_unfinished(chat: Chat, exchange: Exchange, progress: AskProgress, key: str) -> None:
    if progress.evidence is not None:
        show_answer(progress.evidence, f"{key}-evidence")
    if exchange.asking is not None and progress.running:
        _show_draft("A model is writing an answer from this evidence. The text is not checked yet.", progress)
        _offer_stop(exchange.asking, progress, key)
        return
    _show_draft("The unchecked text that the model had written.", progress)
    if progress.problem is not None:
        show_problem(progress.problem)
    elif exchange.stored is None:  # a stored answer has its own notice
        st.caption("Stopped before the answer was written and checked.")
    st.button(
        "Ask again",
        key=f"retry-{key}",
        icon=":material/replay:",
        on_click=_ask_again,
        args=(chat, exchange),
    )


def _ask_again(chat: Chat, exchange: Exchange) -> None:
    request = exchange.request
    with problems_shown():
        chat.ask(
            request.question, request.collection, standalone=request.standalone, use_cache=request.use_cache
        )
    st.rerun()


def _show_draft(about: str, progress: AskProgress) -> None:
    if progress.draft:
        st.caption(about)
        st.html(f'<p class="ragapp-draft">{html_text(progress.draft)}</p>')


def _offer_stop(asking: PendingAnswer, progress: AskProgress, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="ragapp-soft" role="status">{_stage(progress)}</p>', width="content")
        st.button("Stop", key=f"stop-{key}", icon=":material/stop_circle:", on_click=asking.stop)


def _stage(progress: AskProgress) -> str:
    if progress.draft:
        return "Writing…"
    return "Reading the documents…" if progress.evidence is None else "A model is reading the evidence…"
