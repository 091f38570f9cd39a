"""Every page in both themes and widths: nothing wider than the screen, no serious finding of axe-core.

Screenshots go into the folder that RAGAPP_TEST_SCREENSHOTS names, for people to look at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ragapp.types import AskQuery
from tests.browser.library import Site, site_over
from tests.npmpackages import npm_package
from tests.serving import LIBRARY, settings_in

AXE = "axe-core@4.14.1"
"""MPL-2.0; run in the page by the tests, never served."""

PAGES = {
    "": "Ask your documents",
    "documents": "Documents",
    "evals": "Evals",
    "evals?evals-section=Questions": "Evals",
    "admin": "Admin",
    "admin?section=Queue": "Admin",
    "admin?section=Cache": "Admin",
    "admin?section=Models": "Admin",
    "admin?section=Keys": "Admin",
    "admin?section=Health": "Admin",
}
SCREENS = {"wide": (1280, 900), "phone": (390, 844)}

PICTURES = os.environ.get("RAGAPP_TEST_SCREENSHOTS")

WIDEST = "document.querySelector('.stMainBlockContainer').parentElement.scrollWidth"
SETTLED = """document.getAnimations().every(({playState, effect}) =>
    playState !== 'running' || effect.getComputedTiming().endTime === Infinity)"""
"""Nothing fades or moves any more, but for what turns for ever."""
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_over(settings_in(tmp_path_factory.mktemp("pages")), LIBRARY) as site:
        for question in ("When does the tide turn?", "When does the tide turn?", "Who rules Mars?"):
            list(site.service.ask(AskQuery(question)))
        yield site


@pytest.mark.parametrize(
    ("screen", "colors"),
    [
        ("wide", "light"),
        ("phone", "dark"),
        pytest.param("wide", "dark", marks=pytest.mark.soak),
        pytest.param("phone", "light", marks=pytest.mark.soak),
    ],
)
def test_every_page_fits_the_screen_and_is_accessible(
    browser: Browser, site: Site, screen: str, colors: str
) -> None:
    width, height = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=colors, bypass_csp=True
    )
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for path, title in PAGES.items():
        show(page, site, path, title)
        name = path.replace("?", "-").replace("evals-section=", "").replace("section=", "") or "ask"
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{screen}-{colors}.png")
        wide = page.evaluate(WIDEST)
        found[path] = [*([f"{wide} pixels wide"] if wide > width else []), *findings(page)]
    context.close()
    assert {path: faults for path, faults in found.items() if faults} == {}


def show(page: Page, site: Site, path: str, title: str) -> None:
    page.goto(f"{site.address}/{path}")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    page.wait_for_function(SETTLED)  # what fades in has the contrast it keeps
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical: the rule, and where."""
    page.add_script_tag(path=npm_package(AXE) / "axe.min.js")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"][:3]
    ]
