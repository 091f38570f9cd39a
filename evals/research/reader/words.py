"""The word lists of `words.toml` and the domains of `fiction.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def listed(file: str) -> dict[str, Any]:
    """The contents of a TOML file beside this module."""
    return tomllib.loads(resources.files(__package__).joinpath(file).read_text(encoding="utf-8"))


def words(name: str) -> list[str]:
    found: list[str] = listed("words.toml")[name]
    return found


def invented_words(name: str) -> list[str]:
    found: list[str] = listed("words.toml")["invented"][name]
    return found
