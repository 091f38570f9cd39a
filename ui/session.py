"""The API client of a browser session."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ragapp.client import RagappClient
from ragapp.errors import NotFoundError
from ragapp.types import DocumentQuery, DocumentSort, Listing, Status
from ui.web.signins import sign_ins

DEFAULT_COLLECTION = "default"
"""The collection that the API creates on first use."""


def client() -> RagappClient:
    """The client for the key of this session. Sessions with the same key share it, and so its connection
    pool.
    """
    secrets = st.secrets
    return _client(secrets["ragapp_api_url"], api_key(), for_others=secrets["ragapp_for_others"])


def api_key() -> str:
    """The API key of the signed-in user; empty when no one is signed in."""
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
    with_gaps: bool = False,
) -> Listing:
    """Lists documents of a collection. A collection that does not exist (yet) has an empty list."""
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
                with_gaps=with_gaps,
            )
        )
    except NotFoundError:
        return Listing((), 0, {}, 0)
