"""The product's source and its pages, as the tests of this folder read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("ragapp", "ingest", "ui", "evals")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def modules(path: Path) -> list[Path]:
    """The Python files at or below the path, without migrations: these keep the words of their time."""
    found = [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))
    return [module for module in found if "migrations" not in module.parts]


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def top_level_names(path: Path) -> frozenset[str]:
    """Classes, functions and variables that the modules at or below the path define."""
    return frozenset(
        name for module in modules(path) for node in tree(module).body for name in names_of(node)
    )


def names_of(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
