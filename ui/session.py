"""What a browser session holds: the API's client, the chosen collection, the conversation."""

from __future__ import annotations

import streamlit as st

from ragapp.doors.client import RagappClient
from ragapp.errors import NotFoundError, RagappError
from ragapp.types import Document
from ui.ask.asking import Asking

DEFAULT_COLLECTION = "default"
"""The collection that the API makes on first use."""


def client() -> RagappClient:
    """One client for all sessions of this process: it holds a pool of connections."""
    return _client(st.secrets["ragapp_api_url"])


@st.cache_resource
def _client(api_url: str) -> RagappClient:
    return RagappClient(api_url)


def server_answers() -> bool:
    try:
        client().status()
    except RagappError:
        return False
    return True


def choose_collection() -> str:
    """Shows the choice and returns it. It stays across pages and in the page's address."""
    names = [collection.name for collection in client().collections()]
    if DEFAULT_COLLECTION not in names:
        names.insert(0, DEFAULT_COLLECTION)
    return st.selectbox("Collection", names, key="collection", bind="query-params", width=260)


def choose_next(collection: str) -> None:
    """Makes `collection` the chosen one of the next run; to be called from a widget's callback."""
    st.session_state["collection"] = collection


def documents_of(collection: str) -> list[Document]:
    """None in a collection that does not exist (yet)."""
    try:
        return client().documents(collection)
    except NotFoundError:
        return []


def conversation(collection: str) -> list[Asking]:
    """The questions asked of a collection in this session, oldest first."""
    conversations: dict[str, list[Asking]] = st.session_state.setdefault("conversations", {})
    return conversations.setdefault(collection, [])
