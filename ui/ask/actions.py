"""The actions below an answer: rate, correct, export, and ask again."""

from __future__ import annotations

from typing import Final, Literal

import streamlit as st

from ragapp.types import Answer, Feedback
from ui.ask.chat import Chat, Exchange
from ui.ask.export import answer_markdown, bibliography
from ui.problems import problems_shown
from ui.session import client

_THUMBS: Final[tuple[Literal["down"], Literal["up"]]] = ("down", "up")
"""The thumbs by the number that the widget returns."""


def show_actions(chat: Chat, exchange: Exchange, answer: Answer, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"actions-{key}"):
        _offer_thumbs(exchange, answer, key)
        _offer_correction(answer, key)
        _offer_export(answer, key)
        st.button(
            "Answer again",
            key=f"again-{key}",
            icon=":material/refresh:",
            type="tertiary",
            help="Ask again without the cache",
            on_click=_ask_without_cache,
            args=(chat, exchange, answer),
        )


def _offer_thumbs(exchange: Exchange, answer: Answer, key: str) -> None:
    widget = f"thumbs-{key}"
    given = [one.thumbs for one in exchange.stored.feedback if one.thumbs] if exchange.stored else []
    default = _THUMBS.index(given[-1]) if given else None
    st.feedback(
        "thumbs", key=widget, default=default, on_change=_save_thumbs, args=(answer.answer_id, widget)
    )


def _save_thumbs(answer_id: str, widget: str) -> None:
    pressed: int | None = st.session_state[widget]
    if pressed is not None:
        with problems_shown():
            client().history.add_feedback(answer_id, Feedback(thumbs=_THUMBS[pressed]))
            st.toast("Thank you. Your rating was saved.")


def _offer_correction(answer: Answer, key: str) -> None:
    widget = f"correction-{key}"
    with st.popover("Correct", icon=":material/edit_note:", type="tertiary"):
        st.text_area("The correct answer", key=widget, max_chars=4000)
        st.button(
            "Send the correction",
            key=f"send-{key}",
            type="primary",
            on_click=_save_correction,
            args=(answer.answer_id, widget),
        )


def _save_correction(answer_id: str, widget: str) -> None:
    words = str(st.session_state[widget]).strip()
    with problems_shown():
        client().history.add_feedback(answer_id, Feedback(correction=words or None))
        st.toast("Thank you. Your correction was saved.")


def _offer_export(answer: Answer, key: str) -> None:
    with st.popover("Copy", icon=":material/content_copy:", type="tertiary", key=f"copy-{key}"):
        st.caption("As Markdown, with its sources")
        st.code(answer_markdown(answer), language=None, wrap_lines=True, height=220)
        if answer.citations:
            st.caption("The sources as BibTeX")
            st.code(bibliography(answer.citations), language=None, wrap_lines=True, height=160)


def _ask_without_cache(chat: Chat, exchange: Exchange, answer: Answer) -> None:
    with problems_shown():
        chat.ask(
            answer.question,
            exchange.request.collection,
            standalone=answer.standalone_question,
            use_cache=False,
        )
    st.rerun()
