"""Builds `ragapp-client`: the Python client and its LangChain retriever, which need httpx and pydantic only.

    python distribution/client_wheel.py FOLDER

writes the wheel to FOLDER. It has the modules of the package `ragapp` that the client imports, found by
following the imports, under their own names: a program is the same whether `ragapp-client` or `ragapp` is
installed.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
ENTRY_MODULES = (
    "ragapp.client",
    "ragapp.errors",
    "ragapp.integrations.langchain.chain",
    "ragapp.integrations.langchain.retriever",
    "ragapp.types",
)
DEPENDENCIES = ("httpx", "pydantic")
OPTIONAL = {"langchain": ("langchain-core",)}
TEMPLATE = Path(__file__).with_name("client.toml")


def build(folder: Path) -> None:
    """Writes the wheel to `folder`. Raises CalledProcessError."""
    with TemporaryDirectory(prefix="ragapp-client-") as temporary:
        stage(Path(temporary))
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--wheel-dir", str(folder), temporary], check=True)  # noqa: S603 - our own


def stage(target: Path) -> None:
    """Copies what the wheel is built from to `target`."""
    for source in client_modules():
        copy = target / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy)
    shutil.copy2(ROOT / "ragapp" / "py.typed", target / "ragapp")
    shutil.copy2(ROOT / "LICENSE", target)
    shutil.copy2(ROOT / "docs" / "client.md", target / "README.md")
    (target / "pyproject.toml").write_text(TEMPLATE.read_text(encoding="utf-8").format(**_requirements()))


def client_modules() -> set[Path]:
    """The files of all modules that the client imports, with those of the packages around them."""
    found: set[Path] = set()
    waiting = list(ENTRY_MODULES)
    while waiting:
        module = waiting.pop()
        for path in _files_of(module):
            if path not in found:
                found.add(path)
                waiting += _imported(path)
    return found


def _files_of(module: str) -> Iterator[Path]:
    """The module's file and the `__init__.py` of each package above it; none where it is no module."""
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        place = ROOT.joinpath(*parts[:depth])
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                yield path


def _imported(path: Path) -> Iterator[str]:
    """The modules of ours that a file imports when it runs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in _running(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ragapp":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "ragapp")


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below, without what stands there for the type checker alone."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from _running(child)


def _requirements() -> dict[str, str]:
    """The client's requirements, with the versions that the application asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {one.split(">=")[0]: one for one in project["dependencies"]}
    optional = "\n".join(f"{name} = {[asked[one] for one in ones]}" for name, ones in OPTIONAL.items())
    return {"dependencies": str([asked[one] for one in DEPENDENCIES]), "optional": optional}


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve())
