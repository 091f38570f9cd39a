"""The conversation that is open in a browser session."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import streamlit as st

from ragapp.errors import NotFoundError
from ragapp.types import Answer, StoredAnswer
from ui.ask.request import AskProgress, PageQuestion, PendingAnswer
from ui.choice import choose_next
from ui.session import client

_KEY = "chat"
_ADDRESS = "conversation"
"""The query parameter that holds the id of the open conversation, so that a reload opens it again."""

_FIRST_LOOK_SECONDS = 0.8
"""How long the first run of the script waits for evidence, which saves a second run in most cases."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, which is pending or stored by the server."""

    request: PageQuestion
    asking: PendingAnswer | None = None
    stored: StoredAnswer | None = None

    @property
    def progress(self) -> AskProgress:
        if self.asking is not None:
            return self.asking.progress
        answer = self.stored.answer if self.stored else None
        if answer is not None and answer.ending == "stopped":
            return AskProgress(evidence=answer, draft=answer.draft, running=False)
        return AskProgress(answer=answer, running=False)

    @property
    def answer(self) -> Answer | None:
        return self.progress.answer


@dataclass(slots=True)
class Chat:
    """The open conversation. `conversation_id` is empty until the first question is asked."""

    conversation_id: str = ""
    exchanges: list[Exchange] = field(default_factory=list)

    def ask(
        self, question: str, collection: str, *, standalone: str | None = None, use_cache: bool = True
    ) -> None:
        """Sends a question of this conversation. Raises ServerUnavailable."""
        if not self.conversation_id:
            self.conversation_id = client().history.create_conversation().id
            st.query_params[_ADDRESS] = self.conversation_id
        request = PageQuestion(question, collection, self.conversation_id, standalone, use_cache)
        asking = PendingAnswer(client(), request)
        self.exchanges.append(Exchange(request, asking))
        asking.wait_for_evidence(_FIRST_LOOK_SECONDS)


def open_chat() -> Chat:
    """The conversation of this session; after a reload, the one that the page's address names."""
    if _KEY not in st.session_state:
        wanted = st.query_params.get(_ADDRESS)
        start_chat()
        if wanted:
            _open_if_there(wanted)
    chat: Chat = st.session_state[_KEY]
    # The browser may change the address, and switching pages clears it.
    if chat.conversation_id:
        st.query_params[_ADDRESS] = chat.conversation_id
    return chat


def start_chat() -> None:
    """Opens an empty conversation."""
    st.session_state[_KEY] = Chat()
    st.query_params.pop(_ADDRESS, None)


def load_chat(conversation_id: str) -> None:
    """Opens a stored conversation and selects the collection of its last question. Raises NotFoundError."""
    answers = client().history.conversation_answers(conversation_id)
    if answers:
        choose_next(answers[-1].collection)
    st.session_state[_KEY] = Chat(conversation_id, [_stored_exchange(stored) for stored in answers])


def _open_if_there(conversation_id: str) -> None:
    with suppress(NotFoundError):  # deleted, or owned by someone else
        load_chat(conversation_id)


def _stored_exchange(stored: StoredAnswer) -> Exchange:
    request = PageQuestion(stored.answer.question, stored.collection, stored.answer.conversation_id or "")
    return Exchange(request, stored=stored)
