"""The site is built from docs/ without a broken link, and its menu lists every page of a user."""

from __future__ import annotations

from pathlib import Path

import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config

ROOT = Path(__file__).parents[2]


def test_the_site_is_built_without_warnings(tmp_path: Path) -> None:
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path), strict=True))
    assert "ragapp serve" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "docker-compose.yml](" not in (tmp_path / "deploy" / "index.html").read_text(encoding="utf-8")


def test_every_page_is_in_the_menu() -> None:
    listed = str(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    missing = [page.name for page in (ROOT / "docs").glob("*.md") if f"'{page.name}'" not in listed]
    assert not missing
