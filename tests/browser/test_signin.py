"""Keys at the page: two people side by side, each with what their key allows and nothing more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ragapp.types import Grant
from tests.browser.acting import ask, delete, row_of, sign_in
from tests.browser.library import Site, site_over
from tests.serving import LIBRARY, settings_in


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_over(settings_in(tmp_path_factory.mktemp("keys")), LIBRARY) as site:
        yield site


@pytest.fixture(scope="module")
def keys(site: Site) -> dict[str, str]:
    """Secrets by role."""
    grants = {"reader": Grant("reader", "default"), "admin": Grant("admin")}
    return {role: site.service.callers.keyring.create(role, [grant]).secret for role, grant in grants.items()}


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


def test_signing_out_leaves_nothing_behind(page: Page, site: Site, keys: dict[str, str]) -> None:
    sign_in(page, site.address, keys["reader"])
    page.get_by_role("button", name="reader").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_label("API key")).to_have_value("")
