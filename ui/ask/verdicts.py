"""The text, icon and colour by which each verdict is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from ragapp.types import Verdict


class Label(NamedTuple):
    words: str
    icon: str
    color: Literal["green", "orange", "red", "gray"]


LABELS: Final[Mapping[Verdict, Label]] = {
    "no_claim": Label("Nothing to check", ":material/remove:", "gray"),
    "supported": Label("Supported", ":material/check_circle:", "green"),
    "partial": Label("Partly supported", ":material/error:", "orange"),
    "unsupported": Label("Not supported", ":material/cancel:", "red"),
}
