"""Variables named like settings that are none: mistyped, or of another version."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from difflib import get_close_matches

from ragapp.settings import Settings, variable

PREFIX = "RAGAPP_"
OTHERS = frozenset({"RAGAPP_API_KEY"})
"""Read by clients of a server."""
FOR_TESTS = "RAGAPP_TEST_"

_LINK_TO_A_SERVICE = re.compile(r"RAGAPP(_\w+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_\w+)?)")
"""Kubernetes gives these to every container when a service is called ragapp, or ragapp-api."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """`nearest` is the name that was probably meant; None where none is near."""

    name: str
    nearest: str | None


def unknown_variables() -> list[Unknown]:
    """Those of the environment, by name."""
    names = {f"{PREFIX}{field.upper()}": variable(field) for field in Settings.model_fields}
    names |= {f"{name}_FILE": f"{name}_FILE" for name in names}
    known = frozenset(names.values()) | OTHERS
    return [
        Unknown(name, _nearest(name.upper(), names))
        for name in sorted(os.environ)
        if name.upper().startswith(PREFIX) and not _is_known(name.upper(), known)
    ]


def nearest_setting(key: str) -> str | None:
    """Of the names that a TOML file may have."""
    return next(iter(get_close_matches(key.lower(), Settings.model_fields, n=1, cutoff=0.75)), None)


def _is_known(name: str, known: frozenset[str]) -> bool:
    return name in known or name.startswith(FOR_TESTS) or _LINK_TO_A_SERVICE.fullmatch(name) is not None


def _nearest(name: str, names: dict[str, str]) -> str | None:
    found = get_close_matches(name, names, n=1, cutoff=0.85)  # the prefix is alike in all
    return names[found[0]] if found else None
