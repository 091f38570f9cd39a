"""Programs from PyPI whose dependencies do not fit beside ours, installed once into folders of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path


def python_tool(package: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the module of that package, given as `name==version`, and waits for its end."""
    folder = user_cache_path("ragapp-tests") / package.replace("==", "-")
    packages = folder / "packages"
    if not packages.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            if not packages.exists():
                _install(package, folder)
    module = package.partition("==")[0].replace("-", "_")
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
        check=False,
    )


def _install(package: str, folder: Path) -> None:
    fresh = folder / "fresh"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", fresh, package]
    subprocess.run(pip, check=True)
    fresh.replace(folder / "packages")  # whole or not there
