"""RAGAPP_* variables that are not settings of this version: most are typing errors."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from difflib import get_close_matches

from ragapp.settings import Settings, variable
from ragapp.settings.file import FILE_SHOWN, NAMED_BY

PREFIX = "RAGAPP_"
OTHER_VARIABLES = frozenset({"RAGAPP_API_KEY", NAMED_BY, FILE_SHOWN})
"""Not settings: the key of a server's clients, and the settings file itself."""
TEST_PREFIX = "RAGAPP_TEST_"

_KUBERNETES_SERVICE = re.compile(r"RAGAPP(_\w+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_\w+)?)")
"""Kubernetes sets these in every container when a service is named ragapp, or ragapp-api."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A variable that no setting has. `nearest` is the setting that was probably meant; None when no name is
    similar.
    """

    name: str
    nearest: str | None


def unknown_variables() -> list[Unknown]:
    """The unknown RAGAPP_* variables of the environment, sorted by name."""
    names = {f"{PREFIX}{field.upper()}": variable(field) for field in Settings.model_fields}
    names |= {f"{name}_FILE": f"{name}_FILE" for name in names}
    known = frozenset(names.values()) | OTHER_VARIABLES
    return [
        Unknown(name, _nearest(name.upper(), names))
        for name in sorted(os.environ)
        if name.upper().startswith(PREFIX) and not _is_known(name.upper(), known)
    ]


def nearest_setting(key: str) -> str | None:
    """The most similar name that a TOML file may contain; None when none is similar."""
    return next(iter(get_close_matches(key.lower(), Settings.model_fields, n=1, cutoff=0.75)), None)


def _is_known(name: str, known: frozenset[str]) -> bool:
    return name in known or name.startswith(TEST_PREFIX) or _KUBERNETES_SERVICE.fullmatch(name) is not None


def _nearest(name: str, names: dict[str, str]) -> str | None:
    found = get_close_matches(name, names, n=1, cutoff=0.85)  # high, since all names share the prefix
    return names[found[0]] if found else None
