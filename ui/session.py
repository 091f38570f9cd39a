"""What a browser session holds: the API's client."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ragapp.client import RagappClient
from ragapp.errors import NotFoundError
from ragapp.types import DocumentQuery, DocumentSort, Listing, Status
from ui.web.signins import sign_ins

DEFAULT_COLLECTION = "default"
"""The collection that the API makes on first use."""


def client() -> RagappClient:
    """One client for all sessions that use the same key: it holds a pool of connections."""
    secrets = st.secrets
    return _client(secrets["ragapp_api_url"], api_key(), for_others=secrets["ragapp_for_others"])


def api_key() -> str:
    """That of whoever is signed in with this browser; empty when nobody is."""
    return sign_ins().key_of(st.context.cookies.get(st.secrets["ragapp_cookie"]))


@st.cache_resource(max_entries=100)
def _client(api_url: str, api_key: str, *, for_others: bool) -> RagappClient:
    return RagappClient(api_url, api_key=api_key, for_others=for_others)


def listing_of(
    collection: str,
    *,
    containing: str = "",
    statuses: Sequence[Status] = (),
    order: DocumentSort = "accepted",
    descending: bool = True,
    offset: int = 0,
    count: int = 50,
) -> Listing:
    """A part of its documents; an empty one of a collection that does not exist (yet)."""
    try:
        return client().listing(
            DocumentQuery(
                collection,
                containing=containing,
                statuses=tuple(statuses),
                order=order,
                descending=descending,
                offset=offset,
                count=count,
            )
        )
    except NotFoundError:
        return Listing((), 0, {}, 0)
