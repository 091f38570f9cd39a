"""How much may be on its way through the page at once, and whose it may be."""

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


class Shelf:
    """Keeps what is uploaded, as Streamlit does. The API admits KEY alone unless it is `away` or `open`."""

    def __init__(self) -> None:
        self.held = 0
        self.away = False
        self.open = False
        self.turned_away: list[str] = []

    def check(self, key: str) -> None:
        if self.away:
            raise ServerUnavailable("No ragapp server answers.")
        if key != KEY and not self.open:
            raise AuthenticationError("This server wants an API key.")

    async def take(self, request: Request) -> PlainTextResponse:
        self.held += len(await request.body())
        return PlainTextResponse("")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def browser(shelf: Shelf) -> TestClient:
    """Signed in."""
    app = Starlette(routes=[Route("/{path:path}", shelf.take, methods=["PUT"])])
    app.add_middleware(
        UploadGuard,
        cookie="c",
        check=shelf.check,
        held=lambda: shelf.held,
        most=MOST,
        turned_away=shelf.turned_away.append,
    )
    return TestClient(app, cookies={"c": sign_ins().begin(KEY)})


def pieces(count: int) -> list[bytes]:
    return [b"x" * 100] * count


def test_the_sum_of_what_is_held_is_bounded(browser: TestClient, shelf: Shelf) -> None:
    statuses = [browser.put(ADDRESS, content=b"x" * 300).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 413, 413]
    assert shelf.turned_away == ["session", "session"]
    shelf.held = 0  # the API has them
    assert browser.put(ADDRESS, content=b"x" * 300).status_code == 200


def test_the_bound_holds_without_a_length(browser: TestClient, shelf: Shelf) -> None:
    assert browser.put(ADDRESS, content=iter(pieces(11))).status_code == 413
    assert (shelf.held, shelf.turned_away) == (0, ["session"])
    assert browser.put(ADDRESS, content=iter(pieces(10))).status_code == 200


def test_only_whom_the_api_admits_may_upload(browser: TestClient, shelf: Shelf) -> None:
    browser.cookies.set("c", "forged")
    assert browser.put(ADDRESS, content=b"x").status_code == 401
    assert browser.put("/elsewhere", content=b"x").status_code == 200
    shelf.open = True
    assert browser.put(ADDRESS, content=b"x").status_code == 200
    shelf.away = True
    refused = browser.put(ADDRESS, content=b"x")
    assert (refused.status_code, refused.text) == (503, "No ragapp server answers.\n")
