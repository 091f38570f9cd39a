"""Signing in on the page: each user can do what their key allows, and nothing more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from ragapp.types import Grant
from tests.browser.acting import ask, delete, row_of, sign_in
from tests.browser.library import Site, site_over
from tests.serving import LIBRARY, settings_in
from ui.web.signins import SIGNED_IN_SECONDS


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_over(settings_in(tmp_path_factory.mktemp("keys")), LIBRARY) as site:
        yield site


@pytest.fixture(scope="module")
def keys(site: Site) -> dict[str, str]:
    """Secrets by role."""
    grants = {"reader": Grant("reader", "default"), "admin": Grant("admin", None)}
    return {role: site.service.auth.api_keys.create(role, [grant]).secret for role, grant in grants.items()}


@pytest.fixture
def other_page(browser: Browser) -> Iterator[Page]:
    """Of somebody else, at another machine."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_without_a_key_there_is_only_the_sign_in(page: Page, site: Site, keys: dict[str, str]) -> None:
    page.goto(f"{site.address}/documents")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("tides.txt")).to_have_count(0)
    sign_in(page, site.address, "ragapp_wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_reader_sees_no_way_to_change_anything_while_an_admin_deletes(
    page: Page, other_page: Page, site: Site, keys: dict[str, str]
) -> None:
    sign_in(page, site.address, keys["reader"])
    sign_in(other_page, site.address, keys["admin"])
    page.get_by_role("link", name="Documents").click()
    expect(row_of(page, "tides.txt")).to_be_visible()
    expect(page.get_by_role("button", name="Preview")).to_have_count(len(LIBRARY))
    for name in ("Delete", "Metadata", "Collections", "Upload"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    for name in ("Admin", "Evals"):
        expect(page.get_by_role("link", name=name)).to_have_count(0)
        expect(other_page.get_by_role("link", name=name)).to_be_visible()

    delete(other_page, "bread.txt")
    expect(row_of(page, "bread.txt")).to_have_count(0, timeout=60_000)
    ask(page, "How long does sourdough bread rise?")
    answer = page.get_by_test_id("stChatMessage").last
    expect(answer.locator(".ragapp-answer").first).not_to_contain_text("twelve hours")


def test_signing_in_returns_to_the_page_and_survives_reloads(
    page: Page, site: Site, keys: dict[str, str]
) -> None:
    sign_in(page, f"{site.address}/documents?collection=default", keys["reader"])
    expect(row_of(page, "tides.txt")).to_be_visible()
    assert urlsplit(page.url).path == "/documents"
    page.reload()
    expect(row_of(page, "tides.txt")).to_be_visible()

    (cookie,) = [one for one in page.context.cookies() if one["name"].startswith("ragapp")]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert time.time() < cookie["expires"] < time.time() + SIGNED_IN_SECONDS + 60
    seen = page.evaluate("document.cookie + JSON.stringify({...localStorage, ...sessionStorage})")
    for secret in (cookie["value"], keys["reader"]):
        assert secret not in seen
    assert keys["reader"] not in cookie["value"]


def test_signing_out_leaves_nothing_behind_in_any_tab(page: Page, site: Site, keys: dict[str, str]) -> None:
    sign_in(page, site.address, keys["reader"])
    expect(page.get_by_role("button", name="reader")).to_be_visible()
    tab = page.context.new_page()
    tab.goto(f"{site.address}/documents")
    expect(row_of(tab, "tides.txt")).to_be_visible()
    page.get_by_role("button", name="reader").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_label("API key")).to_have_value("")
    tab.get_by_role("link", name="Ask").click()
    expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()


def test_uploads_require_a_key(site: Site, keys: dict[str, str]) -> None:
    address = f"{site.address}/_stcore/upload_file/session/file"
    with httpx.Client() as visitor:
        assert visitor.put(address, files={"file": b"x"}).status_code == 401
        form = {"api-key": keys["reader"], "back": "//evil.example/a?b=1"}
        signed_in = visitor.post(f"{site.address}/session", data=form)
        assert signed_in.headers["location"] == "/a?b=1"
        # Let through to Streamlit, which wants a token that its own pages know.
        assert visitor.put(address, files={"file": b"x"}).status_code == 403
        visitor.post(f"{site.address}/session/end")
        assert visitor.put(address, files={"file": b"x"}).status_code == 401


@pytest.mark.parametrize(
    ("host", "origin", "taken"),
    [
        ("{self}", "http://{self}", True),
        ("{self}", None, True),
        ("localhost:{port}", "http://localhost:{port}", True),
        ("{self}", "http://127.0.0.1:1", False),
        ("{self}", "http://localhost:{port}", False),
        ("{self}", "null", False),
        ("evil.example:{port}", "http://evil.example:{port}", False),
        ("evil.example", None, False),
    ],
)
def test_only_pages_of_its_own_reach_its_websocket(
    site: Site, host: str, origin: str | None, taken: bool
) -> None:
    netloc = urlsplit(site.address).netloc
    names = {"self": netloc, "port": netloc.partition(":")[2]}
    headers = {
        "Host": host.format(**names),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    if origin is not None:
        headers["Origin"] = origin.format(**names)
    with closing(HTTPConnection(netloc, timeout=30)) as connection:
        connection.request("GET", "/_stcore/stream", headers=headers)
        assert (connection.getresponse().status == 101) is taken
    elsewhere = httpx.get(site.address, headers={"Host": headers["Host"]})
    assert elsewhere.status_code == (421 if "evil" in host else 200)
