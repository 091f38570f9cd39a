"""pyproject.toml asks for what is imported: always, or by the extra that the error message names."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ragapp.extras import EXTRAS, remedy
from tests.commands import ragapp
from tests.packaging.library import ROOT

PACKAGES = ("ragapp", "ingest", "ui", "evals")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WITH_OTHERS = {
    "mcp_types": "mcp",
    "pydantic_core": "pydantic",
    "torch": "sentence-transformers",
    "transformers": "sentence-transformers",
}
"""What is imported only beside the distribution that requires it, and always comes with it."""
OWN_PYTHON = {"redisvl"}
"""Peers that `ragapp bench` runs in a Python that its user names."""
NOT_IMPORTED = {"pip", "python-multipart"}
"""One is run as a program, the other is imported by FastAPI, which does not require it."""


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for one in requirements}


INSTALLED = packages_distributions()
BASE = names(PROJECT["dependencies"])
OPTIONAL = {extra: names(ones) for extra, ones in PROJECT["optional-dependencies"].items()}


def imported() -> Iterator[tuple[str, Path]]:
    """Every module that the product imports anywhere, with the file that does."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                    yield node.module, path
                elif isinstance(node, ast.Import):
                    yield from ((alias.name, path) for alias in node.names)


def distributions_of(module: str) -> set[str]:
    """Those that may bring it: several share `opentelemetry`."""
    top = module.partition(".")[0]
    return {canonicalize_name(WITH_OTHERS.get(top, one)) for one in INSTALLED.get(top, [top])}


@cache
def foreign() -> tuple[tuple[str, Path], ...]:
    """Those of others."""
    known = {*sys.stdlib_module_names, *PACKAGES, *OWN_PYTHON}
    return tuple((module, path) for module, path in imported() if module.partition(".")[0] not in known)


def test_what_is_imported_is_required() -> None:
    everything = BASE.union(*OPTIONAL.values())
    missing = {
        f"{module} in {path.relative_to(ROOT)}"
        for module, path in foreign()
        if not distributions_of(module) & everything
    }
    assert not missing


def test_what_is_required_is_imported() -> None:
    used = {name for module, _ in foreign() for name in distributions_of(module)}
    extras = OPTIONAL["evals"] | OPTIONAL["local"] | OPTIONAL["ocr"] | OPTIONAL["server"]
    assert BASE | extras <= used | NOT_IMPORTED


def test_an_extra_is_named_for_each_package_that_only_an_extra_brings() -> None:
    for module, _ in foreign():
        if not distributions_of(module) & BASE:
            assert remedy(module), module
    for package, extra in EXTRAS.items():
        assert distributions_of(package) & OPTIONAL[extra], package


def test_a_command_without_its_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    for module in [name for name in sys.modules if name.startswith("evals.retrieval")]:
        monkeypatch.delitem(sys.modules, module)
    done = ragapp("eval", "retrieval", "evals/data/scifact-mini", RAGAPP_DATA_DIR=str(tmp_path))
    assert done.returncode == 2
    assert "Run `pip install 'ragapp[evals]'`" in done.stderr


def test_a_module_of_no_extra_has_no_remedy() -> None:
    assert remedy("ragapp.typo") is None
    assert remedy("sklearns") is None
    assert remedy(None) is None
