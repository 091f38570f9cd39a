"""The stored conversations in the sidebar: open, search, rename, export and delete."""

from __future__ import annotations

import streamlit as st

from ragapp.types import Conversation
from ui.ask.chat import Chat, load_chat, start_chat
from ui.ask.export import conversation_markdown, file_name
from ui.escape import label_text
from ui.problems import problems_shown
from ui.session import client

_SHOWN = 40
"""The conversations that are listed; the search finds the others."""


def show_conversations(chat: Chat) -> None:
    with st.sidebar:
        st.button(
            "New conversation",
            key="new-conversation",
            icon=":material/edit_square:",
            width="stretch",
            disabled=not chat.exchanges,
            on_click=start_chat,
        )
        stored = [one for one in client().history.conversations() if one.turns]
        if not stored:
            st.caption("Your questions and their answers are stored here.")
            return
        st.text_input(
            "Search conversations", key="conversations-containing", placeholder="Search conversations",
            label_visibility="collapsed",
        )  # fmt: skip
        words = str(st.session_state["conversations-containing"]).casefold().split()
        found = [one for one in stored if all(word in one.title.casefold() for word in words)]
        with st.container(gap="xxsmall", key="conversations"):
            for conversation in found[:_SHOWN]:
                _show_one(conversation, chat)
        if not found:
            st.caption("No conversation title contains this text.")
        elif len(found) > _SHOWN:
            st.caption(f"{len(found) - _SHOWN} older conversations. Search for them by title.")


def _show_one(conversation: Conversation, chat: Chat) -> None:
    is_open = conversation.id == chat.conversation_id
    with st.container(
        horizontal=True, gap="xxsmall", vertical_alignment="center", key=f"conversation-{conversation.id}"
    ):
        st.button(
            label_text(conversation.title or "Untitled"),
            key=f"open-{conversation.id}",
            type="secondary" if is_open else "tertiary",
            width="stretch",
            on_click=_open,
            args=(conversation.id,),
        )
        with st.popover(
            "Change", icon=":material/more_vert:", type="tertiary", key=f"change-{conversation.id}"
        ):
            _offer_changes(conversation, is_open=is_open)


def _open(conversation_id: str) -> None:
    with problems_shown():
        load_chat(conversation_id)


def _offer_changes(conversation: Conversation, *, is_open: bool) -> None:
    widget = f"title-{conversation.id}"
    st.text_input("Title", value=conversation.title, key=widget, max_chars=200)
    st.button(
        "Rename",
        key=f"rename-{conversation.id}",
        icon=":material/edit:",
        on_click=_rename,
        args=(conversation.id, widget),
    )
    st.download_button(
        "Export as Markdown",
        data=lambda: _exported(conversation),
        file_name=file_name(conversation.title, ".md"),
        mime="text/markdown",
        key=f"export-{conversation.id}",
        icon=":material/download:",
        on_click="ignore",
    )
    st.button(
        "Delete permanently",
        key=f"delete-{conversation.id}",
        icon=":material/delete:",
        on_click=_delete,
        args=(conversation.id, is_open),
    )


def _rename(conversation_id: str, widget: str) -> None:
    with problems_shown():
        client().history.rename_conversation(conversation_id, str(st.session_state[widget]))


def _exported(conversation: Conversation) -> str:
    answers = client().history.conversation_answers(conversation.id)
    return conversation_markdown(conversation.title, (stored.answer for stored in answers))


def _delete(conversation_id: str, is_open: bool) -> None:
    with problems_shown():
        client().history.delete_conversation(conversation_id)
        if is_open:
            start_chat()
