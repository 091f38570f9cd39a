"""The limits of uploads through the web page: their total size, and who may upload."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ragapp.errors import AuthenticationError, ServerUnavailable
from ui.web.signins import sign_ins
from ui.web.uploads import UploadGuard

MOST = 1000
ADDRESS = "/_stcore/upload_file/session/file"
KEY = "a-key"


class UploadStore:
    """Stores uploads, as Streamlit does. The API accepts only KEY, unless it is `away` or `open`."""

    def __init__(self) -> None:
        self.held = 0
        self.away = False
        self.open = False
        self.rejected: list[str] = []

    def check(self, key: str) -> None:
        if self.away:
            raise ServerUnavailable("No ragapp server answers.")
        if key != KEY and not self.open:
            raise AuthenticationError("This server requires an API key.")

    async def take(self, request: Request) -> PlainTextResponse:
        self.held += len(await request.body())
        return PlainTextResponse("")


@pytest.fixture
def store() -> UploadStore:
    return UploadStore()


@pytest.fixture
def browser(store: UploadStore) -> TestClient:
    """A client that is signed in."""
    app = Starlette(routes=[Route("/{path:path}", store.take, methods=["PUT"])])
    app.add_middleware(
        UploadGuard,
        cookie="c",
        check=store.check,
        held=lambda: store.held,
        most=MOST,
        rejected=store.rejected.append,
    )
    return TestClient(app, cookies={"c": sign_ins().begin(KEY)})


def pieces(count: int) -> list[bytes]:
    return [b"x" * 100] * count


def test_the_total_size_of_uploads_is_limited(browser: TestClient, store: UploadStore) -> None:
    statuses = [browser.put(ADDRESS, content=b"x" * 300).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 413, 413]
    assert store.rejected == ["session", "session"]
    store.held = 0  # the API has them
    assert browser.put(ADDRESS, content=b"x" * 300).status_code == 200


def test_the_limit_holds_without_a_content_length(browser: TestClient, store: UploadStore) -> None:
    assert browser.put(ADDRESS, content=iter(pieces(11))).status_code == 413
    assert (store.held, store.rejected) == (0, ["session"])
    assert browser.put(ADDRESS, content=iter(pieces(10))).status_code == 200


def test_only_signed_in_users_may_upload(browser: TestClient, store: UploadStore) -> None:
    browser.cookies.set("c", "forged")
    assert browser.put(ADDRESS, content=b"x").status_code == 401
    assert browser.put("/elsewhere", content=b"x").status_code == 200
    store.open = True
    assert browser.put(ADDRESS, content=b"x").status_code == 200
    store.away = True
    refused = browser.put(ADDRESS, content=b"x")
    assert (refused.status_code, refused.text) == (503, "No ragapp server answers.\n")
