"""The tables of a document on the page: shown, sorted and downloaded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import row_of, settle
from tests.browser.library import Site, site_over
from tests.serving import settings_in

BUDGET = b"""# Budget

Spending in thousands of euros:

| Team | 2023 | 2024 |
| --- | --- | --- |
| Harbour | 1,200 | 1,350 |
| Museum | 300 | 280 |
| Total | 1,500 | 1,630 |

The staff of both:

| Team | People |
| --- | --- |
| Harbour | 12 |
| Museum | 4 |
"""
ORDERS = b"order,city,price\n" + b"".join(
    f"{number},{('Rome', 'Paris')[number % 2]},{number}.50\n".encode() for number in range(60)
)
PICTURES = os.environ.get("RAGAPP_TEST_SCREENSHOTS")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = settings_in(tmp_path_factory.mktemp("tables"), data_file_rows=50)
    with site_over(settings, {"budget.md": BUDGET, "orders.csv": ORDERS}) as site:
        yield site


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(1500)
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def open_tables(page: Page, site: Site, name: str) -> None:
    page.goto(f"{site.address}/documents")
    row_of(page, name).get_by_role("button", name="Tables").click()
    expect(page.get_by_role("dialog")).to_contain_text("Download the table")


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_tables_of_a_document_are_shown_and_downloaded(
    page: Page, site: Site, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_tables(page, site, "budget.md")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_test_id("stDataFrame")).to_be_visible()
    picture(page, f"tables-{width}")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download the table").click()
    text = Path(download.value.path()).read_text()
    assert text.splitlines()[1] == "Harbour,1200,1350"


def test_all_rows_of_a_data_file_are_sorted(page: Page, site: Site) -> None:
    open_tables(page, site, "orders.csv")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Sort all rows by").click()
    page.get_by_role("option", name="price").click()
    settle(page)
    page.mouse.move(0, 0)  # the toolbar of a table under the pointer may cover what is above it
    dialog.get_by_text("Largest first").click()
    settle(page)
    expect(dialog.get_by_test_id("stDataFrame")).to_be_visible()
    expect(dialog.get_by_test_id("stAlert")).to_have_count(0)
    picture(page, "data-file")
