"""Folders that take long to make, made once for all test processes of a run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def copy_of(name: str, make: Callable[[Path], None], factory: pytest.TempPathFactory) -> Path:
    """A copy for this process of the folder that `make` fills, in whichever process needs it first."""
    shared = _shared(factory)
    with FileLock(shared / f"{name}.lock"):
        made = shared / name
        if not made.exists():
            unfinished = factory.mktemp(name)
            make(unfinished)
            unfinished.rename(made)
    return Path(shutil.copytree(made, factory.mktemp(name), dirs_exist_ok=True))


def _shared(factory: pytest.TempPathFactory) -> Path:
    """The run's folder; the processes of pytest-xdist have one each in it."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
