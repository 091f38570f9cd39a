"""Files that are no documents: what evaluations ask, and what they found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ArtifactKind = Literal["question set", "run", "report"]


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file by its kind and name. `about` is what whoever keeps it wants to know without opening it."""

    kind: ArtifactKind
    name: str
    sha256: str
    about: str
