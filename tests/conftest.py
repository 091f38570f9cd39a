"""What all tests share: the real models, fetched once into the folder that ragapp itself uses."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from ragapp.models.catalog import find_entry
from ragapp.models.fetch import fetch
from ragapp.settings import Settings

# No test asserts an absolute time, and hypothesis would by default.
settings.register_profile("ragapp", deadline=None)
settings.load_profile("ragapp")

# A runner in the background ignores Ctrl-C, and so would every program that a test starts and stops.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def models_dir() -> Path:
    return Settings().models_dir


@pytest.fixture(scope="session")
def model_folder(models_dir: Path) -> Callable[[str], Path]:
    """The folder of a catalogued model, fetched when it is missing."""
    return lambda name: fetch(find_entry(name), models_dir, lambda done, total, label: None)
