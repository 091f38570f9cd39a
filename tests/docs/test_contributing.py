"""CONTRIBUTING.md is true: its recipes, applied to a copy of the source, work; what pages name exists."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.source import PAGES, PRODUCT, ROOT, top_level_names

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"^(?:Create `(?P<new>[^`]+)`|In `(?P<file>[^`]+)`, (?P<side>above|below) `(?P<anchor>[^`]+)`):\n\n"
    r"```python\n(?P<code>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
SYMBOL = re.compile(r"`(\w+)`\s+(?:in\s+|\()`([\w/]+(?:\.py)?)`")
PATH = re.compile(r"`((?:ragapp|ingest|ui|evals|tests|docs|deploy)/[\w./-]*)`")
OF_DEVELOPERS = ("CONTRIBUTING.md", "docs/architecture.md", "docs/testing.md")
"""Pages on which `a/b` is always a path here, folders too; elsewhere only names with a suffix are."""
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source with the steps of every recipe applied."""
    copy = tmp_path_factory.mktemp("source")
    ignored = shutil.ignore_patterns("run_files")
    for folder in (*PRODUCT, "tests", "docs"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
    steps = list(STEP.finditer(GUIDE))
    assert len(steps) >= 12
    for step in steps:
        apply(step, copy)
    return copy


def apply(step: re.Match[str], copy: Path) -> None:
    if step["new"]:
        (copy / step["new"]).write_text(step["code"], encoding="utf-8")
        return
    file = copy / step["file"]
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    assert step["anchor"] + "\n" in lines, f"{step['file']} has no line {step['anchor']!r}"
    at = lines.index(step["anchor"] + "\n") + (step["side"] == "below")
    lines[at:at] = step["code"].splitlines(keepends=True)
    file.write_text("".join(lines), encoding="utf-8")


def run(copy: Path, code: str, **environment: str) -> object:
    """The value that the code leaves in `result`, run by a Python process that imports the copy."""
    script = textwrap.dedent(code) + "\nimport json\nprint(json.dumps(result))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_format_is_added(changed: Path) -> None:
    code = r"""
        from ingest.parse.registry import parse
        parsed = parse(b"[harbour]\nbuilt = 1862\n", "port.ini")
        heading, = parsed.headings
        result = [parsed.text, parsed.text[heading.start:heading.end]]
    """
    text, heading = run(changed, code)  # type: ignore[misc]
    assert "built = 1862" in text
    assert heading == "harbour"


def test_a_setting_is_added(changed: Path) -> None:
    code = """
        import runpy
        from ragapp.settings import Settings
        page = runpy.run_path("docs/generate.py")["pages"]()["settings.md"]
        result = [Settings().max_documents, "`RAGAPP_MAX_DOCUMENTS`" in page]
    """
    assert run(changed, code, RAGAPP_MAX_DOCUMENTS="7") == [7, True]


def test_a_command_is_added(changed: Path, tmp_path: Path) -> None:
    code = """
        import contextlib, io, json, sys
        from ragapp.bootstrap import build_service
        from ragapp.settings import Settings
        build_service(Settings()).close()
        sys.argv = ["ragapp", "count", "--json"]
        from ragapp.cli.program import run
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
            run()
        result = json.loads(out.getvalue())
    """
    assert run(changed, code, RAGAPP_DATA_DIR=str(tmp_path)) == {"documents": 0}


@pytest.mark.slow
def test_a_route_is_added(changed: Path, tmp_path: Path) -> None:
    code = """
        from ragapp.api.http.app import create_app
        from ragapp.bootstrap import build_service
        from ragapp.client import RagappClient
        from ragapp.settings import Settings
        from tests.serving import serving
        settings = Settings()
        service = build_service(settings)
        app = create_app(service, settings)
        with serving(app) as url, RagappClient(url) as client:
            result = [client.unfinished(), "/v1/admin/unfinished" in app.openapi()["paths"]]
        service.close()
    """
    assert run(changed, code, RAGAPP_DATA_DIR=str(tmp_path)) == [0, True]


@pytest.mark.parametrize("page", OF_DEVELOPERS)
def test_a_symbol_is_where_the_page_says(page: str) -> None:
    named = SYMBOL.findall((ROOT / page).read_text(encoding="utf-8"))
    missing = [(name, path) for name, path in named if name not in known_names(ROOT / path)]
    assert missing == []


def known_names(path: Path) -> frozenset[str]:
    return top_level_names(path) if path.exists() else frozenset()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_and_links_of_a_page_lead_somewhere(page: Path) -> None:
    assert list(dead(page)) == []


def dead(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    made = {step["new"] for step in STEP.finditer(text)}
    folders = str(page.relative_to(ROOT)) in OF_DEVELOPERS
    paths = (name for name in PATH.findall(text) if folders or Path(name).suffix)
    yield from (name for name in paths if name not in made and not (ROOT / name).exists())
    for name, anchor in LINK.findall(text):
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield f"{name}#{anchor}"


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
