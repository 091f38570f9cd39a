"""Verdicts as readers see them: a word, a sign and a colour, which all say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from ragapp.types import Verdict


class Label(NamedTuple):
    words: str
    icon: str
    color: Literal["green", "orange", "red", "gray"]


LABELS: Final[Mapping[Verdict, Label]] = {
    "no_claim": Label("Says nothing to check", ":material/remove:", "gray"),
    "supported": Label("Supported", ":material/check_circle:", "green"),
    "partial": Label("Partly supported", ":material/error:", "orange"),
    "unsupported": Label("Not supported", ":material/cancel:", "red"),
}
