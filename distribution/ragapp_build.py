"""The build backend: setuptools, with top-level names in wheels that collide with nobody's.

The repository keeps the folders `evals`, `ingest` and `ui`. A wheel that put packages of these names into
site-packages would overwrite other people's (`evals` is OpenAI's), so a wheel has them as `ragapp_evals`,
`ragapp_ingest` and `ragapp_ui`: the sources are copied to a temporary folder, the packages are renamed there,
every import is rewritten, and setuptools builds the copy. Source distributions and editable installs have the
tree as it is.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from setuptools import build_meta
from setuptools.build_meta import (
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

PREFIX = "ragapp_"
RENAMED = ("evals", "ingest", "ui")
PROJECT_FILES = ("pyproject.toml", "README.md", "LICENSE")
NOT_SHIPPED = ("evals/research/[a-z]*", "evals/run_files", "evals/quality.py", "evals/data/make_*.py")
"""What only the repository's own measurements need. Globs below the root; folders go with their contents."""

ConfigSettings = dict[str, str | list[str]] | None

_IMPORT_FROM = re.compile(rf"from\s+({'|'.join(RENAMED)})\b")
_IMPORT = re.compile(rf"import\s+({'|'.join(RENAMED)})((?:\.\w+)*)(\s+as\s+\w+)?(?=[ \t]*(?:[#;\n]|$))")


def build_wheel(
    wheel_directory: str,
    config_settings: ConfigSettings = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds the wheel from a renamed copy of the tree. Returns its file name."""
    target = str(Path(wheel_directory).resolve())
    metadata = metadata_directory and str(Path(metadata_directory).resolve())
    with _renamed_tree():
        return str(build_meta.build_wheel(target, config_settings, metadata))


def build_editable(
    wheel_directory: str,
    config_settings: ConfigSettings = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds an editable wheel of the tree as it is. Returns its file name."""
    with warnings.catch_warnings():
        # setuptools says at each installation that a checkout is imported from its working folder.
        warnings.filterwarnings("ignore", message=r"\s*Editable installation")
        return str(build_meta.build_editable(wheel_directory, config_settings, metadata_directory))


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: ConfigSettings = None) -> str:
    """Writes the wheel's metadata, in which `top_level.txt` has the new names. Returns the folder's name."""
    target = str(Path(metadata_directory).resolve())
    with _renamed_tree():
        return str(build_meta.prepare_metadata_for_build_wheel(target, config_settings))


@contextmanager
def _renamed_tree() -> Iterator[None]:
    """Makes a renamed copy of the tree the working folder."""
    root = Path.cwd()
    with TemporaryDirectory(prefix="ragapp-wheel-") as temporary:
        stage(root, Path(temporary))
        os.chdir(temporary)
        try:
            yield
        finally:
            os.chdir(root)


def stage(root: Path, target: Path) -> None:
    """Copies what a wheel is built from, under the names it has there. Raises SyntaxError, ValueError."""
    for name in PROJECT_FILES:
        shutil.copy2(root / name, target / name)
    left_out = {path for pattern in NOT_SHIPPED for path in root.glob(pattern)}

    def ignored(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name == "__pycache__" or Path(folder, name) in left_out]

    for package in ("ragapp", *RENAMED):
        name = PREFIX + package if package in RENAMED else package
        shutil.copytree(root / package, target / name, ignore=ignored)
    for source in target.rglob("*.py"):
        before = source.read_text(encoding="utf-8")
        if (after := rewrite_imports(before, str(source.relative_to(target)))) != before:
            source.write_text(after, encoding="utf-8")


def rewrite_imports(source: str, name: str) -> str:
    """The module's source with every import of a renamed package under its new name.

    Only import statements change: docstrings and other text stay. Raises ValueError, with `name`, for an
    import statement of a form that is not understood, so that no wheel is built that fails when it is used.
    """
    lines = source.split("\n")  # as ast counts them
    for node in _imports(source):
        line = lines[node.lineno - 1]
        # ast counts columns in UTF-8 bytes.
        column = len(line.encode()[: node.col_offset].decode())
        lines[node.lineno - 1] = line[:column] + _renamed(line[column:])
    rewritten = "\n".join(lines)
    if left := [node.lineno for node in _imports(rewritten)]:
        raise ValueError(f"{name}:{left[0]}: import one renamed package a line ({', '.join(RENAMED)}).")
    return rewritten


def _imports(source: str) -> list[ast.Import | ast.ImportFrom]:
    """The statements that import a renamed package."""
    return [
        node
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.ImportFrom) and not node.level and _is_renamed(node.module or ""))
        or (isinstance(node, ast.Import) and any(_is_renamed(alias.name) for alias in node.names))
    ]


def _is_renamed(module: str) -> bool:
    return module.partition(".")[0] in RENAMED


def _renamed(statement: str) -> str:
    if statement.startswith("from"):
        return _IMPORT_FROM.sub(rf"from {PREFIX}\1", statement, count=1)
    return _IMPORT.sub(_renamed_import, statement, count=1)


def _renamed_import(found: re.Match[str]) -> str:
    """Binds the same name: `import evals.cli` binds `evals`."""
    package, submodule, alias = found.groups()
    if alias:
        return f"import {PREFIX}{package}{submodule}{alias}"
    bound = f"{PREFIX}{package} as {package}"
    return f"import {PREFIX}{package}{submodule}, {bound}" if submodule else f"import {bound}"
